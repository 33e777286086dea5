import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Types } from '#core/types/type-information';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import type { AsyncLookup } from '#table/factories/table-factory';
import { LookupOperator, type LookupRetry } from '#table/runtime/join/lookup-operator';
import type { TableRow } from '#table/runtime/row-kind';
import { OperatorHarness } from '../../../streaming/operator-harness.js';

/** Answers when it is told to; counts what it is asked. */
class Table implements AsyncLookup {
  readonly asked: unknown[] = [];
  readonly answers = new Map<unknown, readonly TableRow[]>();

  open(): void {}

  ask([key]: readonly unknown[]): { tryTake(): readonly TableRow[] | undefined } {
    this.asked.push(key);
    return { tryTake: () => this.answers.get(key) };
  }

  close(): void {}
}

function harness(table: Table, options: { readonly retry?: LookupRetry; readonly capacity?: number; readonly snapshots?: readonly OperatorSnapshot[] } = {}): OperatorHarness {
  const create = (): LookupOperator => new LookupOperator({
    lookup: table, capacity: options.capacity ?? 100, retry: options.retry, inputType: Types.ROW({ id: Types.NULLABLE(Types.INT) }),
    keyOf: (row) => (row['id'] === null ? undefined : [row['id']]),
    join: (row, found, collect) => {
      for (const { name } of found) collect({ id: row['id'], name });
      if (found.length === 0) collect({ id: row['id'], name: null });
    },
  });
  return new OperatorHarness({ kind: 'stream', create }, options.snapshots === undefined ? {} : { snapshots: options.snapshots });
}

const texts = (operator: OperatorHarness): string[] => (operator.values as readonly TableRow[]).map(({ id, name }) => `${String(id)} ${String(name)}`);

describe('lookups that are not waited for', () => {
  test('rows leave in their order, each with all that was found for it', () => {
    const table = new Table();
    const operator = harness(table);
    for (const id of [1, 2, null, 3]) operator.element({ id });
    table.answers.set(2, [{ name: 'b' }]);
    operator.advanceTime(1);
    assert.deepEqual(texts(operator), []);
    table.answers.set(1, [{ name: 'a' }, { name: 'A' }]);
    operator.advanceTime(1);
    assert.deepEqual(texts(operator), ['1 a', '1 A', '2 b', 'null null']);
    table.answers.set(3, []);
    operator.advanceTime(1);
    assert.deepEqual(texts(operator).slice(4), ['3 null']);
    assert.deepEqual(table.asked, [1, 2, 3]);
  });

  test('a watermark waits for the rows before it', () => {
    const table = new Table();
    const operator = harness(table);
    operator.element({ id: 1 });
    operator.watermark(10);
    operator.element({ id: 2 });
    const { output } = operator.subtasks[0]!;
    assert.deepEqual(output.watermarks, []);
    table.answers.set(1, []);
    operator.advanceTime(1);
    assert.deepEqual([texts(operator), output.watermarks], [['1 null'], [10]]);
  });

  test('what waits at a snapshot is asked again after a restore', () => {
    const table = new Table();
    const operator = harness(table);
    table.answers.set(1, [{ name: 'a' }]);
    for (const id of [1, 2, 3]) operator.element({ id });
    const snapshots = operator.snapshot();
    assert.deepEqual(texts(operator), ['1 a']);
    const again = new Table();
    again.answers.set(2, [{ name: 'b' }]).set(3, [{ name: 'c' }]);
    const restored = harness(again, { snapshots });
    restored.advanceTime(1);
    assert.deepEqual([texts(restored), again.asked], [['2 b', '3 c'], [2, 3]]);
  });

  test('a row without an answer is asked again after the delay, so many times', () => {
    const table = new Table();
    const operator = harness(table, { retry: { attempts: 2, delayMs: 100 } });
    table.answers.set(1, []).set(2, []);
    operator.element({ id: 1 });
    operator.element({ id: 2 });
    operator.advanceTime(99);
    assert.deepEqual([texts(operator), table.asked], [[], [1, 2]]);
    table.answers.set(2, [{ name: 'late' }]);
    operator.advanceTime(1);
    assert.deepEqual(table.asked, [1, 2, 1, 2]);
    operator.advanceTime(100);
    assert.deepEqual([texts(operator), table.asked], [['1 null', '2 late'], [1, 2, 1, 2, 1]]);
  });

  test('there is no room for more rows than may wait, nor an end before all have left', () => {
    const table = new Table();
    const operator = new LookupOperator({ lookup: table, capacity: 2, retry: undefined, inputType: Types.ROW({ id: Types.INT }), keyOf: (row) => [row['id']], join: (row, found, collect) => found.forEach(() => collect(row)) });
    const rows: unknown[] = [];
    operator.open({ clock: { now: () => 0 }, files: {}, restored: undefined, output: { collect: (row: unknown) => void rows.push(row), emitWatermark: (watermark: number) => void rows.push(watermark), isBlocked: false } } as never);
    operator.processElement({ id: 1 }, 0);
    assert.equal(operator.advance(), true);
    operator.processElement({ id: 2 }, 0);
    assert.equal(operator.advance(), false);
    table.answers.set(1, [{}]);
    assert.equal(operator.advance(), true);
    operator.processWatermark(Number.POSITIVE_INFINITY);
    assert.equal(operator.advance(), false);
    table.answers.set(2, [{}]);
    assert.equal(operator.advance(), true);
    assert.deepEqual(rows, [{ id: 1 }, { id: 2 }, Number.POSITIVE_INFINITY]);
  });
});
