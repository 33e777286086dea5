import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { subtaskIdOf } from '#cluster/ids/ids';
import { CheckpointHistory } from '#jobmanager/checkpoint/checkpoint-history';

const SUBTASK = subtaskIdOf('v', 0);
const TIMINGS = { alignmentMs: 5, syncMs: 2, asyncMs: 30, bytesProcessedDuringAlignment: 0 };

function acknowledgement(bytes: number, fullBytes: number) {
  return { subtaskId: SUBTASK, file: 'f', bytes, fullBytes, inline: undefined, sharedFiles: [], operatorIds: [], timings: TIMINGS };
}

describe('history of checkpoints', () => {
  test('tells of each when it began, how long it took where, and what was stored for it of what it needs', () => {
    const history = new CheckpointHistory(10);
    history.onTriggered(7, 1000, { isSavepoint: false, subtaskCount: 1 });
    history.onAcknowledged(7, acknowledgement(10, 110), 1050);
    history.onCompleted(7, '/c/chk-7', 1060);
    assert.deepEqual(history.statistics, [{
      checkpointId: 7, status: 'COMPLETED', isSavepoint: false, triggerTimestamp: 1000, latestAckTimestamp: 1050, endToEndDurationMs: 60, checkpointedBytes: 10, stateBytes: 110,
      subtaskCount: 1, externalPath: '/c/chk-7', failure: undefined,
      subtasks: [{ subtaskId: SUBTASK, ackTimestamp: 1050, endToEndDurationMs: 50, checkpointedBytes: 10, stateBytes: 110, syncMs: 2, asyncMs: 30, alignmentMs: 5, bytesProcessedDuringAlignment: 0, startDelayMs: 13 }],
    }]);
  });

  test('keeps the newest, and whatever is under way; what is over changes no more', () => {
    const history = new CheckpointHistory(2);
    for (const id of [1, 2, 3, 4]) {
      history.onTriggered(id, id, { isSavepoint: id === 1, subtaskCount: 1 });
      if (id > 1) history.onFailed(id, 'because', id + 1);
    }
    history.onCompleted(4, '/late', 9);
    assert.deepEqual(history.statistics.map(({ checkpointId, status, failure }) => [checkpointId, status, failure]), [[4, 'FAILED', 'because'], [3, 'FAILED', 'because'], [1, 'IN_PROGRESS', undefined]]);
  });
});
