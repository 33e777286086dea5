// The recovery job with its keyed state in RocksDB: killed, restored at other parallelisms and into the other backend.
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { addonTest } from '../native-bindings/addon-fixture.js';
import { afterCheckpoints, committedLines, difference, RecoveryFolder, runRecovery } from './recovery-run.js';

const ROCKSDB = { 'state.backend.type': 'rocksdb' };

let folder: RecoveryFolder;
let expected: readonly string[];

before(async () => {
  folder = new RecoveryFolder();
  expected = await folder.undisturbedLines();
});

after(() => rmSync(folder.path, { recursive: true }));

addonTest('a run that nobody disturbs gives the same lines from RocksDB, and leaves no database behind', async () => {
  const args = folder.arguments('rocksdb');
  const databases = join(folder.path, 'databases');
  const { error, job } = await runRecovery(args, 2, { ...folder.checkpointSettings(), ...ROCKSDB, 'state.backend.rocksdb.localdir': databases });
  assert.equal(error, undefined);
  assert.ok(job.details.checkpoints.completed >= 1);
  assert.deepEqual(difference(committedLines(args.outputDirectory), expected), []);
  assert.deepEqual(readdirSync(databases), []);
});

const VARIANTS = {
  whole: { 'execution.checkpointing.incremental': false },
  incremental: { 'execution.checkpointing.incremental': true },
  overlapping: { 'execution.checkpointing.incremental': true, 'execution.checkpointing.interval': '3 ms', 'execution.checkpointing.max-concurrent-checkpoints': 4, 'execution.checkpointing.snapshot-compression': true },
};

for (const [name, more] of Object.entries(VARIANTS)) {
  addonTest(`a job killed at parallelism 2 and again at 3 ends at 1, and loses and doubles nothing, with ${name} checkpoints`, async () => {
    const args = folder.arguments(name, { gateFiles: [folder.gate(`${name}-first`), folder.gate(`${name}-second`)] });
    const settings = { ...folder.checkpointSettings(), ...ROCKSDB, ...more };
    const one = await runRecovery(args, 2, settings, afterCheckpoints(3));
    assert.equal(one.error?.code, 'SLOT_WORKER_DIED');
    folder.open(`${name}-first`);
    const two = await runRecovery(args, 3, { ...settings, 'execution.state-recovery.path': one.job.details.checkpoints.latestPath }, afterCheckpoints(3));
    folder.open(`${name}-second`);
    assert.equal(two.error?.code, 'SLOT_WORKER_DIED');
    const three = await runRecovery(args, 1, { ...settings, 'execution.state-recovery.path': two.job.details.checkpoints.latestPath });
    assert.equal(three.error, undefined);
    assert.deepEqual(difference(committedLines(args.outputDirectory), expected), []);
  });
}

addonTest('a whole checkpoint of one backend is restored into the other, and back', async () => {
  const args = folder.arguments('moved', { gateFiles: [folder.gate('moved-first'), folder.gate('moved-second')] });
  const settings = folder.checkpointSettings();
  const one = await runRecovery(args, 2, settings, afterCheckpoints(2));
  folder.open('moved-first');
  const two = await runRecovery(args, 2, { ...settings, ...ROCKSDB, 'execution.state-recovery.path': one.job.details.checkpoints.latestPath }, afterCheckpoints(2));
  folder.open('moved-second');
  assert.deepEqual([one.error?.code, two.error?.code], ['SLOT_WORKER_DIED', 'SLOT_WORKER_DIED']);
  assert.equal((await runRecovery(args, 2, { ...settings, 'execution.state-recovery.path': two.job.details.checkpoints.latestPath })).error, undefined);
  assert.deepEqual(difference(committedLines(args.outputDirectory), expected), []);
});
