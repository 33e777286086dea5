// What every CheckpointStorage keeps to.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import type { Files } from '#platform/files/files';
import type { CheckpointStorage } from '#state/checkpoint-storage/checkpoint-storage';

export interface StorageHarness {
  readonly storage: CheckpointStorage;
  /** An empty place in it. */
  readonly root: string;
  /** Local files, with an empty directory of theirs. */
  readonly files: Files;
  readonly localRoot: string;
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text));
}

export function describeCheckpointStorage(name: string, create: () => Promise<StorageHarness>): void {
  describe(`checkpoint storage: ${name}`, () => {
    test('a file is seen when it is committed, whole, and not before', async () => {
      const { storage, root } = await create();
      await storage.mkdirs(`${root}/job/chk-1`);
      const path = `${root}/job/chk-1/a.state`;
      const writer = await storage.create(path);
      const expected: Uint8Array[] = [];
      for (let piece = 0; piece < 40; piece++) {
        const bytes = new Uint8Array(300_000).fill(piece);
        expected.push(bytes);
        await writer.append(bytes);
      }
      assert.equal(await storage.stat(path), undefined);
      await writer.commit();
      assert.deepEqual({ ...(await storage.stat(path)), modifiedMs: 0, path: '' }, { name: 'a.state', bytes: 12_000_000, isDirectory: false, modifiedMs: 0, path: '' });
      assert.ok(Buffer.concat(expected).equals(await storage.readWhole(path)));
      const reader = await storage.open(path);
      assert.equal(reader.bytes, 12_000_000);
      assert.deepEqual([...(await reader.read(299_999, 3))], [0, 1, 1]);
      assert.equal((await reader.read(11_999_990, 100)).length, 10);
      await reader.close();
    });

    test('a writer that is aborted leaves nothing, before or after appends', async () => {
      const { storage, root } = await create();
      await storage.mkdirs(`${root}/d`);
      const empty = await storage.create(`${root}/d/a`);
      await empty.abort();
      const begun = await storage.create(`${root}/d/b`);
      await begun.append(new Uint8Array(6_000_000));
      await begun.abort();
      await begun.abort();
      assert.deepEqual(await storage.list(`${root}/d`), []);
    });

    test('a file takes the place of one that was there, also an empty one', async () => {
      const { storage, root } = await create();
      await storage.mkdirs(`${root}/d`);
      await storage.writeWhole(`${root}/d/_metadata`, bytesOf('first'));
      await storage.writeWhole(`${root}/d/_metadata`, bytesOf('second'));
      assert.equal(Buffer.from(await storage.readWhole(`${root}/d/_metadata`)).toString(), 'second');
      await storage.writeWhole(`${root}/d/_metadata`, new Uint8Array(0));
      assert.equal((await storage.stat(`${root}/d/_metadata`))?.bytes, 0);
    });

    test('a local file is stored as it is, and stays when the local one goes', async () => {
      const { storage, root, files, localRoot } = await create();
      await storage.mkdirs(`${root}/shared`);
      await files.atomicWrite(`${localRoot}/1.sst`, bytesOf('table'));
      await storage.storeFile(`${localRoot}/1.sst`, `${root}/shared/4-1.sst`);
      await storage.storeFile(`${localRoot}/1.sst`, `${root}/shared/4-1.sst`);
      await files.delete(`${localRoot}/1.sst`);
      assert.equal(Buffer.from(await storage.readWhole(`${root}/shared/4-1.sst`)).toString(), 'table');
      await assert.rejects(storage.storeFile(`${localRoot}/1.sst`, `${root}/shared/5-1.sst`));
      assert.deepEqual((await storage.list(`${root}/shared`)).map((entry) => entry.name), ['4-1.sst']);
      const local = storage.localPathOf(`${root}/shared/4-1.sst`);
      if (local !== undefined) assert.equal(Buffer.from(await files.read(local)).toString(), 'table');
    });

    test('lists direct entries by name, files and directories, and nothing where nothing is', async () => {
      const { storage, root } = await create();
      for (const path of ['b/2', 'b/1', 'a', 'b/c/3', 'bb/4']) {
        await storage.mkdirs(`${root}/${path.split('/').slice(0, -1).join('/')}`);
        await storage.writeWhole(`${root}/${path}`, bytesOf(path));
      }
      const names = async (path: string) => (await storage.list(path)).map(({ name: entry, bytes, isDirectory }) => [entry, isDirectory ? 'directory' : bytes]);
      assert.deepEqual(await names(root), [['a', 1], ['b', 'directory'], ['bb', 'directory']]);
      assert.deepEqual(await names(`${root}/b`), [['1', 3], ['2', 3], ['c', 'directory']]);
      assert.deepEqual(await names(`${root}/none`), []);
      assert.equal((await storage.stat(`${root}/b`))?.isDirectory, true);
    });

    test('deletes a file or a whole directory, not what begins with its name, and minds nothing that is gone', async () => {
      const { storage, root } = await create();
      for (const path of ['chk-1/a', 'chk-1/b', 'chk-10/a']) {
        await storage.mkdirs(`${root}/${path.split('/')[0]}`);
        await storage.writeWhole(`${root}/${path}`, bytesOf(path));
      }
      await storage.delete(`${root}/chk-1/a`);
      await storage.delete(`${root}/chk-1`);
      await storage.delete(`${root}/chk-1`);
      assert.deepEqual((await storage.list(root)).map((entry) => entry.name), ['chk-10']);
      await assert.rejects(storage.readWhole(`${root}/chk-1/a`));
      await assert.rejects(storage.open(`${root}/chk-1/a`));
    });
  });
}
