import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { subtaskIdOf } from '#cluster/ids/ids';
import type { SlotReport } from '#cluster/messages/slot-messages';
import { simulatedPlatform } from '#platform/simulated-platform';
import { DeferredWork } from '#taskmanager/slots/deferred-work';
import { SubtaskReporter } from '#taskmanager/slots/subtask-reporter';

const TIMINGS = { alignmentMs: 0, syncMs: 0, bytesProcessedDuringAlignment: 0 };

function reporterWith(hasDirectory: boolean) {
  const { files, process, clock } = simulatedPlatform({ seed: 3 });
  const deferred = new DeferredWork(clock);
  const reports: SlotReport[] = [];
  const pending = { count: 0 };
  const reporter = new SubtaskReporter({
    subtaskId: subtaskIdOf('vertex', 1), attemptNumber: 2, checkpointDirectory: '/checkpoints/job', report: (report) => reports.push(report), files, process, pending, deferred,
  });
  if (hasDirectory) files.mkdirsSync('/checkpoints/job/chk-7');
  return { files, process, reports, pending, reporter };
}

async function settled(pending: { readonly count: number }): Promise<void> {
  while (pending.count > 0) await new Promise((resolve) => setImmediate(resolve));
}

describe('what a subtask reports', () => {
  test('a snapshot is acknowledged once its file is written, and the end is told after it', async () => {
    const { reports, pending, reporter, files } = reporterWith(true);
    reporter.acknowledgeCheckpoint(7, new Map(), TIMINGS);
    reporter.statusChanged('FINISHED', undefined);
    await settled(pending);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(reports.map((report) => report.kind), ['checkpoint-acknowledged', 'task-status']);
    assert.equal(await files.exists('/checkpoints/job/chk-7/vertex_1.state'), true);
  });

  test('a snapshot that cannot be written declines the checkpoint and leaves no file', async () => {
    const { reports, pending, reporter, files } = reporterWith(true);
    files.failAt(files.calls + 1, Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
    reporter.acknowledgeCheckpoint(7, new Map(), TIMINGS);
    await settled(pending);
    const [declined] = reports;
    assert.ok(declined?.kind === 'checkpoint-declined');
    assert.equal(declined.reason.code, 'SNAPSHOT_WRITE_FAILED');
    assert.match(declined.reason.message, /^vertex_1 cannot write its part of checkpoint 7: /);
    assert.equal(await files.exists('/checkpoints/job/chk-7/vertex_1.state'), false);
  });
});
