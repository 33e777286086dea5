// What every Files keeps to. Synchronous and asynchronous calls go through one script each, so that the twins of a call
// cannot drift apart: `both` runs a test once with the asynchronous calls and once with the synchronous ones.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { PlatformError, type PlatformErrorCode } from '#platform/errors';
import type { FileEntry, Files, ReadHandle, ReadStreamOptions, WriteHandle, WriteOptions } from '#platform/files/files';

export interface FilesHarness {
  readonly files: Files;
  /** An empty directory. */
  readonly root: string;
}

/** One way to call Files; results are awaited, which a plain value does not mind. */
export interface Calls {
  read(path: string): Promise<Uint8Array> | Uint8Array;
  openRead(path: string): Promise<ReadHandle> | ReadHandle;
  openWrite(path: string, options?: WriteOptions): Promise<WriteHandle> | WriteHandle;
  readRange(handle: ReadHandle, offset: number, into: Uint8Array): Promise<number> | number;
  append(handle: WriteHandle, bytes: Uint8Array): Promise<void> | void;
  fsync(handle: WriteHandle): Promise<void> | void;
  close(handle: ReadHandle | WriteHandle): Promise<void> | void;
  chunks(path: string, options?: ReadStreamOptions): Promise<Uint8Array[]> | Uint8Array[];
  stat(path: string): Promise<FileEntry | undefined> | FileEntry | undefined;
  exists(path: string): Promise<boolean> | boolean;
  size(path: string): Promise<number> | number;
  list(path: string): Promise<readonly FileEntry[]> | readonly FileEntry[];
  mkdirs(path: string): Promise<void> | void;
  delete(path: string): Promise<void> | void;
  rename(from: string, to: string): Promise<void> | void;
  hardLink(existing: string, created: string): Promise<void> | void;
  syncDirectory(path: string): Promise<void> | void;
  atomicWrite(path: string, bytes: Uint8Array): Promise<void> | void;
  createExclusive(path: string, bytes: Uint8Array): Promise<boolean> | boolean;
}

export function asyncCalls(files: Files): Calls {
  return {
    read: (path) => files.read(path),
    openRead: (path) => files.openRead(path),
    openWrite: (path, options) => files.openWrite(path, options),
    readRange: (handle, offset, into) => handle.readRange(offset, into),
    append: (handle, bytes) => handle.append(bytes),
    fsync: (handle) => handle.fsync(),
    close: (handle) => handle.close(),
    chunks: async (path, options) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of files.readStream(path, options)) chunks.push(chunk);
      return chunks;
    },
    stat: (path) => files.stat(path),
    exists: (path) => files.exists(path),
    size: (path) => files.size(path),
    list: (path) => files.list(path),
    mkdirs: (path) => files.mkdirs(path),
    delete: (path) => files.delete(path),
    rename: (from, to) => files.rename(from, to),
    hardLink: (existing, created) => files.hardLink(existing, created),
    syncDirectory: (path) => files.syncDirectory(path),
    atomicWrite: (path, bytes) => files.atomicWrite(path, bytes),
    createExclusive: (path, bytes) => files.createExclusive(path, bytes),
  };
}

export function syncCalls(files: Files): Calls {
  return {
    read: (path) => files.readSync(path),
    openRead: (path) => files.openReadSync(path),
    openWrite: (path, options) => files.openWriteSync(path, options),
    readRange: (handle, offset, into) => handle.readRangeSync(offset, into),
    append: (handle, bytes) => handle.appendSync(bytes),
    fsync: (handle) => handle.fsyncSync(),
    close: (handle) => handle.closeSync(),
    chunks: (path, options) => {
      const chunks: Uint8Array[] = [];
      const reader = files.openChunks(path, options);
      for (let chunk = reader.next(); chunk !== undefined; chunk = reader.next()) chunks.push(chunk);
      assert.equal(reader.next(), undefined);
      reader.close();
      return chunks;
    },
    stat: (path) => files.statSync(path),
    exists: (path) => files.existsSync(path),
    size: (path) => files.sizeSync(path),
    list: (path) => files.listSync(path),
    mkdirs: (path) => files.mkdirsSync(path),
    delete: (path) => files.deleteSync(path),
    rename: (from, to) => files.renameSync(from, to),
    hardLink: (existing, created) => files.hardLinkSync(existing, created),
    syncDirectory: (path) => files.syncDirectorySync(path),
    atomicWrite: (path, bytes) => files.atomicWriteSync(path, bytes),
    createExclusive: (path, bytes) => files.createExclusiveSync(path, bytes),
  };
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Runs `action` and checks the code of the error it ends with. */
export async function failsWith(code: PlatformErrorCode, action: () => unknown): Promise<void> {
  await assert.rejects(async () => { await action(); }, (error) => {
    assert.ok(error instanceof PlatformError, `a PlatformError, not ${String(error)}`);
    assert.equal(error.code, code);
    return true;
  });
}

export function filesContract(name: string, create: () => FilesHarness): void {
  const both = (title: string, body: (calls: Calls, root: string) => Promise<void>): void => {
    test(`${title} (asynchronous)`, () => { const { files, root } = create(); return body(asyncCalls(files), root); });
    test(`${title} (synchronous)`, () => { const { files, root } = create(); return body(syncCalls(files), root); });
  };
  describe(`${name} as Files`, () => {
    writingAndReading(both);
    names(both);
    wholeFiles(both);
    pieces(both);
    mistakes(both);
  });
}

type Both = (title: string, body: (calls: Calls, root: string) => Promise<void>) => void;

async function write(calls: Calls, path: string, text: string, options?: WriteOptions): Promise<void> {
  const handle = await calls.openWrite(path, options);
  await calls.append(handle, bytesOf(text));
  await calls.close(handle);
}

function writingAndReading(both: Both): void {
  both('what is appended is read back, whole and in ranges', async (calls, root) => {
    const handle = await calls.openWrite(`${root}/a`);
    await calls.append(handle, bytesOf('hello '));
    await calls.append(handle, bytesOf('world'));
    await calls.fsync(handle);
    assert.equal(handle.bytesWritten, 11);
    assert.equal(handle.path, `${root}/a`);
    await calls.close(handle);
    await calls.close(handle);
    assert.equal(textOf(await calls.read(`${root}/a`)), 'hello world');
    const reader = await calls.openRead(`${root}/a`);
    const into = new Uint8Array(5);
    assert.equal(await calls.readRange(reader, 6, into), 5);
    assert.equal(textOf(into), 'world');
    assert.equal(await calls.readRange(reader, 9, into), 2);
    assert.equal(await calls.readRange(reader, 11, into), 0);
    await calls.close(reader);
    assert.equal(await calls.size(`${root}/a`), 11);
  });

  both('opening to write starts empty, goes on, or cuts first, as asked', async (calls, root) => {
    const path = `${root}/a`;
    await write(calls, path, 'first');
    await write(calls, path, 'second', { mode: 'append' });
    assert.equal(textOf(await calls.read(path)), 'firstsecond');
    await write(calls, path, '!', { mode: 'append', keepBytes: 3 });
    assert.equal(textOf(await calls.read(path)), 'fir!');
    await write(calls, path, 'new');
    assert.equal(textOf(await calls.read(path)), 'new');
    await write(calls, `${root}/b`, 'made', { mode: 'append' });
    assert.equal(textOf(await calls.read(`${root}/b`)), 'made');
  });

  both('an exclusive file is new, and a file is not continued beyond its end', async (calls, root) => {
    await write(calls, `${root}/a`, 'x', { mode: 'exclusive' });
    await failsWith('FILE_EXISTS', () => calls.openWrite(`${root}/a`, { mode: 'exclusive' }));
    await failsWith('FILE_TOO_SHORT', () => calls.openWrite(`${root}/a`, { mode: 'append', keepBytes: 2 }));
    assert.equal(textOf(await calls.read(`${root}/a`)), 'x');
  });

  both('a closed handle is not used any more', async (calls, root) => {
    const writer = await calls.openWrite(`${root}/a`);
    await calls.close(writer);
    await failsWith('FILE_HANDLE_CLOSED', () => calls.append(writer, bytesOf('x')));
    await failsWith('FILE_HANDLE_CLOSED', () => calls.fsync(writer));
    const reader = await calls.openRead(`${root}/a`);
    await calls.close(reader);
    await failsWith('FILE_HANDLE_CLOSED', () => calls.readRange(reader, 0, new Uint8Array(1)));
  });
}

function names(both: Both): void {
  both('a directory lists its direct entries by name, with size and kind', async (calls, root) => {
    await calls.mkdirs(`${root}/d/sub/deep`);
    await calls.mkdirs(`${root}/d/sub`);
    await write(calls, `${root}/d/b`, 'four');
    await write(calls, `${root}/d/B`, '');
    await write(calls, `${root}/d/sub/inner`, 'x');
    const entries = await calls.list(`${root}/d`);
    assert.deepEqual(entries.map(({ name, path, bytes, isDirectory }) => ({ name, path, bytes, isDirectory })), [
      { name: 'B', path: `${root}/d/B`, bytes: 0, isDirectory: false },
      { name: 'b', path: `${root}/d/b`, bytes: 4, isDirectory: false },
      { name: 'sub', path: `${root}/d/sub`, bytes: 0, isDirectory: true },
    ]);
    assert.ok(entries.every((entry) => entry.modifiedMs > Date.UTC(2019, 0, 1)));
    assert.deepEqual(await calls.list(`${root}/d/sub/deep`), []);
  });

  both('stat and exists tell what lies at a path, absence included', async (calls, root) => {
    await write(calls, `${root}/a`, 'abc');
    const entry = await calls.stat(`${root}/a`);
    assert.deepEqual([entry?.name, entry?.bytes, entry?.isDirectory], ['a', 3, false]);
    assert.equal((await calls.stat(root))?.isDirectory, true);
    assert.equal(await calls.stat(`${root}/none`), undefined);
    assert.equal(await calls.stat(`${root}/a/below a file`), undefined);
    assert.deepEqual([await calls.exists(`${root}/a`), await calls.exists(`${root}/none`)], [true, false]);
  });

  both('delete removes a file or a whole tree, and does not mind absence', async (calls, root) => {
    await calls.mkdirs(`${root}/d/e`);
    await write(calls, `${root}/d/e/f`, 'x');
    await write(calls, `${root}/g`, 'x');
    await calls.delete(`${root}/g/below a file`);
    await calls.delete(`${root}/g`);
    await calls.delete(`${root}/d`);
    await calls.delete(`${root}/d`);
    assert.deepEqual(await calls.list(root), []);
  });

  both('rename moves files and directories and replaces a file', async (calls, root) => {
    await write(calls, `${root}/a`, 'new');
    await write(calls, `${root}/b`, 'old');
    await calls.rename(`${root}/a`, `${root}/b`);
    assert.equal(textOf(await calls.read(`${root}/b`)), 'new');
    assert.equal(await calls.exists(`${root}/a`), false);
    await calls.mkdirs(`${root}/d`);
    await calls.rename(`${root}/b`, `${root}/d/b`);
    await calls.rename(`${root}/d`, `${root}/e`);
    assert.equal(textOf(await calls.read(`${root}/e/b`)), 'new');
    await calls.syncDirectory(root);
  });

  both('a hard link is a second name of one file', async (calls, root) => {
    await write(calls, `${root}/a`, 'one');
    await calls.hardLink(`${root}/a`, `${root}/b`);
    await write(calls, `${root}/a`, '+', { mode: 'append' });
    await calls.delete(`${root}/a`);
    assert.equal(textOf(await calls.read(`${root}/b`)), 'one+');
    await write(calls, `${root}/c`, '');
    await failsWith('FILE_EXISTS', () => calls.hardLink(`${root}/b`, `${root}/c`));
  });
}

function wholeFiles(both: Both): void {
  both('an atomic write replaces the whole file and leaves nothing beside it', async (calls, root) => {
    await calls.atomicWrite(`${root}/a`, bytesOf('a longer first text'));
    await calls.atomicWrite(`${root}/a`, bytesOf('second'));
    assert.equal(textOf(await calls.read(`${root}/a`)), 'second');
    assert.deepEqual((await calls.list(root)).map((entry) => entry.name), ['a']);
  });

  both('of two exclusive creations the first wins, and the loser changes nothing', async (calls, root) => {
    assert.equal(await calls.createExclusive(`${root}/leader`, bytesOf('one')), true);
    assert.equal(await calls.createExclusive(`${root}/leader`, bytesOf('two')), false);
    assert.equal(textOf(await calls.read(`${root}/leader`)), 'one');
    assert.deepEqual((await calls.list(root)).map((entry) => entry.name), ['leader']);
  });

  both('an atomic write that cannot be done reports why and leaves nothing', async (calls, root) => {
    await calls.mkdirs(`${root}/d/e`);
    await failsWith('FILE_IS_DIRECTORY', () => calls.atomicWrite(`${root}/d`, bytesOf('x')));
    await failsWith('FILE_NOT_FOUND', () => calls.createExclusive(`${root}/none/a`, bytesOf('x')));
    assert.deepEqual((await calls.list(root)).map((entry) => entry.name), ['d']);
  });
}

function pieces(both: Both): void {
  both('pieces put together are the file, none above the size asked', async (calls, root) => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 200 }), async (bytes, chunkBytes) => {
      await calls.atomicWrite(`${root}/a`, bytes);
      const chunks = await calls.chunks(`${root}/a`, { chunkBytes });
      assert.ok(chunks.every((chunk) => chunk.length > 0 && chunk.length <= chunkBytes));
      assert.deepEqual(Buffer.concat(chunks), Buffer.from(bytes));
    }), { numRuns: 20 });
  });

  both('packed files of one or several members are unpacked in pieces', async (calls, root) => {
    const text = 'line of text '.repeat(20_000);
    const noise = Uint8Array.from({ length: 200_000 }, (_, i) => (Math.imul(i, 2654435761) >>> 13) & 255);
    const content = Buffer.concat([bytesOf(text), noise, bytesOf('end')]);
    await calls.atomicWrite(`${root}/a.gz`, Buffer.concat([gzipSync(bytesOf(text)), gzipSync(noise), gzipSync(''), gzipSync(bytesOf('end'))]));
    for (const chunkBytes of [1000, 64 * 1024, 2 ** 20]) {
      const chunks = await calls.chunks(`${root}/a.gz`, { gunzip: true, chunkBytes });
      assert.ok(chunks.every((chunk) => chunk.length > 0 && chunk.length <= chunkBytes));
      assert.ok(Buffer.concat(chunks).equals(content));
    }
  });

  both('an empty packed file and an empty file give no pieces', async (calls, root) => {
    await calls.atomicWrite(`${root}/a.gz`, gzipSync(''));
    await calls.atomicWrite(`${root}/b`, new Uint8Array(0));
    assert.deepEqual(await calls.chunks(`${root}/a.gz`, { gunzip: true }), []);
    assert.deepEqual(await calls.chunks(`${root}/b`, { gunzip: true }), []);
    assert.deepEqual(await calls.chunks(`${root}/b`), []);
  });

  both('a packed file that is cut short, damaged or not packed is reported', async (calls, root) => {
    const packed = gzipSync(bytesOf('some text that is long enough to be cut'.repeat(10)));
    const flipped = Uint8Array.from(packed);
    flipped[packed.length - 6]! ^= 0xff;
    for (const [name, bytes] of Object.entries({ short: packed.subarray(0, packed.length - 4), flipped, plain: bytesOf('plain text') })) {
      await calls.atomicWrite(`${root}/${name}.gz`, bytes);
      await failsWith('FILE_GZIP_DAMAGED', () => calls.chunks(`${root}/${name}.gz`, { gunzip: true }));
    }
  });
}

function mistakes(both: Both): void {
  both('a missing file is FILE_NOT_FOUND, whatever is done with it', async (calls, root) => {
    const path = `${root}/none`;
    for (const action of [
      () => calls.read(path), () => calls.openRead(path), () => calls.size(path), () => calls.list(path), () => calls.rename(path, `${root}/b`),
      () => calls.hardLink(path, `${root}/b`), () => calls.openWrite(`${path}/a`), () => calls.chunks(path), () => calls.syncDirectory(path),
    ]) await failsWith('FILE_NOT_FOUND', action);
  });

  both('files and directories are not taken for each other', async (calls, root) => {
    await calls.mkdirs(`${root}/d/e`);
    await write(calls, `${root}/f`, 'x');
    await failsWith('FILE_IS_DIRECTORY', () => calls.read(`${root}/d`));
    await failsWith('FILE_IS_DIRECTORY', () => calls.openWrite(`${root}/d`));
    await failsWith('FILE_NOT_DIRECTORY', () => calls.list(`${root}/f`));
    await failsWith('FILE_NOT_DIRECTORY', () => calls.openWrite(`${root}/f/a`));
    await failsWith('FILE_NOT_DIRECTORY', () => calls.mkdirs(`${root}/f/a`));
    await failsWith('FILE_EXISTS', () => calls.mkdirs(`${root}/f`));
    await failsWith('FILE_NOT_DIRECTORY', () => calls.rename(`${root}/d`, `${root}/f`));
    await failsWith('FILE_NOT_DIRECTORY', () => calls.syncDirectory(`${root}/f`));
    await calls.mkdirs(`${root}/g`);
    await failsWith('FILE_DIRECTORY_NOT_EMPTY', () => calls.rename(`${root}/g`, `${root}/d`));
  });
}
