import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import { Configuration } from '#core/config/configuration';
import { simulatedPlatform } from '#platform/simulated-platform';
import type { CheckpointStorage } from '#state/checkpoint-storage/checkpoint-storage';
import { DirectoryStorage } from '#state/checkpoint-storage/directory-storage';
import { clearLocalBackup, primaryOf, withLocalBackup } from '#state/checkpoint-storage/local-backup-storage';
import { describeCheckpointStorage } from './checkpoint-storage-contract.js';

const COPIES = '/tmp/millrace-local-state-j';

function create(settings: Readonly<Record<string, unknown>> = { 'execution.state-recovery.from-local': true }, jobDirectory = '/c/j') {
  const { files } = simulatedPlatform({ seed: 1 });
  const storage = withLocalBackup(new DirectoryStorage(files), files, Configuration.fromMap(settings), { jobId: 'j', jobDirectory, temporaryDirectory: '/tmp' });
  return { files, storage };
}

const textOf = async (storage: CheckpointStorage, path: string): Promise<string> => Buffer.from(await storage.readWhole(path)).toString();

async function write(storage: CheckpointStorage, path: string, text: string): Promise<void> {
  const writer = await storage.create(path);
  await writer.append(Uint8Array.from(Buffer.from(text)));
  await writer.commit();
}

describeCheckpointStorage('a directory with second copies', async () => {
  const { files, storage } = create(undefined, '/storage');
  await files.mkdirs('/local');
  return { storage, root: '/storage', files, localRoot: '/local' };
});

describe('second copies of state files', () => {
  test('are read instead of the first ones, and go with them', async () => {
    const { files, storage } = create();
    await storage.mkdirs('/c/j/chk-1');
    await storage.mkdirs('/c/j/shared');
    await files.atomicWrite('/db.sst', Uint8Array.of(7));
    await write(storage, '/c/j/chk-1/a.state', 'as it was');
    await storage.storeFile('/db.sst', '/c/j/shared/1-db');
    await files.atomicWrite('/c/j/chk-1/a.state', Uint8Array.from(Buffer.from('as it should not be')));
    assert.deepEqual([await textOf(storage, '/c/j/chk-1/a.state'), storage.localPathOf('/c/j/shared/1-db')], ['as it was', `${COPIES}/shared/1-db`]);
    await storage.delete('/c/j/chk-1');
    assert.deepEqual([files.existsSync(`${COPIES}/chk-1`), files.existsSync(`${COPIES}/shared/1-db`)], [false, true]);
    await clearLocalBackup(storage);
    assert.equal(files.existsSync(COPIES), false);
    assert.equal(storage.localPathOf('/c/j/shared/1-db'), '/c/j/shared/1-db');
  });

  test('fail nothing when they cannot be written, and are not there then', async () => {
    const { files, storage } = create();
    await storage.mkdirs('/c/j/chk-1');
    await files.delete('/tmp');
    await write(storage, '/c/j/chk-1/a.state', 'first');
    assert.equal(await textOf(storage, '/c/j/chk-1/a.state'), 'first');
    assert.equal(files.existsSync(`${COPIES}/chk-1/a.state`), false);
  });

  test('are made of nothing outside of the job, spread over the folders given, and not read unless that is asked for', async () => {
    const { files, storage } = create({ 'execution.checkpointing.local-backup.enabled': true, 'execution.checkpointing.local-backup.dirs': '/one, /two' });
    for (const directory of ['/c/j/chk-1', '/savepoint']) await storage.mkdirs(directory);
    for (const name of ['a', 'b', 'c', 'd']) await write(storage, `/c/j/chk-1/${name}`, 'x');
    await write(storage, '/savepoint/a', 'x');
    assert.deepEqual(['/one', '/two'].map((root) => files.listSync(`${root}/millrace-local-state-j/chk-1`).length), [2, 2]);
    assert.deepEqual(files.listSync('/one/millrace-local-state-j').map(({ name }) => name), ['chk-1']);
    assert.equal(storage.localPathOf('/c/j/chk-1/a'), '/c/j/chk-1/a');
  });

  test('are not there where nobody asks for them', () => {
    assert.equal(primaryOf(create({}).storage), undefined);
    assert.notEqual(primaryOf(create().storage), undefined);
  });
});
