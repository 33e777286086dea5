// The recovery job with its keyed state in RocksDB: killed, restored at other parallelisms and into the other backend.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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

addonTest('a job whose worker dies goes on from local copies, also of shared files, while those in the checkpoint directory are damaged', async () => {
  const args = folder.arguments('local', { fault: 'exit', marker: join(folder.path, 'has-died'), gateFiles: [folder.gate('local')] });
  const root = join(folder.path, 'local-checkpoints');
  const copies = join(folder.path, 'local-copies');
  const settings = {
    ...folder.checkpointSettings(), ...ROCKSDB, 'execution.checkpointing.dir': root, 'execution.checkpointing.incremental': true, 'execution.checkpointing.data-inline-threshold': '0 bytes',
    'execution.state-recovery.from-local': true, 'execution.checkpointing.local-backup.dirs': copies, 'restart-strategy.type': 'fixed-delay', 'restart-strategy.fixed-delay.delay': '1 ms', 'restart-strategy.fixed-delay.attempts': 3,
  };
  const damaged = new Set<string>();
  const { error, job } = await runRecovery(args, 2, settings, { isDue: ({ details: { restarts, checkpoints } }) => {
    if (restarts > 0 || checkpoints.completed < 2) return false;
    for (const path of stateFilesBelow(root)) if (!damaged.has(path)) damage(path, damaged);
    folder.open('local');
    return false;
  } });
  assert.equal(error, undefined);
  assert.equal(job.details.restarts, 1);
  assert.ok([...damaged].some((path) => path.includes('/shared/')), 'shared files were damaged');
  assert.deepEqual(difference(committedLines(args.outputDirectory), expected), []);
  assert.deepEqual(readdirSync(copies), []);
});

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

/** Those that are whole: of the job's checkpoints, and shared. */
function stateFilesBelow(root: string): readonly string[] {
  if (!existsSync(root)) return [];
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /\/shared\/[^.]|\/[^.][^/]*\.state$/.test(name)).map((name) => join(root, name));
}

/** Under its name lie other bytes then: the file itself has other names, by which the engine has it too. */
function damage(path: string, damaged: Set<string>): void {
  try {
    const bytes = readFileSync(path);
    for (let at = 0; at < bytes.length; at += 16) bytes[at]! ^= 0xff;
    const fresh = join(folder.path, 'damaged');
    writeFileSync(fresh, bytes);
    renameSync(fresh, path);
    damaged.add(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; // its checkpoint has been subsumed
  }
}
