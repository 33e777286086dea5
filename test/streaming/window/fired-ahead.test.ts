import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Types } from '#core/types/type-information';
import type { KeySpecification, OperatorFactory } from '#streaming/operator/stream-operator';
import { createWindowOperator } from '#streaming/window/create-window-operator';
import type { WindowAssignment, WindowOperatorOptions } from '#streaming/window/window-operator-options';
import { OperatorHarness } from '../operator-harness.js';

interface Row {
  readonly k: number;
  readonly n: number;
}

const KEYS: KeySpecification = { selector: (row: unknown) => (row as Row).k, type: Types.INT };
const KEY_COUNT = 40;

function factory(assignment: WindowAssignment, allowedLatenessMs = 0): OperatorFactory {
  const aggregation: WindowOperatorOptions['aggregation'] = {
    kind: 'aggregate',
    aggregate: { createAccumulator: () => 0, add: (_row: Row, count: number) => count + 1, getResult: (count: number) => count, merge: (a: number, b: number) => a + b },
  };
  const process: NonNullable<WindowOperatorOptions['process']> = { process: (key, { window }, [count], out) => out(`${key} ${window.start} ${count}`) };
  return { kind: 'stream', create: (environment) => createWindowOperator({ assignment, aggregation, allowedLatenessMs, keys: KEYS, process }, environment), keys: [KEYS] };
}

function everyKey(harness: OperatorHarness, time: number): void {
  for (let k = 0; k < KEY_COUNT; k++) harness.element({ k, n: 1 }, time);
}

function isOwnKey(subtask: OperatorHarness['subtasks'][number], k: number): boolean {
  const { keyGroupOf, keyGroupRange } = subtask.context.keyedState!;
  const group = keyGroupOf.call(subtask.context.keyedState, k);
  return group >= keyGroupRange.start && group <= keyGroupRange.end;
}

/** A run of two subtasks of which the second has seen a later watermark, as an unaligned barrier finds them, goes on with three. */
function rescaledBehind(assignment: WindowAssignment): readonly unknown[] {
  const old = new OperatorHarness(factory(assignment), { parallelism: 2 });
  everyKey(old, 5);
  const [slow, fast] = old.subtasks;
  const isFast = (k: number): boolean => isOwnKey(fast!, k);
  slow!.watermark(0);
  fast!.watermark(12);
  const run = new OperatorHarness(factory(assignment), { parallelism: 3, snapshots: old.snapshot() });
  // What was under way to the slow subtask.
  for (let k = 0; k < KEY_COUNT; k++) if (!isFast(k)) run.element({ k, n: 1 }, 7);
  run.watermark(0);
  const early = run.values.length;
  everyKey(run, 15);
  for (const watermark of [9, 12, 100]) run.watermark(watermark);
  assert.equal(early, 0, 'nothing is due before the watermark has come again');
  const values = [...old.values, ...run.values].toSorted() as string[];
  old.close();
  run.close();
  return values;
}

describe('windows of key groups that had fired further than others', () => {
  test('of tumbling windows every key has each window once, with the rows that were under way', () => {
    const values = rescaledBehind({ kind: 'tumbling', timeDomain: 'event', sizeMs: 10, offsetMs: 0 }) as string[];
    const first = values.filter((line) => line.split(' ')[1] === '0');
    assert.equal(first.length, KEY_COUNT);
    const counts = first.map((line) => Number(line.split(' ')[2]));
    assert.ok(counts.includes(1) && counts.includes(2), 'some keys were fast, some slow');
    assert.equal(values.filter((line) => line.split(' ')[1] === '10').length, KEY_COUNT);
  });

  test('of sliding windows every key has each window once', () => {
    const values = rescaledBehind({ kind: 'sliding', timeDomain: 'event', sizeMs: 10, slideMs: 5, offsetMs: 0 }) as string[];
    const windows = new Map<string, number>();
    for (const line of values) {
      const [key, start] = line.split(' ');
      windows.set(`${key} ${start}`, (windows.get(`${key} ${start}`) ?? 0) + 1);
    }
    assert.deepEqual([...windows].filter(([, count]) => count !== 1), []);
    assert.equal(windows.size, KEY_COUNT * 4);
  });

  test('a subtask that was behind and had no rows yet loses none of those that were under way to it', () => {
    const assignment: WindowAssignment = { kind: 'tumbling', timeDomain: 'event', sizeMs: 10, offsetMs: 0 };
    const old = new OperatorHarness(factory(assignment), { parallelism: 2 });
    const [slow, fast] = old.subtasks;
    const keys = Array.from({ length: KEY_COUNT }, (_, k) => k);
    for (const k of keys) if (isOwnKey(fast!, k)) old.element({ k, n: 1 }, 15);
    slow!.watermark(0);
    fast!.watermark(12);
    const run = new OperatorHarness(factory(assignment), { parallelism: 1, snapshots: old.snapshot() });
    const underWay = keys.filter((k) => isOwnKey(slow!, k));
    for (const k of underWay) run.element({ k, n: 1 }, 7);
    run.watermark(100);
    const values = run.values as string[];
    assert.deepEqual(values.toSorted(), [...underWay.map((k) => `${k} 0 1`), ...keys.filter((k) => !underWay.includes(k)).map((k) => `${k} 10 1`)].toSorted());
    assert.ok(underWay.length > 0 && underWay.length < KEY_COUNT);
    old.close();
    run.close();
  });
});
