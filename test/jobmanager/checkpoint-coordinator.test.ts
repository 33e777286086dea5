import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { subtaskIdOf } from '#cluster/ids/ids';
import { CheckpointCoordinator, type SubtaskAcknowledgement } from '#jobmanager/checkpoint/checkpoint-coordinator';
import type { CheckpointSettings } from '#jobmanager/checkpoint/checkpoint-settings';

const SOURCE = subtaskIdOf('source', 0);
const SINK = subtaskIdOf('sink', 0);
const PARTICIPANTS = { triggered: [SOURCE], acknowledging: [SOURCE, SINK] };
const SETTINGS: CheckpointSettings = { intervalMs: 100, intervalDuringBacklogMs: undefined, timeoutMs: 1000, minPauseMs: 0, concurrentMax: 1, tolerableFailures: 0, retainedMax: 1, isAfterTasksFinish: true, isRetainedOnCancellation: false, isRetainedOnFailure: false, directory: '/chk' };

function acknowledgement(subtaskId: typeof SOURCE, bytes = 10): SubtaskAcknowledgement {
  return { subtaskId, file: `${subtaskId}.state`, bytes, fullBytes: bytes, inline: undefined, sharedFiles: [], timings: { alignmentMs: 0, syncMs: 0, asyncMs: 0, bytesProcessedDuringAlignment: 0 }, operatorIds: [] };
}

/** Takes one whole checkpoint, started at `nowMs` and complete 10 ms later; its decisions after the trigger. */
function complete(coordinator: CheckpointCoordinator, nowMs: number): readonly unknown[] {
  const [trigger] = coordinator.onTime(nowMs, PARTICIPANTS);
  assert.equal(trigger?.kind, 'trigger');
  const { checkpointId } = trigger as { readonly checkpointId: number };
  coordinator.onAcknowledge(checkpointId, acknowledgement(SOURCE));
  coordinator.onAcknowledge(checkpointId, acknowledgement(SINK));
  return coordinator.onMetadataWritten(checkpointId, nowMs + 10);
}

describe('checkpoint coordinator', () => {
  test('triggers every interval, one at a time, with growing ids', () => {
    const coordinator = new CheckpointCoordinator(SETTINGS, 5, 0);
    assert.equal(coordinator.nextTimeMs, 100);
    assert.deepEqual(coordinator.onTime(99, PARTICIPANTS), []);
    assert.deepEqual(coordinator.onTime(100, PARTICIPANTS), [{ kind: 'trigger', checkpointId: 5, timestamp: 100, participants: PARTICIPANTS }]);
    assert.deepEqual(coordinator.onTime(300, PARTICIPANTS), [], 'the first one is still pending');
  });

  test('metadata is written only after the last acknowledgement, and only then tasks hear of completion', () => {
    const coordinator = new CheckpointCoordinator(SETTINGS, 1, 0);
    coordinator.onTime(100, PARTICIPANTS);
    assert.deepEqual(coordinator.onAcknowledge(1, acknowledgement(SINK)), []);
    assert.deepEqual(coordinator.onAcknowledge(1, acknowledgement(SINK)), [], 'a repeated acknowledgement counts once');
    const [write] = coordinator.onAcknowledge(1, acknowledgement(SOURCE));
    assert.equal(write?.kind, 'write-metadata');
    assert.deepEqual(coordinator.onMetadataWritten(1, 150), [{ kind: 'notify-complete', checkpointId: 1 }]);
    assert.equal(coordinator.latestDurationMs, 50);
    assert.equal(coordinator.latestBytes, 20);
    assert.equal(coordinator.nextTimeMs, 200);
  });

  test('a savepoint takes its turn as a checkpoint, and is neither retained, discarded when complete, nor held against the job', () => {
    const coordinator = new CheckpointCoordinator({ ...SETTINGS, retainedMax: 1 }, 1, 0);
    complete(coordinator, 100);
    assert.equal(coordinator.trigger(150, PARTICIPANTS, { isSavepoint: true })[0]?.kind, 'trigger');
    coordinator.onAcknowledge(2, acknowledgement(SOURCE));
    coordinator.onAcknowledge(2, acknowledgement(SINK));
    assert.deepEqual(coordinator.onMetadataWritten(2, 160), [{ kind: 'notify-complete', checkpointId: 2 }]);
    assert.deepEqual(coordinator.completedIds, [1]);
    coordinator.trigger(170, PARTICIPANTS, { isSavepoint: true });
    assert.deepEqual(coordinator.onDecline(3, 180), [{ kind: 'abort', checkpointId: 3, reason: 'declined' }, { kind: 'discard', checkpointId: 3 }]);
    assert.equal(coordinator.nextTimeMs, 200, 'the interval of checkpoints is not shifted');
  });

  test('completed checkpoints beyond those retained are discarded, oldest first', () => {
    const coordinator = new CheckpointCoordinator({ ...SETTINGS, retainedMax: 2 }, 1, 0);
    complete(coordinator, 100);
    assert.deepEqual(complete(coordinator, 200), [{ kind: 'notify-complete', checkpointId: 2 }]);
    assert.deepEqual(complete(coordinator, 300), [{ kind: 'notify-complete', checkpointId: 3 }, { kind: 'discard', checkpointId: 1 }]);
    assert.deepEqual(coordinator.completedIds, [2, 3]);
  });

  test('an expired checkpoint is given up and fails the job when no failure is tolerated', () => {
    const coordinator = new CheckpointCoordinator(SETTINGS, 1, 0);
    coordinator.onTime(100, PARTICIPANTS);
    assert.equal(coordinator.nextTimeMs, 1100);
    assert.deepEqual(coordinator.onTime(1100, PARTICIPANTS), [
      { kind: 'abort', checkpointId: 1, reason: 'expired' }, { kind: 'discard', checkpointId: 1 }, { kind: 'fail-job', failures: 1 },
    ]);
    assert.deepEqual(coordinator.onAcknowledge(1, acknowledgement(SOURCE)), [], 'a late acknowledgement changes nothing');
  });

  test('tolerated failures are counted in a row: a completed checkpoint starts the count over', () => {
    const coordinator = new CheckpointCoordinator({ ...SETTINGS, tolerableFailures: 1 }, 1, 0);
    coordinator.onTime(100, PARTICIPANTS);
    assert.ok(!coordinator.onDecline(1, 110).some(({ kind }) => kind === 'fail-job'));
    complete(coordinator, 200);
    coordinator.onTime(300, PARTICIPANTS);
    assert.ok(!coordinator.onDecline(3, 310).some(({ kind }) => kind === 'fail-job'));
    coordinator.onTime(400, PARTICIPANTS);
    assert.ok(coordinator.onDecline(4, 410).some(({ kind }) => kind === 'fail-job'));
  });

  test('a task that ends before it acknowledged aborts the checkpoint without blame', () => {
    const coordinator = new CheckpointCoordinator(SETTINGS, 1, 0);
    coordinator.onTime(100, PARTICIPANTS);
    coordinator.onAcknowledge(1, acknowledgement(SOURCE));
    assert.deepEqual(coordinator.onTaskEnded(SOURCE, true, 120), [], 'it has acknowledged');
    assert.deepEqual(coordinator.onTaskEnded(SINK, false, 120), [{ kind: 'abort', checkpointId: 1, reason: 'task-ended' }, { kind: 'discard', checkpointId: 1 }]);
    assert.equal(coordinator.failedCount, 0);
  });

  test('a task that finishes without a barrier is left out, and a checkpoint of nobody is given up', () => {
    const coordinator = new CheckpointCoordinator(SETTINGS, 1, 0);
    coordinator.onTime(100, PARTICIPANTS);
    assert.deepEqual(coordinator.onTaskEnded(SOURCE, true, 110), []);
    const [write] = coordinator.onAcknowledge(1, acknowledgement(SINK));
    assert.deepEqual(write, { kind: 'write-metadata', checkpointId: 1, timestamp: 100, acknowledgements: [acknowledgement(SINK)] });
    coordinator.onMetadataWritten(1, 120);
    coordinator.onTime(200, PARTICIPANTS);
    coordinator.onAcknowledge(2, acknowledgement(SOURCE));
    assert.equal(coordinator.onTaskEnded(SINK, true, 210)[0]?.kind, 'write-metadata', 'the last one that was missing');
    coordinator.onMetadataWritten(2, 220);
    coordinator.onTime(300, PARTICIPANTS);
    coordinator.onTaskEnded(SINK, true, 310);
    assert.deepEqual(coordinator.onTaskEnded(SOURCE, true, 310), [{ kind: 'abort', checkpointId: 3, reason: 'task-ended' }, { kind: 'discard', checkpointId: 3 }]);
    assert.equal(coordinator.failedCount, 0);
  });

  test('when there is a hurry the next checkpoint waits only for the pending one', () => {
    const coordinator = new CheckpointCoordinator(SETTINGS, 1, 0);
    coordinator.hurry(20);
    assert.equal(coordinator.nextTimeMs, 20);
    complete(coordinator, 20);
    coordinator.onTime(120, PARTICIPANTS);
    coordinator.hurry(125);
    assert.deepEqual(coordinator.onTime(125, PARTICIPANTS), [], 'one at a time');
    coordinator.onAcknowledge(2, acknowledgement(SOURCE));
    coordinator.onAcknowledge(2, acknowledgement(SINK));
    coordinator.onMetadataWritten(2, 140);
    assert.equal(coordinator.nextTimeMs, 140);
  });

  test('the pause after a checkpoint is kept even when the interval has long passed', () => {
    const coordinator = new CheckpointCoordinator({ ...SETTINGS, minPauseMs: 500 }, 1, 0);
    complete(coordinator, 100);
    assert.equal(coordinator.nextTimeMs, 610);
    assert.deepEqual(coordinator.onTime(609, PARTICIPANTS), []);
    assert.equal(coordinator.onTime(610, PARTICIPANTS)[0]?.kind, 'trigger');
  });

  test('while tasks are not ready a trigger is put off, not lost', () => {
    const coordinator = new CheckpointCoordinator(SETTINGS, 1, 0);
    assert.deepEqual(coordinator.onTime(100, undefined), []);
    assert.equal(coordinator.nextTimeMs, 110);
    assert.equal(coordinator.onTime(110, PARTICIPANTS)[0]?.kind, 'trigger');
  });

  test('metadata that cannot be written fails the checkpoint', () => {
    const coordinator = new CheckpointCoordinator({ ...SETTINGS, tolerableFailures: 3 }, 1, 0);
    coordinator.onTime(100, PARTICIPANTS);
    coordinator.onAcknowledge(1, acknowledgement(SOURCE));
    coordinator.onAcknowledge(1, acknowledgement(SINK));
    assert.deepEqual(coordinator.onMetadataFailed(1, 130), [{ kind: 'abort', checkpointId: 1, reason: 'metadata-failed' }, { kind: 'discard', checkpointId: 1 }]);
    assert.equal(coordinator.latestCompletedId, undefined);
  });

  test('a stopped coordinator gives the pending one up and triggers nothing until it is restarted', () => {
    const coordinator = new CheckpointCoordinator(SETTINGS, 1, 0);
    coordinator.onTime(100, PARTICIPANTS);
    assert.equal(coordinator.stop(150)[0]?.kind, 'abort');
    assert.equal(coordinator.nextTimeMs, Infinity);
    coordinator.restart(1000);
    assert.deepEqual(coordinator.onTime(1100, PARTICIPANTS).map((decision) => ('checkpointId' in decision ? decision.checkpointId : 0)), [2]);
  });

  test('so many are under way as may be, and one that is complete takes older ones along without blame', () => {
    const coordinator = new CheckpointCoordinator({ ...SETTINGS, concurrentMax: 3 }, 1, 0);
    for (const nowMs of [100, 200, 300]) assert.equal(coordinator.onTime(nowMs, PARTICIPANTS)[0]?.kind, 'trigger');
    assert.deepEqual([coordinator.pendingIds, coordinator.hasRoom, coordinator.nextTimeMs], [[1, 2, 3], false, 1100]);
    assert.deepEqual(coordinator.onTime(400, PARTICIPANTS), []);
    for (const subtask of [SOURCE, SINK]) coordinator.onAcknowledge(2, acknowledgement(subtask));
    assert.deepEqual(coordinator.onMetadataWritten(2, 410), [{ kind: 'notify-complete', checkpointId: 2 }, { kind: 'abort', checkpointId: 1, reason: 'subsumed' }, { kind: 'discard', checkpointId: 1 }]);
    assert.deepEqual([coordinator.completedIds, coordinator.pendingIds, coordinator.failedCount, coordinator.nextTimeMs], [[2], [3], 0, 410]);
    assert.deepEqual(coordinator.onAcknowledge(1, acknowledgement(SOURCE)), []);
  });

  test('those under way expire each at its time, and end with a task that dies', () => {
    const coordinator = new CheckpointCoordinator({ ...SETTINGS, concurrentMax: 2, tolerableFailures: 5 }, 1, 0);
    for (const nowMs of [100, 200]) coordinator.onTime(nowMs, PARTICIPANTS);
    assert.deepEqual(coordinator.onTime(1100, PARTICIPANTS).map(({ kind }) => kind), ['abort', 'discard']);
    assert.deepEqual(coordinator.pendingIds, [2]);
    coordinator.onTime(1101, PARTICIPANTS);
    assert.deepEqual(coordinator.onTaskEnded(SINK, false, 1110).flatMap((decision) => (decision.kind === 'abort' ? [[decision.checkpointId, decision.reason]] : [])), [[2, 'task-ended'], [3, 'task-ended']]);
    assert.deepEqual(coordinator.pendingIds, []);
  });

  test('a savepoint is alone, however many checkpoints may be under way', () => {
    const coordinator = new CheckpointCoordinator({ ...SETTINGS, concurrentMax: 4 }, 1, 0);
    coordinator.trigger(10, PARTICIPANTS, { isSavepoint: true });
    assert.deepEqual([coordinator.hasRoom, coordinator.onTime(500, PARTICIPANTS)], [false, []]);
  });

  test('during a backlog checkpoints come by its interval, and behind it by theirs at once', () => {
    const coordinator = new CheckpointCoordinator({ ...SETTINGS, intervalDuringBacklogMs: 1000 }, 1, 0);
    coordinator.onBacklog(true, 10);
    assert.equal(coordinator.nextTimeMs, 100);
    complete(coordinator, 100);
    assert.equal(coordinator.nextTimeMs, 1100);
    coordinator.onBacklog(false, 300);
    assert.equal(coordinator.nextTimeMs, 400);
  });

  test('none come during a backlog where its interval says so, but those that are asked for', () => {
    const coordinator = new CheckpointCoordinator({ ...SETTINGS, intervalDuringBacklogMs: Infinity }, 1, 0);
    coordinator.onBacklog(true, 10);
    assert.equal(coordinator.nextTimeMs, Infinity);
    coordinator.hurry(50);
    complete(coordinator, 50);
    assert.equal(coordinator.nextTimeMs, Infinity);
    coordinator.onBacklog(false, 300);
    assert.equal(coordinator.nextTimeMs, 400);
  });
});
