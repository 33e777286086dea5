import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { schemaOf } from '#core/columns/schema';
import { assignToKeyGroup, keyGroupRangeOf, operatorIndexOfKeyGroup } from '#core/keys/key-groups';
import { createKeyHasher } from '#core/keys/key-hasher';
import { type TypeInformation, Types } from '#core/types/type-information';
import { hashKeyColumns, canHashColumns } from '#shuffle/partitioner/hash-key-columns';
import type { PartitionerKind } from '#shuffle/partitioner/partitioner';
import { batchOf, typedRows } from '../../core/columns/random-rows.js';
import { Edge, type EdgeOptions } from './edge-harness.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const ROW = Types.ROW({ id: Types.LONG });

/** Ids by channel, once emitted row by row and once as a batch. */
function distribute(count: number, options: Omit<EdgeOptions, 'type'>, random?: () => () => number): { byRow: unknown[][]; byBatch: unknown[][] } {
  const channelsOf = (emit: (edge: Edge) => void): unknown[][] => {
    const edge = new Edge({ type: ROW, dataBytes: 65_536, ...options, ...(random === undefined ? {} : { random: random() }) });
    emit(edge);
    edge.settle();
    return edge.events.map((_, channel) => edge.rows(channel).map((row) => (row as { id: number }).id));
  };
  const rows = numbers(count).map((id) => ({ id }));
  return {
    byRow: channelsOf((edge) => rows.forEach((row) => edge.writer.emit(row, 0))),
    byBatch: channelsOf((edge) => assert.ok(edge.writer.emitBatch(batchOf(schemaOf(ROW), rows)))),
  };
}

describe('partitioners', () => {
  for (const kind of ['rebalance', 'rescale'] as const) {
    test(`${kind} takes the channels in turn, beginning with the one of its subtask`, () => {
      for (const [subtaskIndex, first] of [[0, 0], [2, 2], [4, 1]] as const) {
        const { byRow, byBatch } = distribute(7, { channels: 3, partitioner: { kind }, subtaskIndex });
        const expected: number[][] = [[], [], []];
        for (const id of numbers(7)) expected[(id + first) % 3]!.push(id);
        assert.deepEqual(byRow, expected);
        assert.deepEqual(byBatch, expected);
      }
    });
  }

  test('forward and global use the first channel, broadcast all', () => {
    const all = numbers(5);
    const of = (kind: PartitionerKind): unknown => {
      const { byRow, byBatch } = distribute(5, { channels: 3, partitioner: { kind } });
      assert.deepEqual(byBatch, byRow);
      return byRow;
    };
    assert.deepEqual(of('global'), [all, [], []]);
    assert.deepEqual(of('broadcast'), [all, all, all]);
    assert.deepEqual(distribute(5, { channels: 1, partitioner: { kind: 'forward' } }), { byRow: [all], byBatch: [all] });
  });

  test('shuffle follows the random numbers it is given', () => {
    const seeded = () => {
      let state = 42;
      return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
    };
    const { byRow, byBatch } = distribute(1000, { channels: 4, partitioner: { kind: 'shuffle' } }, seeded);
    const random = seeded();
    const expected: number[][] = [[], [], [], []];
    for (const id of numbers(1000)) expected[Math.floor(random() * 4)]!.push(id);
    assert.deepEqual(byRow, expected);
    assert.deepEqual(byBatch, expected);
  });

  test('hash sends each key to the subtask that owns its key group, with and without columns', () => {
    const keyed = fc.oneof(
      ...([[Types.LONG, fc.maxSafeInteger()], [Types.INT, fc.integer()], [Types.DOUBLE, fc.double()], [Types.BOOLEAN, fc.boolean()], [Types.STRING, fc.string({ unit: 'binary' }).map((x) => Buffer.from(x).toString())],
        [Types.BIGINT, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })]] as const)
        .map(([type, value]) => fc.record({ type: fc.constant(type as TypeInformation), keys: fc.array(value as fc.Arbitrary<unknown>, { maxLength: 40 }) })));
    fc.assert(fc.property(keyed, fc.integer({ min: 1, max: 5 }), fc.constantFrom(128, 100, 7, 32_768), fc.boolean(), ({ type, keys }, channels, maxParallelism, hasColumns) => {
      const rowType = Types.ROW({ index: Types.LONG, key: type });
      const rows = keys.map((key, index) => ({ index, key }));
      const key = { selector: (row: { key: unknown }) => row.key, type };
      const options = { type: rowType, channels, maxParallelism, dataBytes: 65_536, partitioner: { kind: 'hash' as const, key, ...(hasColumns ? { keyColumns: [1] } : {}) } };
      const [byRow, byBatch] = [new Edge(options), new Edge(options)];
      for (const row of rows) byRow.writer.emit(row, 0);
      assert.ok(byBatch.writer.emitBatch(batchOf(schemaOf(rowType), rows)));
      const hash = createKeyHasher(type);
      for (const edge of [byRow, byBatch]) {
        edge.settle();
        for (const channel of edge.ends.keys()) {
          const { start, end } = keyGroupRangeOf(maxParallelism, channels, channel);
          for (const row of edge.rows(channel)) {
            const group = assignToKeyGroup(hash((row as { key: unknown }).key), maxParallelism);
            assert.equal(operatorIndexOfKeyGroup(maxParallelism, channels, group), channel);
            assert.ok(group >= start && group <= end);
          }
        }
        assert.equal(edge.events.flat().length, rows.length);
      }
    }), { numRuns: 150 });
  });

  test('a custom partitioner gets the key and the number of channels', () => {
    const key = { selector: (row: { id: number }) => row.id * 2, type: undefined };
    const partition = (id: unknown, count: number): number => {
      assert.equal(count, 3);
      return (id as number) % 3;
    };
    const { byRow, byBatch } = distribute(6, { channels: 3, partitioner: { kind: 'custom', key, partition } });
    assert.deepEqual(byRow, [[0, 3], [2, 5], [1, 4]]);
    assert.deepEqual(byBatch, byRow);
  });

  test('a custom partitioner that names no channel fails with what it returned', () => {
    for (const [index, seen] of [[3, '3 (number)'], [-1, '-1 (number)'], [0.5, '0.5 (number)'], [Number.NaN, 'NaN (number)'], ['1', '"1" (string)'], ['length', '"length" (string)'], [undefined, 'undefined'], [1n, '1n (bigint)']] as const) {
      const edge = new Edge({ type: ROW, channels: 3, partitioner: { kind: 'custom', key: { selector: () => 0, type: undefined }, partition: () => index as number } });
      assert.throws(() => edge.writer.emit({ id: 1 }, 0), {
        code: 'PARTITION_INDEX_INVALID',
        message: `the custom partitioner returned ${seen} for 3 channels: return an integer from 0 to 2`,
      });
    }
  });
});

describe('hashes of key columns', () => {
  const cases = fc.tuple(typedRows(20), typedRows(20)).map(([a, b]) => {
    const count = Math.min(a.rows.length, b.rows.length);
    return { type: Types.ROW({ a: a.type, b: b.type }), rows: numbers(count).map((index) => ({ a: a.rows[index], b: b.rows[index] })) };
  });

  test('are those of the key, for every type that is hashed by columns', () => {
    let hashed = 0;
    fc.assert(fc.property(cases, ({ type, rows }) => {
      const schema = schemaOf(type);
      const batch = batchOf(schema, rows);
      const hashes = new Int32Array(32);
      for (const field of ['a', 'b'] as const) {
        const columns = schema.columns.filter((column) => column.path[0] === field);
        if (columns.length !== 1 || !canHashColumns(schema, [columns[0]!.index])) continue;
        hashKeyColumns(batch, [columns[0]!.index], hashes, new Int32Array(32));
        const fieldType = (type as TypeInformation & { kind: 'row' }).fields.find(({ name }) => name === field)!.type;
        if (fieldType.kind === 'row' || fieldType.kind === 'tuple') continue;
        const hash = createKeyHasher(fieldType);
        assert.deepEqual(Array.from(hashes.subarray(0, rows.length)), rows.map((row) => hash(row[field])));
        hashed += rows.length;
      }
      const both = schema.columns.map(({ index }) => index);
      if (schema.columns.length !== 2 || !canHashColumns(schema, both) || schema.columns.some((column) => column.path.length > 1)) return;
      hashKeyColumns(batch, both, hashes, new Int32Array(32));
      assert.deepEqual(Array.from(hashes.subarray(0, rows.length)), rows.map(createKeyHasher(type)));
    }), { numRuns: 400 });
    assert.ok(hashed > 500, `${hashed} values were hashed by columns`);
  });

  test('are not taken of encoded values, rows, or columns that are not there', () => {
    const schema = schemaOf(Types.ROW({ list: Types.LIST(Types.LONG), row: Types.NULLABLE(Types.ROW({ x: Types.LONG })), n: Types.LONG }));
    assert.deepEqual([[], [0], [1], [2], [3], [3, 0], [9]].map((columns) => canHashColumns(schema, columns)), [false, false, false, true, true, false, false]);
    const inferred = schemaOf({ kind: 'row', fields: [{ name: 'a', type: Types.DOUBLE }], inferred: { isAtomic: false } });
    assert.equal(canHashColumns(inferred, [0]), false);
  });
});
