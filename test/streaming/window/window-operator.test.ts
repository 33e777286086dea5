import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { actualOf, expectedOf, settings, type Step, steps, WindowRun } from './window-runs.js';

const END: Step = { kind: 'advance', ms: 1_000_000 };
const RUNS = 300;

/** Whole ms only, as Flink's longs. */
const wholeMs = steps.map((drawn) => drawn.map((step): Step => (step.kind === 'advance' ? { kind: 'advance', ms: Math.ceil(step.ms) } : step)));

describe('window operators against a plain oracle of Flink\'s', () => {
  test('tumbling, sliding and session windows give the same windows, re-firings and late rows', () => {
    fc.assert(fc.property(settings, wholeMs, (drawn, happens) => {
      const run = new WindowRun(drawn, 1);
      for (const step of [...happens, END]) run.step(step);
      run.harness.close();
      assert.deepEqual(actualOf(run), expectedOf(run));
    }), { numRuns: RUNS, includeErrorInReport: true });
  });

  test('watermarks and processing times between two milliseconds fire what is over and nothing else', () => {
    fc.assert(fc.property(settings, steps, (drawn, happens) => {
      const run = new WindowRun(drawn, 1);
      for (const step of [...happens, END]) run.step(step);
      run.harness.close();
      assert.deepEqual(actualOf(run), expectedOf(run));
    }), { numRuns: RUNS, includeErrorInReport: true });
  });

  test('a snapshot anywhere, also in the middle of a firing, restores at any parallelism and gives each row exactly once', () => {
    const places = fc.record({ at: fc.nat(), room: fc.integer({ min: 0, max: 3 }), before: fc.integer({ min: 1, max: 4 }), after: fc.integer({ min: 1, max: 4 }) });
    fc.assert(fc.property(settings, wholeMs, places, (drawn, happens, place) => {
      const run = new WindowRun(drawn, place.before);
      const all = [...happens, END];
      const at = place.at % all.length;
      all.forEach((step, index) => (index === at ? run.stepAndRestore(step, place.room, place.after) : run.step(step)));
      run.harness.close();
      assert.deepEqual(actualOf(run), expectedOf(run));
    }), { numRuns: RUNS, includeErrorInReport: true });
  });

  test('several restores in a row, each in the middle of something, still give each row exactly once', () => {
    const places = fc.array(fc.record({ room: fc.integer({ min: 0, max: 2 }), parallelism: fc.integer({ min: 1, max: 4 }) }), { minLength: 60, maxLength: 60 });
    fc.assert(fc.property(settings, wholeMs, places, (drawn, happens, plan) => {
      const run = new WindowRun(drawn, 2);
      [...happens, END].forEach((step, index) => {
        const place = plan[index % plan.length]!;
        if (step.kind === 'advance') run.stepAndRestore(step, place.room, place.parallelism);
        else run.step(step);
      });
      run.harness.close();
      assert.deepEqual(actualOf(run), expectedOf(run));
    }), { numRuns: RUNS / 4, includeErrorInReport: true });
  });
});
