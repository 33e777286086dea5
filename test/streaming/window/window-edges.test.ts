import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type TypeInformation, Types } from '#core/types/type-information';
import { StateError } from '#state/errors';
import { StreamingError } from '#streaming/errors';
import type { OperatorFactory } from '#streaming/operator/stream-operator';
import { createWindowOperator } from '#streaming/window/create-window-operator';
import type { WindowAssignment, WindowOperatorOptions } from '#streaming/window/window-operator-options';
import { OperatorHarness } from '../operator-harness.js';

interface Row {
  readonly k: number;
  readonly n: number;
}

const KEYS = { selector: (row: Row) => row.k, type: Types.INT };
const COUNT: WindowOperatorOptions['aggregation'] = {
  kind: 'aggregate',
  aggregate: { createAccumulator: () => 0, add: (_row: Row, count: number) => count + 1, getResult: (count: number) => count, merge: (a: number, b: number) => a + b },
};
/** Counts in an accumulator that is a row. */
function rows(rowOf: (n: number) => { readonly n: number }): WindowOperatorOptions['aggregation'] {
  return {
    kind: 'aggregate',
    aggregate: { createAccumulator: () => rowOf(0), add: (_row: Row, { n }: { n: number }) => rowOf(n + 1), getResult: (accumulator: object) => accumulator, merge: (a: { n: number }, b: { n: number }) => rowOf(a.n + b.n) },
  };
}
const TUMBLING: WindowAssignment = { kind: 'tumbling', timeDomain: 'event', sizeMs: 10, offsetMs: 0 };

function factory(options: Partial<WindowOperatorOptions>): OperatorFactory {
  return { kind: 'stream', create: (environment) => createWindowOperator({ assignment: TUMBLING, aggregation: COUNT, allowedLatenessMs: 0, keys: KEYS, ...options }, environment), keys: [KEYS] };
}

const code = (expected: string) => (error: unknown) => error instanceof StreamingError && error.code === expected && !error.message.includes('\n');

describe('window operators at their edges', () => {
  test('a watermark follows the rows it makes, also when they go out in pieces', () => {
    const harness = new OperatorHarness(factory({}));
    for (const k of [1, 2, 3]) harness.element({ k, n: 1 }, k);
    const [subtask] = harness.subtasks;
    subtask!.output.room = 2;
    harness.watermark(20);
    assert.deepEqual(subtask!.output.events, [1, 1]);
    assert.equal(subtask!.makeRoom(1), true);
    assert.deepEqual(subtask!.output.events, [1, 1, 1, { watermark: 20 }]);
    harness.close();
  });

  test('sessions of many keys at fractions of a millisecond fire once each, in order of their ends', () => {
    const harness = new OperatorHarness(factory({ assignment: { kind: 'session', timeDomain: 'processing', gapMs: 100 }, aggregation: { kind: 'list' }, process: { process: (key, { window }, _elements, out) => out([key, window.end]) } }));
    for (let k = 0; k < 50; k++) {
      harness.element({ k, n: 1 });
      harness.advanceTime(0.75);
    }
    harness.advanceTime(1000);
    assert.deepEqual(harness.values, Array.from({ length: 50 }, (_, k) => [k, Math.floor(k * 0.75) + 100]));
    harness.close();
  });

  test('sessions of many keys with event times between two milliseconds fire once each', () => {
    const harness = new OperatorHarness(factory({ assignment: { kind: 'session', timeDomain: 'event', gapMs: 100 } }));
    for (let k = 0; k < 50; k++) harness.element({ k, n: 1 }, k * 0.75);
    harness.watermark(1000);
    assert.deepEqual(harness.values, Array.from({ length: 50 }, () => 1));
    harness.close();
  });

  test('a session gap that is not positive fails the record', () => {
    for (const gap of [0, -5, Number.NaN]) {
      const harness = new OperatorHarness(factory({ assignment: { kind: 'session', timeDomain: 'event', gapMs: () => gap } }));
      assert.throws(() => harness.element({ k: 1, n: 1 }, 5), code('WINDOW_GAP_INVALID'));
      harness.close();
    }
  });

  test('a row without event time fails event-time windows and sessions', () => {
    for (const assignment of [TUMBLING, { kind: 'session', timeDomain: 'event', gapMs: 5 }] satisfies WindowAssignment[]) {
      const harness = new OperatorHarness(factory({ assignment }));
      assert.throws(() => harness.element({ k: 1, n: 1 }), code('WINDOW_TIMESTAMP_MISSING'));
      harness.close();
    }
  });

  test('sessions refuse an aggregate that cannot merge', () => {
    const { merge: _merge, ...aggregate } = (COUNT as { aggregate: object }).aggregate as { merge?: unknown };
    assert.throws(() => createWindowOperator({ assignment: { kind: 'session', timeDomain: 'event', gapMs: 5 }, aggregation: { kind: 'aggregate', aggregate: aggregate as never }, allowedLatenessMs: 0, keys: KEYS }, { isStateOnDisk: false }), code('WINDOW_MERGE_MISSING'));
  });

  test('state of windows of another size is refused at restore', () => {
    const harness = new OperatorHarness(factory({}));
    harness.element({ k: 1, n: 1 }, 5);
    const snapshots = harness.snapshot();
    harness.close();
    assert.throws(() => new OperatorHarness(factory({ assignment: { ...TUMBLING, sizeMs: 20 } as WindowAssignment }), { snapshots }), code('WINDOW_STATE_INCOMPATIBLE'));
  });

  test('keys of another type than in the snapshot are refused at restore, not misread', () => {
    const harness = new OperatorHarness(factory({}));
    harness.element({ k: 1, n: 1 }, 5);
    const snapshots = harness.snapshot();
    harness.close();
    const keys = { selector: (row: Row) => `${row.k}`, type: Types.STRING };
    const renamed: OperatorFactory = { kind: 'stream', create: (environment) => createWindowOperator({ assignment: TUMBLING, aggregation: COUNT, allowedLatenessMs: 0, keys }, environment), keys: [keys] };
    assert.throws(() => new OperatorHarness(renamed, { snapshots }), (error) => error instanceof StateError && error.code === 'STATE_MIGRATION_UNSUPPORTED');
  });

  test('accumulators of a changed type are migrated at restore, in tables and in sessions', () => {
    for (const assignment of [TUMBLING, { kind: 'session', timeDomain: 'event', gapMs: 5 }] satisfies WindowAssignment[]) {
      const count = (accumulatorType: TypeInformation): Partial<WindowOperatorOptions> => ({ assignment, accumulatorType });
      const harness = new OperatorHarness(factory({ ...count(Types.ROW({ n: Types.INT })), aggregation: rows((n) => ({ n })) }));
      for (let i = 0; i < 3; i++) harness.element({ k: 1, n: 1 }, 5);
      const snapshots = harness.snapshot();
      harness.close();
      const after = new OperatorHarness(factory({ ...count(Types.ROW({ unit: Types.DEFAULT(Types.STRING, 'rows'), n: Types.LONG })), aggregation: rows((n) => ({ unit: 'rows', n })) }), { snapshots });
      after.watermark(100);
      assert.deepEqual(after.values, [{ unit: 'rows', n: 3 }]);
      after.close();
      assert.throws(() => new OperatorHarness(factory({ ...count(Types.ROW({ n: Types.STRING })), aggregation: rows((n) => ({ n })) }), { snapshots }), { code: 'STATE_MIGRATION_UNSUPPORTED', message: /field n was INT, is STRING/ });
    }
  });

  test('processing time that went back while the job was down loses no row', () => {
    const assignment: WindowAssignment = { kind: 'sliding', timeDomain: 'processing', sizeMs: 20, slideMs: 10, offsetMs: 0 };
    const before = new OperatorHarness(factory({ assignment }));
    before.advanceTime(1005);
    before.element({ k: 1, n: 1 });
    before.advanceTime(10);
    assert.deepEqual(before.values, [1]);
    const snapshots = before.snapshot();
    before.close();
    const after = new OperatorHarness(factory({ assignment }), { snapshots });
    after.advanceTime(500);
    after.element({ k: 2, n: 1 });
    after.advanceTime(2000);
    assert.deepEqual(after.values, [1, 1, 1]);
    after.close();
  });

  test('state per window is told of the end of its window once, after all firings of it', () => {
    const told: string[] = [];
    const harness = new OperatorHarness(factory({
      aggregation: { kind: 'list' }, allowedLatenessMs: 20,
      process: {
        process: (key, context, _elements, out) => {
          const state = context.windowState({ kind: 'value', name: 'firings', defaultValue: 0 }) as { value(): number; update(value: number): void };
          state.update(state.value() + 1);
          out([key, context.window.start, state.value()]);
        },
        clear: (key, context) => {
          const state = context.windowState({ kind: 'value', name: 'firings' }) as { value(): number; clear(): void };
          told.push(`${key}/${context.window.start}/${state.value()}`);
          state.clear();
        },
      },
    }));
    harness.element({ k: 1, n: 1 }, 5);
    harness.element({ k: 2, n: 1 }, 15);
    harness.watermark(12);
    harness.element({ k: 1, n: 2 }, 6);
    assert.deepEqual(harness.values, [[1, 0, 1], [1, 0, 2]]);
    harness.watermark(28);
    assert.deepEqual(told, []);
    harness.watermark(29);
    assert.deepEqual(told, ['1/0/2']);
    harness.watermark(Number.POSITIVE_INFINITY);
    assert.deepEqual(told, ['1/0/2', '2/10/1']);
    assert.equal(harness.subtasks[0]!.context.keyedState!.keyCount(), 0);
    harness.close();
  });

  test('a row between two windows is told late as Flink does, and nothing otherwise', () => {
    const harness = new OperatorHarness(factory({ assignment: { kind: 'sliding', timeDomain: 'event', sizeMs: 5, slideMs: 10, offsetMs: 0 }, lateTag: 'late', allowedLatenessMs: 1 }));
    harness.element({ k: 1, n: 1 }, 7);
    harness.watermark(9);
    harness.element({ k: 1, n: 2 }, 9);
    harness.element({ k: 1, n: 3 }, 8);
    assert.deepEqual(harness.side('late'), [{ k: 1, n: 3 }]);
    assert.equal(harness.subtasks[0]!.counters.size, 0);
    harness.close();
  });

  test('reduce gets values of its own where windows overlap', () => {
    const harness = new OperatorHarness(factory({
      assignment: { kind: 'sliding', timeDomain: 'event', sizeMs: 20, slideMs: 10, offsetMs: 0 },
      aggregation: { kind: 'reduce', reduce: (a: { k: number; n: number }, b: Row) => { a.n += b.n; return a; } },
    }));
    harness.element({ k: 1, n: 1 }, 5);
    harness.element({ k: 1, n: 10 }, 15);
    harness.watermark(100);
    assert.deepEqual(harness.values, [{ k: 1, n: 1 }, { k: 1, n: 11 }, { k: 1, n: 10 }]);
    harness.close();
  });
});
