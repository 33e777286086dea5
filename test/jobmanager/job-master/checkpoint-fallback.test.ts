import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Configuration } from '#core/config/configuration';
import type { JobId } from '#cluster/ids/ids';
import { readCheckpointSettings } from '#jobmanager/checkpoint/checkpoint-settings';
import { CheckpointDriver } from '#jobmanager/job-master/checkpoint-driver';
import { CheckpointStore, loadCheckpoint, loadWholeCheckpoint } from '#jobmanager/job-master/checkpoint-store';
import { CollectedLog } from '#platform/log/collected-log';
import { simulatedPlatform } from '#platform/simulated-platform';
import { DirectoryStorage } from '#state/checkpoint-storage/directory-storage';

const JOB = 'job' as JobId;

/** A driver of a job with three complete checkpoints. */
async function createDriver() {
  const { files, clock } = simulatedPlatform({ seed: 1 });
  const storage = new DirectoryStorage(files);
  const store = new CheckpointStore(storage, '/c/job', 1);
  const adopted = [];
  for (const checkpointId of [1, 2, 3]) {
    await store.prepare(checkpointId);
    await storage.writeWhole(`/c/job/chk-${checkpointId}/v_0.state`, Uint8Array.of(1, 2));
    await storage.writeWhole(`/c/job/shared/${checkpointId}-a`, Uint8Array.of(1));
    await store.writeMetadata({
      checkpointId, jobId: JOB, jobName: 'j', timestamp: 0, enumerators: [], inlined: { 'v_1.state': 'AQI=' }, sharedFiles: [{ path: `../shared/${checkpointId}-a`, bytes: 1 }],
      operators: [{ operatorId: 'op', parallelism: 2, maxParallelism: 8, subtasks: [{ subtaskIndex: 0, file: 'v_0.state', bytes: 2 }, { subtaskIndex: 1, file: 'v_1.state', bytes: 2 }] }],
    });
    adopted.push(await loadCheckpoint(storage, `/c/job/chk-${checkpointId}`));
  }
  const log = new CollectedLog();
  const settings = readCheckpointSettings(Configuration.fromMap({ 'execution.checkpointing.dir': '/c', 'execution.checkpointing.num-retained': 3 }));
  const driver = new CheckpointDriver({
    jobId: JOB, jobName: 'j', vertices: () => [], settings, firstCheckpointId: 4, adopted, files, storage, historyMax: 10, clock, log, sendMail: () => undefined, onTooManyFailures: () => undefined,
  });
  const latest = async (canFallBack = true) => (await driver.loadLatest({ canFallBack }))?.metadata.checkpointId;
  return { files, storage, driver, latest, log };
}

describe('a damaged newest checkpoint', () => {
  test('is passed over with a warning when one of its files is missing or cut', async () => {
    const { files, latest, log } = await createDriver();
    assert.equal(await latest(), 3);
    await files.delete('/c/job/chk-3/v_0.state');
    assert.equal(await latest(), 2);
    assert.match(log.events.map(({ level, message }) => `${level} ${message}`).join(), /warn a damaged checkpoint is passed over, the job goes on from an older one/);
    await files.atomicWrite('/c/job/shared/2-a', new Uint8Array(0));
    assert.equal(await latest(), 1);
    await files.delete('/c/job/chk-1/_metadata');
    await assert.rejects(latest(), { code: 'CHECKPOINT_NOT_FOUND' });
  });

  test('is an error where tasks that run on are ahead of any older one', async () => {
    const { files, latest, storage } = await createDriver();
    await files.delete('/c/job/chk-3/v_0.state');
    await assert.rejects(latest(false), { code: 'CHECKPOINT_FILE_MISSING', message: /v_0\.state .*is missing/ });
    await assert.rejects(loadWholeCheckpoint(storage, '/c/job/chk-3'), { code: 'CHECKPOINT_FILE_MISSING' });
  });

  test('is passed over when its state turns out not to be readable, as long as there is an older one', async () => {
    const { driver, latest } = await createDriver();
    assert.equal(driver.passOver(3), true);
    assert.equal(await latest(), 2);
    assert.equal(driver.passOver(2), true);
    assert.equal(await latest(), 1);
    assert.equal(driver.passOver(1), false);
  });
});
