import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DirectoryStorage } from '#state/checkpoint-storage/directory-storage';
import { disposeSavepoint } from '#jobmanager/job-master/savepoint-files';
import type { LocalJobClient } from '#client/cluster-client/local-job-client';
import { createNodePlatform } from '#client/platform';
import { committedLines, difference, RecoveryFolder, runRecovery, runSmall, SMALL, type Disturbance } from './recovery-run.js';

/** Does `action` once, when rows have come through the job's first third. */
function once(action: (job: LocalJobClient) => Promise<unknown>): Disturbance & { readonly done: Promise<unknown> } {
  let resolve: (outcome: unknown) => void = () => undefined;
  let hasBegun = false;
  const done = new Promise<unknown>((settle) => { resolve = settle; });
  return {
    done,
    isDue: (job) => {
      const isUnderWay = job.details.slots.some((slot) => slot?.tasks.some((task) => task.recordsIn > 300) === true);
      if (hasBegun || !isUnderWay) return false;
      hasBegun = true;
      action(job).then(resolve, resolve);
      return false;
    },
  };
}

describe('savepoints', () => {
  let folder: RecoveryFolder;
  let expected: readonly string[];
  const { files } = createNodePlatform();

  before(async () => {
    folder = new RecoveryFolder();
    expected = await folder.undisturbedLines();
  });

  after(() => rmSync(folder.path, { recursive: true }));

  for (const [what, more] of [['with', {}], ['without', { 'execution.checkpointing.interval': undefined }]] as const) {
    test(`a job ${what} checkpoints that is stopped at parallelism 2 and at 3 and ends at 1 loses and doubles nothing, its savepoints moved in between`, async () => {
      const args = folder.arguments(`stopped-${what}`, { gateFiles: [folder.gate(`first-${what}`), folder.gate(`second-${what}`)] });
      const settings = Object.fromEntries(Object.entries({ ...folder.checkpointSettings(), ...more }).filter(([, value]) => value !== undefined));
      const target = join(folder.path, `savepoints-${what}`);
      let from: Record<string, string> = {};
      for (const [index, parallelism] of [2, 3].entries()) {
        const stop = once((job) => job.stopWithSavepoint({ targetDirectory: target }));
        const { error, job } = await runRecovery(args, parallelism, { ...settings, ...from }, stop);
        assert.equal(error, undefined);
        const path = await stop.done;
        assert.ok(typeof path === 'string' && existsSync(join(path, '_metadata')), String(path));
        assert.match(path, new RegExp(`/savepoint-${job.details.jobId.slice(0, 6)}-[0-9a-f]{12}$`));
        assert.equal(job.details.status, 'FINISHED');
        const moved = join(folder.path, `moved-${what}-${index}`);
        renameSync(path, moved);
        from = { 'execution.state-recovery.path': moved };
        folder.open(`${index === 0 ? 'first' : 'second'}-${what}`);
      }
      assert.equal((await runRecovery(args, 1, { ...settings, ...from })).error, undefined);
      assert.deepEqual(difference(committedLines(args.outputDirectory), expected), []);
    });
  }

  test('a savepoint that nobody stops with leaves the job alone, and is not removed with it', async () => {
    const args = folder.arguments('gone-on', { gateFiles: [folder.gate('gone-on')] });
    const target = join(folder.path, 'kept');
    const savepoint = once(async (job) => {
      const path = await job.triggerSavepoint();
      folder.open('gone-on');
      return path;
    });
    const { error, job } = await runRecovery(args, 2, { ...folder.checkpointSettings(), 'execution.checkpointing.savepoint-dir': `file://${target}` }, savepoint);
    assert.equal(error, undefined);
    assert.deepEqual(difference(committedLines(args.outputDirectory), expected), []);
    const path = String(await savepoint.done);
    assert.deepEqual(readdirSync(target).map((name) => join(target, name)), [path]);
    assert.ok(!readFileSync(join(path, '_metadata'), 'latin1').includes(folder.path), 'the metadata names no absolute path');
    await assert.rejects(job.triggerSavepoint(), { code: 'SNAPSHOT_REQUEST_FAILED' });

    writeFileSync(join(path, 'mine.txt'), 'a note');
    await disposeSavepoint(new DirectoryStorage(files), `file:${path}`);
    assert.deepEqual(readdirSync(path), ['mine.txt']);
    await assert.rejects(disposeSavepoint(new DirectoryStorage(files), path), { code: 'CHECKPOINT_NOT_FOUND' });
  });

  test('a checkpoint can be asked for, and needs a directory, as a savepoint does', async () => {
    const rows = { outputDirectory: join(folder.path, 'asked'), rows: 4000, ratePerSecond: 4000 };
    const asked = once((job) => job.triggerCheckpoint());
    assert.equal((await runSmall(rows, 2, { ...SMALL, 'execution.checkpointing.dir': join(folder.path, 'asked-checkpoints') }, asked)).error, undefined);
    assert.equal(await asked.done, 1);
    const refused = once(async (job) => Promise.allSettled([job.triggerCheckpoint(), job.stopWithSavepoint(), job.triggerSavepoint('hdfs://host/savepoints')]));
    assert.equal((await runSmall({ ...rows, outputDirectory: join(folder.path, 'refused') }, 1, SMALL, refused)).error, undefined);
    const codes = (await refused.done as PromiseRejectedResult[]).map(({ reason }) => (reason as { code: string }).code);
    assert.deepEqual(codes, ['CHECKPOINT_DIRECTORY_MISSING', 'SAVEPOINT_DIRECTORY_MISSING', 'CHECKPOINT_PATH_UNSUPPORTED']);
  });

  test('a savepoint that cannot be written says why, and the job goes on', async () => {
    const rows = { outputDirectory: join(folder.path, 'unwritable'), rows: 4000, ratePerSecond: 4000 };
    const asked = once((job) => job.triggerSavepoint(join(folder.path, 'a-file', 'savepoints')).catch((error: unknown) => error));
    writeFileSync(join(folder.path, 'a-file'), '');
    assert.equal((await runSmall(rows, 2, SMALL, asked)).error, undefined);
    const { code, message } = await asked.done as Error & { readonly code: string };
    assert.equal(code, 'SNAPSHOT_REQUEST_FAILED');
    assert.match(message, /could not .*: cannot make directory .*not a directory: check the path$/);
  });
});

describe('a snapshot that a job starts from', () => {
  let folder: RecoveryFolder;
  let args: { readonly outputDirectory: string; readonly rows: number; readonly ratePerSecond: number };

  before(() => { folder = new RecoveryFolder(); });
  after(() => rmSync(folder.path, { recursive: true }));

  /** Path of a savepoint that the job was stopped with. */
  async function stopped(name: string): Promise<string> {
    args = { outputDirectory: join(folder.path, `out-${name}`), rows: 3000, ratePerSecond: 3000 };
    const stop = once((job) => job.stopWithSavepoint({ targetDirectory: join(folder.path, name), formatType: 'NATIVE' }));
    assert.equal((await runSmall(args, 2, SMALL, stop)).error, undefined);
    return String(await stop.done);
  }

  const checkpoints = () => ({ ...SMALL, 'execution.checkpointing.interval': '20 ms', 'execution.checkpointing.dir': folder.checkpoints });

  test('stays when it is not claimed, also when newer checkpoints are complete', async () => {
    const path = await stopped('not-claimed');
    const { error, job } = await runSmall(args, 1, { ...checkpoints(), 'execution.state-recovery.path': path, 'execution.state-recovery.claim-mode': 'NO_CLAIM' });
    assert.equal(error, undefined);
    assert.ok(job.details.checkpoints.completed > 0);
    assert.ok(existsSync(join(path, '_metadata')));
  });

  test('goes when it is claimed and a newer checkpoint has taken its place, but for what else lies there', async () => {
    const path = await stopped('claimed');
    writeFileSync(join(path, 'mine.txt'), 'a note');
    const { error, job } = await runSmall(args, 3, { ...checkpoints(), 'execution.state-recovery.path': path, 'execution.state-recovery.claim-mode': 'CLAIM' });
    assert.equal(error, undefined);
    assert.ok(job.details.checkpoints.completed > 0);
    assert.deepEqual(readdirSync(path), ['mine.txt']);
  });

  test('stays although it is claimed, when the job ends before a checkpoint of its own', async () => {
    const path = await stopped('claimed-in-vain');
    const claim = { ...SMALL, 'execution.state-recovery.path': path, 'execution.state-recovery.claim-mode': 'CLAIM' };
    const refused = await runSmall({ ...args, isWithoutReduce: true } as never, 1, claim);
    assert.equal(refused.error?.code, 'RESTORE_OPERATOR_MISSING');
    assert.ok(existsSync(join(path, '_metadata')));
    assert.equal((await runSmall(args, 1, claim)).error, undefined);
    assert.ok(existsSync(join(path, '_metadata')));
  });
});
