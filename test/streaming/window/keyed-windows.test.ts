import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import type { HarnessOptions } from '../operator-harness.js';
import { openBackend, openSlot, withAddon } from '../../state/rocksdb/rocksdb-fixture.js';
import { actualOf, expectedOf, type RunSettings, settings, type Step, steps, WindowRun } from './window-runs.js';

const END: Step = { kind: 'advance', ms: 1_000_000 };
const RUNS = 60;

/** Whole ms only, as Flink's longs. */
const wholeMs = steps.map((drawn) => drawn.map((step): Step => (step.kind === 'advance' ? { kind: 'advance', ms: Math.ceil(step.ms) } : step)));
const plans = fc.array(fc.record({ room: fc.integer({ min: 0, max: 2 }), parallelism: fc.integer({ min: 1, max: 3 }), isOnDisk: fc.boolean() }), { minLength: 60, maxLength: 60 });

withAddon(() => {
  const slot = openSlot();
  after(() => slot.close());
  const onDisk: HarnessOptions['createKeyedState'] = (options) => openBackend(slot, { ...options, hotTierRowsMax: 4 });

  function check(run: WindowRun, happens: readonly Step[], step: (step: Step, index: number) => void): void {
    [...happens, END].forEach(step);
    run.harness.close();
    assert.deepEqual(actualOf(run), expectedOf(run));
  }

  describe('windows whose contents are state on disk, against the plain oracle', () => {
    test('they give the same windows, re-firings and late rows', () => {
      fc.assert(fc.property(settings, steps, (drawn, happens) => {
        const run = new WindowRun(drawn, 1, () => onDisk);
        check(run, happens, (step) => run.step(step));
      }), { numRuns: RUNS, includeErrorInReport: true });
    });

    test('restored again and again in the middle of something, at another parallelism, on disk or on the heap, each row counts exactly once', () => {
      fc.assert(fc.property(settings, wholeMs, plans, fc.boolean(), (drawn: RunSettings, happens, plan, startsOnDisk) => {
        let isOnDisk = startsOnDisk;
        const run = new WindowRun(drawn, 2, () => (isOnDisk ? onDisk : undefined));
        check(run, happens, (step, index) => {
          const place = plan[index % plan.length]!;
          if (step.kind !== 'advance') {
            run.step(step);
            return;
          }
          isOnDisk = place.isOnDisk;
          run.stepAndRestore(step, place.room, place.parallelism);
        });
      }), { numRuns: RUNS, includeErrorInReport: true });
    });

    test('nothing of a window stays when it is over', () => {
      fc.assert(fc.property(settings, wholeMs, (drawn, happens) => {
        const run = new WindowRun(drawn, 1, () => onDisk);
        for (const step of [...happens, END]) run.step(step);
        const { context, operator } = run.harness.subtasks[0]!;
        assert.equal(context.keyedState!.keyCount(), 0);
        assert.equal(operator.nextProcessingTime?.(), Number.POSITIVE_INFINITY);
        run.harness.close();
      }), { numRuns: RUNS / 4, includeErrorInReport: true });
    });
  });
});
