import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import { simulatedPlatform } from '#platform/simulated-platform';
import { DirectoryStorage } from '#state/checkpoint-storage/directory-storage';
import { SharedFiles } from '#state/checkpoint-storage/shared-files';
import { SubtaskStateWriter, type WrittenState } from '#state/checkpoint-storage/subtask-state-writer';
import type { FileSet } from '#state/snapshot/file-set';
import { decodeSubtaskSnapshot } from '#state/snapshot/subtask-snapshot';

async function createSetting() {
  const { files } = simulatedPlatform({ seed: 5 });
  const storage = new DirectoryStorage(files);
  for (const name of ['/c/chk-1', '/c/chk-2', '/c/chk-3', '/c/shared', '/db', '/savepoint']) await files.mkdirs(name);
  for (const name of ['1.sst', '2.sst', '3.sst', 'MANIFEST']) await files.atomicWrite(`/db/${name}`, Uint8Array.from(Buffer.from(`bytes of ${name}`)));
  const sharedFiles = new SharedFiles();
  const writerOf = (checkpointId: number, isSavepoint = false, file = 'v_0.state') => new SubtaskStateWriter({
    storage, files, checkpointId, directory: Promise.resolve(isSavepoint ? '/savepoint' : `/c/chk-${checkpointId}`), file, sharedDirectory: isSavepoint ? undefined : '/c/shared', sharedFiles, inlineBytesMax: 0,
  });
  const names = async (directory: string) => (await storage.list(directory)).map(({ name }) => name);
  return { files, storage, sharedFiles, writerOf, names };
}

function fileSetOf(...tables: readonly string[]): FileSet {
  return {
    name: 'db', version: 1, serializers: {}, keyGroupRange: { start: 0, end: 7 }, properties: Uint8Array.of(7),
    files: [...tables.map((name) => ({ name, path: `/db/${name}`, bytes: `bytes of ${name}`.length, sharedId: `uid-${name}` })), { name: 'MANIFEST', path: '/db/MANIFEST', bytes: 17 }],
  };
}

async function write(writer: SubtaskStateWriter, ...tables: readonly string[]): Promise<WrittenState> {
  const output = writer.outputOf('op');
  output.files(fileSetOf(...tables));
  await output.filesStored;
  return writer.finish();
}

describe('the files of one subtask', () => {
  test('a shared file is stored once; later checkpoints refer to it when they know the earlier one to be complete', async () => {
    const { sharedFiles, writerOf, names } = await createSetting();
    const first = await write(writerOf(1), '1.sst', '2.sst');
    assert.deepEqual(first.sharedFiles.map(({ path, isNew }) => [path, isNew]), [['../shared/1-v_0.state-uid-1.sst', true], ['../shared/1-v_0.state-uid-2.sst', true]]);
    sharedFiles.onComplete(1);
    const second = await write(writerOf(2), '2.sst', '3.sst');
    assert.deepEqual(second.sharedFiles.map(({ path, isNew }) => [path, isNew]).toSorted(), [['../shared/1-v_0.state-uid-2.sst', false], ['../shared/2-v_0.state-uid-3.sst', true]]);
    assert.equal(second.fullBytes - second.bytes, 'bytes of 2.sst'.length);
    const third = await write(writerOf(3), '3.sst');
    assert.deepEqual(third.sharedFiles.map(({ path, isNew }) => [path, isNew]), [['../shared/3-v_0.state-uid-3.sst', true]], 'checkpoint 2 may still be given up');
    assert.deepEqual(await names('/c/shared'), ['1-v_0.state-uid-1.sst', '1-v_0.state-uid-2.sst', '2-v_0.state-uid-3.sst', '3-v_0.state-uid-3.sst']);
  });

  test('two subtasks that were restored from one file store it at the same time, each under a name of its own', async () => {
    const { writerOf, names } = await createSetting();
    const both = await Promise.all(['v_0.state', 'v_1.state'].map((file) => write(writerOf(1, false, file), '1.sst', '2.sst')));
    assert.deepEqual(both.map(({ sharedFiles }) => sharedFiles.length), [2, 2]);
    assert.deepEqual(await names('/c/shared'), ['v_0', 'v_1'].flatMap((subtask) => [1, 2].map((table) => `1-${subtask}.state-uid-${table}.sst`)));
  });

  test('a file that is not shared lies in the state file, and the set is read back', async () => {
    const { files, writerOf } = await createSetting();
    await write(writerOf(1), '1.sst');
    const [set] = decodeSubtaskSnapshot(await files.read('/c/chk-1/v_0.state'), 'f').get('op')!.stored!;
    assert.deepEqual(set!.files.map(({ name, path, contents }) => [name, path, contents === undefined ? undefined : Buffer.from(contents).toString()]), [['1.sst', '../shared/1-v_0.state-uid-1.sst', undefined], ['MANIFEST', undefined, 'bytes of MANIFEST']]);
    assert.deepEqual([[...set!.properties], set!.keyGroupRange], [[7], { start: 0, end: 7 }]);
  });

  test('pieces may change once they were given: small ones, several runs of them, one as large as a run, and all that is appended', async () => {
    const { files, writerOf } = await createSetting();
    const writer = writerOf(1);
    const section = writer.outputOf('op').keyed({ name: 'v', version: 1, serializers: {} });
    const given: (readonly [number, number, number])[] = [];
    for (let i = 0; i < 900; i++) {
      const bytes = new Uint8Array(i === 500 ? 2 ** 20 : 10_000).fill(i % 251);
      given.push([i % 8, bytes.length, i % 251]);
      section.write(i % 8, bytes);
      bytes.fill(255);
    }
    await writer.finish();
    const { groups } = decodeSubtaskSnapshot(await files.read('/c/chk-1/v_0.state'), 'f').get('op')!.keyed[0]!;
    assert.deepEqual(groups.map(({ keyGroup, bytes }) => [keyGroup, bytes.length, bytes[0]!]), given);
    assert.ok(groups.every(({ bytes }) => bytes.every((byte) => byte === bytes[0])));
  });

  test('a savepoint has all of its files in its own directory, whatever checkpoints have stored', async () => {
    const { sharedFiles, writerOf, names } = await createSetting();
    await write(writerOf(1), '1.sst');
    sharedFiles.onComplete(1);
    const savepoint = await write(writerOf(2, true), '1.sst');
    assert.deepEqual(savepoint.sharedFiles.map(({ path }) => path), ['v_0.state-uid-1.sst']);
    assert.deepEqual(await names('/savepoint'), ['v_0.state', 'v_0.state-uid-1.sst']);
  });

  test('a checkpoint that is given up takes its files with it and leaves those of others', async () => {
    const { sharedFiles, writerOf, names } = await createSetting();
    await write(writerOf(1), '1.sst');
    sharedFiles.onComplete(1);
    const writer = writerOf(2);
    const output = writer.outputOf('op');
    output.files(fileSetOf('1.sst', '2.sst'));
    const section = output.keyed({ name: 'k', version: 1, serializers: {} });
    for (let keyGroup = 0; keyGroup < 8; keyGroup++) section.write(keyGroup, new Uint8Array(1_000_000));
    await output.filesStored;
    await writer.abort();
    assert.deepEqual(await names('/c/chk-2'), []);
    assert.deepEqual(await names('/c/shared'), ['1-v_0.state-uid-1.sst']);
  });

  test('a failure at any step is told, and what was written is removed', async () => {
    let failures = 0;
    for (let failAt = 1; ; failAt++) {
      const { files, writerOf, names } = await createSetting();
      files.failAt(failAt, Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
      const writer = writerOf(1);
      const error = await (async () => {
        const output = writer.outputOf('op');
        output.keyed({ name: 'k', version: 1, serializers: {} }).write(0, new Uint8Array(5_000_000));
        output.files(fileSetOf('1.sst'));
        await output.filesStored;
        await writer.finish();
      })().then(() => undefined, (thrown: unknown) => thrown);
      if (error === undefined) break;
      failures++;
      await writer.abort();
      assert.deepEqual([await names('/c/chk-1'), await names('/c/shared')], [[], []], `after a failure of call ${failAt}`);
    }
    assert.ok(failures >= 5, `${failures} steps failed`);
  });

  test('bytes come out as they went in, whatever their size', async () => {
    const { files, writerOf } = await createSetting();
    const writer = writerOf(1);
    const output = writer.outputOf('op');
    const big = output.keyed({ name: 'big', version: 1, serializers: {} });
    const small = output.keyed({ name: 'small', version: 1, serializers: {} });
    for (let piece = 0; piece < 60; piece++) {
      big.write(piece % 8, new Uint8Array(100_000).fill(piece));
      small.write(piece % 8, Uint8Array.of(piece));
    }
    const { bytes } = await writer.finish();
    const file = await files.read('/c/chk-1/v_0.state');
    assert.equal(file.length, bytes);
    const read = decodeSubtaskSnapshot(file, 'f').get('op')!;
    assert.deepEqual(read.keyed.map(({ name, groups }) => [name, groups.map(({ keyGroup, bytes: piece }) => [keyGroup, piece.length, piece[0]])]), [
      ['big', Array.from({ length: 60 }, (_, piece) => [piece % 8, 100_000, piece])],
      ['small', Array.from({ length: 60 }, (_, piece) => [piece % 8, 1, piece])],
    ]);
  });
});
