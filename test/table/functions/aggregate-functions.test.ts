import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { builtInAggregate } from '#table/functions/built-in-functions';
import { isMismatch, type AggregateImplementation, type MapView } from '#table/functions/function-definition';
import { LogicalTypes, notNull, type LogicalType } from '#table/types/logical-type';
import { serializableTypeText } from '#table/types/type-text';
import { bitmapOf, bitmapText } from '#table/values/bitmap';
import { hashKey } from '#table/values/value-equality';
import { contextOf } from '../conformance/scalar-case.js';

class PlainMapView implements MapView {
  readonly #entries = new Map<unknown, readonly [unknown, unknown]>();
  readonly #keyOf: (key: unknown) => unknown;

  constructor(key: LogicalType) {
    this.#keyOf = hashKey(key);
  }

  get(key: unknown): any { return this.#entries.get(this.#keyOf(key))?.[1]; } // any: as MapView
  put(key: unknown, value: unknown): void { this.#entries.set(this.#keyOf(key), [key, value]); }
  addBits(key: unknown, bits: number): number { const before = this.get(key) ?? 0; this.put(key, before | bits); return before; }
  remove(key: unknown): void { this.#entries.delete(this.#keyOf(key)); }
  contains(key: unknown): boolean { return this.#entries.has(this.#keyOf(key)); }
  entries(): Iterable<readonly [unknown, unknown]> { return [...this.#entries.values()]; }
  isEmpty(): boolean { return this.#entries.size === 0; }
  clear(): void { this.#entries.clear(); }
}

interface Running {
  readonly accumulator: unknown;
  readonly views: readonly MapView[];
}

function begin(implementation: AggregateImplementation): Running {
  return { accumulator: implementation.create(), views: (implementation.views ?? []).map((view) => new PlainMapView(view.key)) };
}

function bind(name: string, types: readonly LogicalType[], literals: readonly unknown[] = [], needsRetract = true): { readonly implementation: AggregateImplementation; readonly type: string } {
  const definition = builtInAggregate(name);
  const signature = definition.inferTypes({ argumentTypes: types, literals: types.map((_type, index) => literals[index]) });
  assert.ok(!isMismatch(signature), `${name} refuses ${types.map(serializableTypeText).join(', ')}`);
  return { implementation: definition.bind({ ...signature, literals: types.map((_type, index) => literals[index]), needsRetract, isDistinct: false }, contextOf()), type: serializableTypeText(signature.resultType) };
}

function valueOf(implementation: AggregateImplementation, rows: readonly (readonly unknown[])[]): unknown {
  const { accumulator, views } = begin(implementation);
  for (const row of rows) implementation.accumulate(accumulator, views, ...row);
  return shown(implementation.getValue(accumulator, views));
}

const shown = (value: unknown): unknown => (value instanceof Uint32Array ? bitmapText(value) : value instanceof Map ? [...value].sort() : value);

/** A pseudo-random sequence, so that a failure can be repeated. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

const INT = LogicalTypes.INT;
const CASES: readonly { readonly name: string; readonly types: readonly LogicalType[]; readonly literals?: readonly unknown[]; readonly row: (random: () => number) => readonly unknown[]; readonly isClose?: boolean }[] = [
  ...['COUNT', 'SUM', '$SUM0', 'AVG', 'MIN', 'MAX', 'COLLECT', 'APPROX_COUNT_DISTINCT'].map((name) => ({ name, types: [INT], row: (random: () => number) => [random() < 0.2 ? null : Math.floor(random() * 9) - 4] })),
  ...['STDDEV_POP', 'STDDEV_SAMP', 'VAR_POP', 'VAR_SAMP'].map((name) => ({ name, types: [LogicalTypes.DOUBLE], isClose: true, row: (random: () => number) => [random() < 0.2 ? null : random() * 10] })),
  { name: 'SUM', types: [LogicalTypes.DECIMAL(30, 2)], row: (random) => [BigInt(Math.floor(random() * 1e15)) * 1000000n] },
  { name: 'PERCENTILE', types: [INT, notNull(LogicalTypes.DOUBLE)], row: (random) => [Math.floor(random() * 9), 0.25] },
  { name: 'BITMAP_OR_AGG', types: [LogicalTypes.BITMAP], row: (random) => [bitmapOf([Math.floor(random() * 5), Math.floor(random() * 5)])] },
  { name: 'BITMAP_XOR_CARDINALITY_AGG', types: [LogicalTypes.BITMAP], row: (random) => [bitmapOf([Math.floor(random() * 5)])] },
];

describe('aggregate functions', () => {
  test('what is retracted was never there, and merging parts is aggregating the whole', () => {
    const seed = 20240229;
    const random = randomOf(seed);
    for (const { name, types, literals, row, isClose } of CASES) {
      const { implementation } = bind(name, types, literals);
      for (let round = 0; round < 20; round += 1) {
        const left = Array.from({ length: Math.floor(random() * 6) }, () => row(random));
        const right = Array.from({ length: 1 + Math.floor(random() * 6) }, () => row(random));
        const where = `${name}, seed ${seed}, round ${round}`;
        const whole = begin(implementation);
        for (const values of [...left, ...right]) implementation.accumulate(whole.accumulator, whole.views, ...values);
        for (const values of left) implementation.retract!(whole.accumulator, whole.views, ...values);
        check(shown(implementation.getValue(whole.accumulator, whole.views)), valueOf(implementation, right), isClose === true, where);
        const first = begin(implementation);
        for (const values of left) implementation.accumulate(first.accumulator, first.views, ...values);
        const second = begin(implementation);
        for (const values of right) implementation.accumulate(second.accumulator, second.views, ...values);
        implementation.merge!(first.accumulator, first.views, second.accumulator, second.views);
        check(shown(implementation.getValue(first.accumulator, first.views)), valueOf(implementation, [...left, ...right]), isClose === true, where);
      }
    }
  });

  test('types are those of Flink', () => {
    assert.equal(bind('SUM', [INT]).type, 'INT');
    assert.equal(bind('SUM', [notNull(LogicalTypes.DECIMAL(10, 2))]).type, 'DECIMAL(38, 2) NOT NULL');
    assert.equal(bind('AVG', [LogicalTypes.DECIMAL(10, 2)]).type, 'DECIMAL(38, 6)');
    assert.equal(bind('COUNT', []).type, 'BIGINT NOT NULL');
    assert.equal(bind('COLLECT', [INT]).type, 'MULTISET<INT> NOT NULL');
    assert.equal(bind('STDDEV_POP', [INT]).type, 'INT');
    assert.equal(bind('JSON_ARRAYAGG', [INT]).type, 'VARCHAR(2000) NOT NULL');
    assert.equal(bind('PERCENTILE', [INT, LogicalTypes.ARRAY(LogicalTypes.DOUBLE)]).type, 'ARRAY<DOUBLE>');
  });

  test('values of small groups', () => {
    const of = (name: string, types: readonly LogicalType[], rows: readonly (readonly unknown[])[], literals: readonly unknown[] = [], needsRetract = false): unknown => valueOf(bind(name, types, literals, needsRetract).implementation, rows);
    const text = LogicalTypes.STRING;
    assert.equal(of('AVG', [INT], [[7], [8], [null]]), 7);
    assert.equal(of('SUM', [INT], []), null);
    assert.equal(of('SUM', [LogicalTypes.TINYINT], [[100], [100]]), -56);
    assert.equal(of('VAR_POP', [INT], [[10], [20], [5], [7], [20]]), 41);
    assert.equal(of('LISTAGG', [text, text], [['a', '-'], [null, '-'], ['b', '-']], [undefined, '-']), 'a-b');
    assert.deepEqual(of('ARRAY_AGG', [INT], [[1], [null], [2]]), [1, null, 2]);
    assert.equal(of('FIRST_VALUE', [text], [[null], ['b'], ['a']]), 'b');
    assert.equal(of('LAST_VALUE', [text], [['b'], ['a'], [null]], [], true), 'a');
    assert.equal(of('NTH_VALUE', [text, INT], [['a', 2], ['b', 2], ['c', 2]]), 'b');
    assert.equal(of('JSON_OBJECTAGG', [notNull(text), INT, { kind: 'SYMBOL', isNullable: false }], [['b', 2, 'NULL ON NULL'], ['a', null, 'NULL ON NULL']], [undefined, undefined, 'NULL ON NULL']), '{"a":null,"b":2}');
    assert.equal(of('RANK', [INT], [[5], [5], [7]]), 3);
    assert.equal(of('DENSE_RANK', [INT], [[5], [5], [7]]), 2);
    assert.equal(of('LAG', [INT, INT], [[1, 1], [2, 1], [3, 1]]), 2);
    assert.equal(of('BITMAP_BUILD_AGG', [INT], [[5], [1], [-1]]), '{1,5,4294967295}');
    assert.throws(() => of('SINGLE_VALUE', [INT], [[1], [2]]), /more than one element/);
  });
});

function check(got: unknown, wanted: unknown, isClose: boolean, where: string): void {
  if (isClose && typeof got === 'number' && typeof wanted === 'number') assert.ok(Math.abs(got - wanted) < 1e-9 * Math.max(1, Math.abs(wanted)), `${where}: ${got} is not ${wanted}`);
  else if (isClose) assert.equal(got === null, wanted === null, where);
  else assert.deepEqual(got, wanted, where);
}
