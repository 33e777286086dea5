import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { afterCheckpoints, committedLines, difference, RecoveryFolder, runRecovery, SMALL } from './recovery-run.js';

describe('kill and restore', () => {
  let folder: RecoveryFolder;
  let expected: readonly string[];

  before(async () => {
    folder = new RecoveryFolder();
    const args = folder.arguments('undisturbed');
    assert.equal((await runRecovery(args, 2, SMALL)).error, undefined);
    expected = committedLines(args.outputDirectory);
    assert.ok(expected.length > 10_000, `${expected.length} lines`);
  });

  after(() => rmSync(folder.path, { recursive: true }));

  test('a run that nobody disturbs gives the same lines with checkpoints', async () => {
    const args = folder.arguments('checkpointed');
    const { error, job } = await runRecovery(args, 2, folder.checkpointSettings());
    assert.equal(error, undefined);
    assert.ok(job.details.checkpoints.completed >= 2);
    assert.deepEqual(difference(committedLines(args.outputDirectory), expected), []);
  });

  for (const [first, second, third] of [[2, 3, 1], [3, 4, 2]] as const) {
    test(`a job killed twice goes on at parallelism ${first}, then ${second}, then ${third}, and loses and doubles nothing`, async () => {
      const args = folder.arguments(`killed-${first}`);
      const settings = folder.checkpointSettings();
      const one = await runRecovery(args, first, settings, afterCheckpoints(2));
      assert.equal(one.error?.code, 'SLOT_WORKER_DIED');
      const two = await runRecovery(args, second, { ...settings, 'execution.state-recovery.path': one.job.details.checkpoints.latestPath }, afterCheckpoints(2));
      assert.equal(two.error?.code, 'SLOT_WORKER_DIED');
      const three = await runRecovery(args, third, { ...settings, 'execution.state-recovery.path': two.job.details.checkpoints.latestPath });
      assert.equal(three.error, undefined);
      assert.deepEqual(difference(committedLines(args.outputDirectory), expected), []);
    });
  }
});
