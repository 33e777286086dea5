import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Types } from '#core/types/type-information';
import { finishSnapshotSync } from '#state/snapshot/finish-snapshot';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { redistribute } from '#state/snapshot/redistribute';
import { ALIGNED_WINDOW_SECTION } from '#streaming/window/aligned-window-restore';
import { SESSION_SECTION } from '#streaming/window/stored-sessions';
import { readWindowRows } from '#streaming/window/window-rows';
import { type RunSettings, settings, type Step, steps, WindowRun } from './window-runs.js';

const REQUEST = { checkpointId: 1, timestamp: 0, isSavepoint: false, isIncremental: false };
const MAX_PARALLELISM = 8;

/** What a snapshot holds, in an order of its own. */
function contentOf(snapshot: OperatorSnapshot, drawn: RunSettings): unknown {
  const restored = redistribute({ old: [snapshot], newSubtask: 0, parallelism: 1, maxParallelism: MAX_PARALLELISM, checkpointId: 1 });
  const section = drawn.assignment.kind === 'session' ? SESSION_SECTION : ALIGNED_WINDOW_SECTION;
  const accumulatorType = snapshot.keyed.find(({ name }) => name === section)!.serializers['accumulator']!.type;
  const keyType = drawn.keys === undefined ? Types.INT : drawn.keys.type;
  return readWindowRows(restored, section, { keyType, accumulatorType })
    .map(({ keyGroup, firedTime, rows }) => ({ keyGroup, firedTime, rows: rows.map((row) => JSON.stringify(row)).sort() }))
    .sort((a, b) => a.keyGroup - b.keyGroup);
}

/** Takes the run's steps up to the cut; the last one stops after `room` rows. */
function runToCut(run: WindowRun, happens: readonly Step[], room: number): void {
  happens.forEach((step, index) => {
    if (index === happens.length - 1 && step.kind === 'advance') run.harness.subtasks[0]!.output.room = room;
    run.step(step);
  });
}

function goOn(run: WindowRun, happens: readonly Step[]): void {
  run.harness.subtasks[0]!.output.room = Number.POSITIVE_INFINITY;
  run.harness.subtasks[0]!.operator.advance?.();
  for (const step of happens) run.step(step);
}

const places = fc.record({ at: fc.nat(), room: fc.integer({ min: 0, max: 3 }), later: fc.nat(20), last: fc.nat(20) });

describe('snapshots of window operators that are read while records go on', () => {
  test('what is read later is what a snapshot held at the cut, also in the middle of a firing', () => {
    fc.assert(fc.property(settings, steps, places, (drawn, happens, { at, room, later }) => {
      const cutAt = 1 + (at % happens.length);
      const twin = new WindowRun(drawn, 1);
      runToCut(twin, happens.slice(0, cutAt), room);
      const expected = contentOf(finishSnapshotSync(twin.harness.subtasks[0]!.operator.snapshot(REQUEST)), drawn);
      const run = new WindowRun(drawn, 1);
      runToCut(run, happens.slice(0, cutAt), room);
      const snapshot = run.harness.subtasks[0]!.operator.snapshot(REQUEST);
      goOn(run, happens.slice(cutAt, cutAt + later));
      assert.deepEqual(contentOf(finishSnapshotSync(snapshot), drawn), expected);
      goOn(run, happens.slice(cutAt + later));
      run.harness.close();
      assert.equal(run.harness.subtasks[0]!.context.memory.usedBytes, 0);
    }), { numRuns: 600, includeErrorInReport: true });
  });

  test('a snapshot may begin before the last one was read, and one that is given up leaves nothing behind', () => {
    fc.assert(fc.property(settings, steps, places, fc.boolean(), (drawn, happens, { at, room, later, last }, isGivenUp) => {
      const cutAt = 1 + (at % happens.length);
      const run = new WindowRun(drawn, 1);
      const { operator, context } = run.harness.subtasks[0]!;
      runToCut(run, happens.slice(0, cutAt), room);
      const first = operator.snapshot(REQUEST);
      goOn(run, happens.slice(cutAt, cutAt + later));
      const second = operator.snapshot(REQUEST);
      goOn(run, happens.slice(cutAt + later, cutAt + later + last));
      const twin = new WindowRun(drawn, 1);
      runToCut(twin, happens.slice(0, cutAt), room);
      const [expectedFirst] = [contentOf(finishSnapshotSync(twin.harness.subtasks[0]!.operator.snapshot(REQUEST)), drawn)];
      goOn(twin, happens.slice(cutAt, cutAt + later));
      const expectedSecond = contentOf(finishSnapshotSync(twin.harness.subtasks[0]!.operator.snapshot(REQUEST)), drawn);
      if (isGivenUp) for (const part of first.deferred ?? []) part.release();
      else assert.deepEqual(contentOf(finishSnapshotSync(first), drawn), expectedFirst);
      assert.deepEqual(contentOf(finishSnapshotSync(second), drawn), expectedSecond);
      run.harness.close();
      assert.equal(context.memory.usedBytes, 0);
    }), { numRuns: 300, includeErrorInReport: true });
  });
});
