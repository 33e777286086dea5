import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { subtaskIdOf } from '#cluster/ids/ids';
import type { SlotReport } from '#cluster/messages/slot-messages';
import { simulatedPlatform } from '#platform/simulated-platform';
import { DeferredWork } from '#taskmanager/slots/deferred-work';
import { DirectoryStorage } from '#state/checkpoint-storage/directory-storage';
import { SharedFiles } from '#state/checkpoint-storage/shared-files';
import { SubtaskCheckpoints } from '#taskmanager/slots/subtask-checkpoints';
import { SubtaskReporter } from '#taskmanager/slots/subtask-reporter';

const TIMINGS = { alignmentMs: 0, syncMs: 0, bytesProcessedDuringAlignment: 0 };

function reporterWith(hasDirectory: boolean) {
  const { files, process, clock } = simulatedPlatform({ seed: 3 });
  const deferred = new DeferredWork(clock);
  const reports: SlotReport[] = [];
  const pending = { count: 0 };
  const subtaskId = subtaskIdOf('vertex', 1);
  const report = (message: SlotReport): void => void reports.push(message);
  const checkpoints = new SubtaskCheckpoints({
    subtaskId, attemptNumber: 2, checkpointDirectory: '/checkpoints/job', storage: new DirectoryStorage(files), sharedFiles: new SharedFiles(), inlineBytesMax: 0, report, clock, files, pending, deferred,
  });
  const reporter = new SubtaskReporter({ subtaskId, attemptNumber: 2, report, process, checkpoints });
  if (hasDirectory) files.mkdirsSync('/checkpoints/job/chk-7');
  const settled = async (): Promise<void> => {
    while (pending.count > 0) {
      deferred.run(false);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { files, process, reports, settled, reporter };
}

describe('what a subtask reports', () => {
  test('a snapshot is acknowledged once its file is written, and the end is told after it', async () => {
    const { reports, settled, reporter, files } = reporterWith(true);
    reporter.acknowledgeCheckpoint(7, new Map(), TIMINGS);
    reporter.statusChanged('FINISHED', undefined);
    await settled();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(reports.map((report) => report.kind), ['checkpoint-acknowledged', 'task-status']);
    assert.equal(await files.exists('/checkpoints/job/chk-7/vertex_1.state'), true);
  });

  test('a snapshot that cannot be written declines the checkpoint and leaves no file', async () => {
    const { reports, settled, reporter, files } = reporterWith(true);
    files.failAt(2, Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
    reporter.acknowledgeCheckpoint(7, new Map(), TIMINGS);
    await settled();
    const [declined] = reports;
    assert.ok(declined?.kind === 'checkpoint-declined');
    assert.equal(declined.reason.code, 'SNAPSHOT_WRITE_FAILED');
    assert.match(declined.reason.message, /^vertex_1 cannot write its part of checkpoint 7: /);
    assert.equal(await files.exists('/checkpoints/job/chk-7/vertex_1.state'), false);
  });
});
