import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import { simulatedPlatform } from '#platform/simulated-platform';
import { DirectoryStorage } from '#state/checkpoint-storage/directory-storage';
import { SharedFiles } from '#state/checkpoint-storage/shared-files';
import { SubtaskStateWriter } from '#state/checkpoint-storage/subtask-state-writer';
import { RestoredFiles } from '#taskmanager/deployment/restored-files';
import { loadRestoredState } from '#taskmanager/deployment/restored-state';

const TABLE = 'bytes of a table';

/** A checkpoint of two subtasks with a file set each. */
async function written() {
  const { files } = simulatedPlatform({ seed: 5 });
  const storage = new DirectoryStorage(files);
  for (const name of ['/c/chk-1', '/c/shared', '/db']) await files.mkdirs(name);
  await files.atomicWrite('/db/1.sst', Uint8Array.from(Buffer.from(TABLE)));
  await files.atomicWrite('/db/MANIFEST', Uint8Array.of(1, 2));
  for (const subtask of [0, 1]) {
    const writer = new SubtaskStateWriter({ storage, files, checkpointId: 1, directory: Promise.resolve('/c/chk-1'), file: `v_${subtask}.state`, sharedDirectory: '/c/shared', sharedFiles: new SharedFiles(), inlineBytesMax: 0 });
    const output = writer.outputOf('op');
    output.files({
      name: 'db', version: 1, serializers: {}, keyGroupRange: { start: subtask * 8, end: subtask * 8 + 7 }, properties: Uint8Array.of(subtask),
      files: [{ name: '1.sst', path: '/db/1.sst', bytes: TABLE.length, sharedId: `${subtask}-1.sst` }, { name: 'MANIFEST', path: '/db/MANIFEST', bytes: 2 }],
    });
    await output.filesStored;
    await writer.finish();
  }
  const subtasks = [0, 1].map((subtaskIndex) => ({ subtaskIndex, file: `v_${subtaskIndex}.state`, bytes: 1 }));
  const restore = { checkpointId: 1, directory: '/c/chk-1', inlined: {}, operators: [{ operatorId: 'op', parallelism: 2, maxParallelism: 16, subtasks }] };
  const load = async (subtaskIndex: number, parallelism: number) => {
    const restoredFiles = new RestoredFiles({ storage, files, directory: '/c/chk-1', temporaryDirectory: '/tmp/restore', sharedDirectory: '/c/shared' });
    const restored = await loadRestoredState(storage, restore, { operatorIds: ['op'], subtaskIndex, parallelism, maxParallelism: 16 }, restoredFiles);
    return { restored, restoredFiles };
  };
  return { files, load };
}

describe('files of backends after a restore', () => {
  test('those whose key groups overlap are there to be linked, and later checkpoints can refer to the shared ones', async () => {
    const { files, load } = await written();
    const { restored, restoredFiles } = await load(1, 2);
    const sets = restored.state('op').fileSets('db');
    assert.deepEqual(sets.map(({ keyGroupRange, properties }) => [keyGroupRange.start, ...properties]), [[8, 1]]);
    assert.deepEqual(sets[0]!.files.map(({ name, path }) => [name, Buffer.from(files.readSync(path)).toString('latin1')]), [['1.sst', TABLE], ['MANIFEST', '\u0001\u0002']]);
    assert.deepEqual([...restored.sharedFiles].map(([id, { path, bytes }]) => [id, path, bytes]), [['1-1.sst', '/c/shared/1-v_1.state-1-1.sst', TABLE.length]]);
    await restoredFiles.remove();
    assert.equal(files.existsSync('/tmp/restore'), false);
    assert.equal(files.existsSync('/c/shared/1-v_1.state-1-1.sst'), true);
  });

  test('at a lower parallelism one subtask gets the sets of several, in the order of their key groups', async () => {
    const { load } = await written();
    const { restored } = await load(0, 1);
    assert.deepEqual(restored.state('op').fileSets('db').map(({ keyGroupRange }) => keyGroupRange.start), [0, 8]);
    assert.deepEqual(restored.state('op').fileSets('other'), []);
  });

  test('a shared file that is damaged, cut or missing is refused by name', async () => {
    const { files, load } = await written();
    const path = '/c/shared/1-v_0.state-0-1.sst';
    const whole = Uint8Array.from(files.readSync(path));
    const damaged = whole.slice();
    damaged[3]! ^= 1;
    await files.atomicWrite(path, damaged);
    await assert.rejects(load(0, 2), { code: 'SNAPSHOT_CORRUPT', message: /1-v_0\.state-0-1\.sst/ });
    await files.atomicWrite(path, whole.subarray(0, 4));
    await assert.rejects(load(0, 2), { code: 'SNAPSHOT_CORRUPT', message: /4 of 16 bytes/ });
    await files.delete(path);
    await assert.rejects(load(0, 2), { code: 'SNAPSHOT_READ_FAILED', message: /1-v_0\.state-0-1\.sst/ });
    await load(1, 2);
  });
});
