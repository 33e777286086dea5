import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hashLong } from '#core/keys/java-hash';
import { combineHashColumn, hashIntColumn, hashLongColumn, keyGroupColumn, operatorIndexTable } from '#core/keys/hash-column';
import { assignToKeyGroup, defaultMaxParallelism, keyGroupRangeOf, murmurHash, operatorIndexOfKeyGroup } from '#core/keys/key-groups';
import { createKeyHasher } from '#core/keys/key-hasher';
import { Types, type TypeInformation } from '#core/types/type-information';
import { vectorTests, type Vector } from '../../runtime-vectors.js';

const BY_NAME: Readonly<Record<string, TypeInformation>> = {
  string: Types.STRING,
  int: Types.INT,
  long: Types.BIGINT,
  double: Types.DOUBLE,
  'tuple2<string,int>': Types.TUPLE(Types.STRING, Types.INT),
  'tuple3<int,long,string>': Types.TUPLE(Types.INT, Types.BIGINT, Types.STRING),
};

function keyOf(vector: Vector): unknown {
  const { key, type } = vector;
  switch (type) {
    case 'long': return BigInt(key);
    case 'double': return Number(key);
    case 'tuple3<int,long,string>': return [key[0], BigInt(key[1]), key[2]];
    default: return key;
  }
}

describe('key groups', () => {
  vectorTests('key-group', 'hash, key group and operator index equal Flink’s', 290, (vectors) => {
    for (const vector of vectors) {
      const type = BY_NAME[vector['type']];
      assert.ok(type !== undefined, vector['type']);
      const hash = createKeyHasher(type)(keyOf(vector));
      const keyGroup = assignToKeyGroup(hash, vector['maxParallelism']);
      const operatorIndex = operatorIndexOfKeyGroup(vector['maxParallelism'], vector['parallelism'], keyGroup);
      assert.deepEqual({ hash, keyGroup, operatorIndex }, { hash: vector['hash'], keyGroup: vector['keyGroup'], operatorIndex: vector['operatorIndex'] }, JSON.stringify(vector));
    }
  });

  vectorTests('key-group', 'an undeclared string or long key hashes as a declared one', 290, (vectors) => {
    const hash = createKeyHasher(undefined);
    for (const vector of vectors.filter(({ type }) => type === 'string' || type === 'long')) {
      assert.equal(hash(keyOf(vector)), vector['hash'], JSON.stringify(vector));
      const asNumber = Number(vector['key']);
      if (vector['type'] === 'long' && Number.isSafeInteger(asNumber)) {
        assert.equal(hash(asNumber), vector['hash']);
        assert.equal(createKeyHasher(Types.LONG)(asNumber), vector['hash']);
      }
    }
  });

  vectorTests('key-group-range', 'ranges and derived max parallelism equal Flink’s', 42, (vectors) => {
    for (const vector of vectors) {
      const range = keyGroupRangeOf(vector['maxParallelism'], vector['parallelism'], vector['operatorIndex']);
      assert.deepEqual(range, { start: vector['start'], end: vector['end'] }, JSON.stringify(vector));
      assert.equal(defaultMaxParallelism(vector['parallelism']), vector['defaultMaxParallelism'], JSON.stringify(vector));
    }
  });

  test('ranges of all subtasks cut the key groups without gap, and agree with the operator index', () => {
    const sizes = fc.integer({ min: 1, max: 700 }).chain((max) => fc.record({ max: fc.constant(max), parallelism: fc.integer({ min: 1, max }) }));
    fc.assert(fc.property(sizes, ({ max, parallelism }) => {
      const table = operatorIndexTable(max, parallelism);
      let next = 0;
      for (let index = 0; index < parallelism; index++) {
        const { start, end } = keyGroupRangeOf(max, parallelism, index);
        assert.equal(start, next);
        for (let keyGroup = start; keyGroup <= end; keyGroup++) {
          assert.equal(operatorIndexOfKeyGroup(max, parallelism, keyGroup), index);
          assert.equal(table[keyGroup], index);
        }
        next = end + 1;
      }
      assert.equal(next, max);
    }), { numRuns: 100 });
  });

  test('the batch forms give what the single forms give', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.maxSafeInteger(), fc.integer()), { maxLength: 40 }), fc.integer({ min: 1, max: 5000 }), fc.nat(3), (keys, max, offset) => {
      const hashes = new Int32Array(keys.length);
      hashLongColumn(Float64Array.from([...new Array<number>(offset).fill(7), ...keys]), offset, keys.length, hashes);
      assert.deepEqual([...hashes], keys.map(hashLong));
      const groups = new Int32Array(keys.length);
      keyGroupColumn(hashes, keys.length, max, groups);
      assert.deepEqual([...groups], keys.map((key) => assignToKeyGroup(hashLong(key), max)));
    }), { numRuns: 300 });
  });

  test('a composite hashed by columns equals the tuple hashed as a value', () => {
    const hash = createKeyHasher(Types.TUPLE(Types.INT, Types.LONG));
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer(), fc.maxSafeInteger()), { maxLength: 20 }), (keys) => {
      const first = new Int32Array(keys.length);
      const second = new Int32Array(keys.length);
      hashIntColumn(Int32Array.from(keys, (key) => key[0]), 0, keys.length, first);
      hashLongColumn(Float64Array.from(keys, (key) => key[1]), 0, keys.length, second);
      combineHashColumn(first, second, keys.length);
      assert.deepEqual([...first], keys.map((key) => hash(key)));
    }));
  });

  test('murmurHash is never negative', () => {
    fc.assert(fc.property(fc.integer(), (code) => assert.ok(murmurHash(code) >= 0)), { numRuns: 2000 });
  });
});
