// Files over node:fs. Any thread. Errors of the host become PlatformErrors in `attempt` and `attemptSync` alone.
import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { basename, dirname, join, resolve } from 'node:path';
import { fileError } from '#platform/errors';
import { createExclusively, createExclusivelySync, temporaryName, writeAtomically, writeAtomicallySync } from '#platform/files/atomic-write';
import type { Chunks, FileEntry, Files, ReadHandle, ReadStreamOptions, WriteHandle, WriteOptions } from '#platform/files/files';
import { keptBytes, modeOf } from '#platform/files/write-mode';
import { FileChunks, streamChunks } from '#platform/files/file-chunks';
import { NodeReadHandle, NodeWriteHandle } from '#platform/files/node-file-handle';
import type { Random } from '#platform/random/random';

const openAsync = promisify(fs.open);
const fstatAsync = promisify(fs.fstat);
const ftruncateAsync = promisify(fs.ftruncate);
const fsyncAsync = promisify(fs.fsync);
const closeAsync = promisify(fs.close);

/** Flags of openWrite: append is not the host's O_APPEND, since writes are positioned. */
const OPEN_FLAGS = {
  truncate: fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_TRUNC,
  append: fs.constants.O_WRONLY | fs.constants.O_CREAT,
  exclusive: fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL,
} as const;

export class NodeFiles implements Files {
  readonly #random: Random;

  /** @param random names temporary files. */
  constructor(random: Random) {
    this.#random = random;
  }

  read(path: string): Promise<Uint8Array> {
    return attempt('cannot read', path, () => fs.promises.readFile(path));
  }

  readSync(path: string): Uint8Array {
    return attemptSync('cannot read', path, () => fs.readFileSync(path));
  }

  openRead(path: string): Promise<ReadHandle> {
    return attempt('cannot open', path, async () => new NodeReadHandle(path, await openAsync(path, 'r')));
  }

  openReadSync(path: string): ReadHandle {
    return attemptSync('cannot open', path, () => new NodeReadHandle(path, fs.openSync(path, 'r')));
  }

  openWrite(path: string, options: WriteOptions = {}): Promise<WriteHandle> {
    const flags = OPEN_FLAGS[modeOf(options)];
    return attempt('cannot open for writing', path, async () => {
      const fd = await openAsync(path, flags);
      try {
        const { size } = await fstatAsync(fd);
        const keepBytes = keptBytes(path, size, options);
        if (keepBytes < size) await ftruncateAsync(fd, keepBytes);
        return new NodeWriteHandle(path, fd, keepBytes);
      } catch (error) {
        await closeAsync(fd);
        throw error;
      }
    });
  }

  openWriteSync(path: string, options: WriteOptions = {}): WriteHandle {
    const flags = OPEN_FLAGS[modeOf(options)];
    return attemptSync('cannot open for writing', path, () => {
      const fd = fs.openSync(path, flags);
      try {
        const { size } = fs.fstatSync(fd);
        const keepBytes = keptBytes(path, size, options);
        if (keepBytes < size) fs.ftruncateSync(fd, keepBytes);
        return new NodeWriteHandle(path, fd, keepBytes);
      } catch (error) {
        fs.closeSync(fd);
        throw error;
      }
    });
  }

  readStream(path: string, options: ReadStreamOptions = {}): AsyncIterable<Uint8Array> {
    return streamChunks(() => this.openRead(path), options);
  }

  openChunks(path: string, options: ReadStreamOptions = {}): Chunks {
    return new FileChunks(this.openReadSync(path), options);
  }

  stat(path: string): Promise<FileEntry | undefined> {
    return attempt('cannot look at', path, async () => {
      try {
        return entryOf(path, await fs.promises.stat(path));
      } catch (error) {
        return undefinedWhenAbsent(error);
      }
    });
  }

  statSync(path: string): FileEntry | undefined {
    return attemptSync('cannot look at', path, () => {
      try {
        return entryOf(path, fs.statSync(path));
      } catch (error) {
        return undefinedWhenAbsent(error);
      }
    });
  }

  async exists(path: string): Promise<boolean> {
    return (await this.stat(path)) !== undefined;
  }

  existsSync(path: string): boolean {
    return this.statSync(path) !== undefined;
  }

  size(path: string): Promise<number> {
    return attempt('cannot look at', path, async () => (await fs.promises.stat(path)).size);
  }

  sizeSync(path: string): number {
    return attemptSync('cannot look at', path, () => fs.statSync(path).size);
  }

  async list(path: string): Promise<readonly FileEntry[]> {
    const names = await attempt('cannot list', path, () => fs.promises.readdir(path));
    const entries = await Promise.all(names.sort().map((name) => this.stat(join(path, name))));
    return entries.filter((entry) => entry !== undefined);
  }

  listSync(path: string): readonly FileEntry[] {
    const names = attemptSync('cannot list', path, () => fs.readdirSync(path));
    return names.sort().map((name) => this.statSync(join(path, name))).filter((entry) => entry !== undefined);
  }

  async mkdirs(path: string): Promise<void> {
    await attempt('cannot make directory', path, () => makeDirectories(path));
  }

  mkdirsSync(path: string): void {
    attemptSync('cannot make directory', path, () => makeDirectoriesSync(path));
  }

  delete(path: string): Promise<void> {
    return attempt('cannot remove', path, () => fs.promises.rm(path, { recursive: true, force: true }).catch(undefinedWhenAbsent));
  }

  deleteSync(path: string): void {
    attemptSync('cannot remove', path, () => {
      try {
        fs.rmSync(path, { recursive: true, force: true });
      } catch (error) {
        undefinedWhenAbsent(error);
      }
    });
  }

  rename(from: string, to: string): Promise<void> {
    return attempt(`cannot rename to ${to}`, from, () => fs.promises.rename(from, to));
  }

  renameSync(from: string, to: string): void {
    attemptSync(`cannot rename to ${to}`, from, () => fs.renameSync(from, to));
  }

  hardLink(existing: string, created: string): Promise<void> {
    return attempt(`cannot link ${existing} as`, created, () => fs.promises.link(existing, created));
  }

  hardLinkSync(existing: string, created: string): void {
    attemptSync(`cannot link ${existing} as`, created, () => fs.linkSync(existing, created));
  }

  syncDirectory(path: string): Promise<void> {
    return attempt('cannot sync directory', path, async () => {
      const fd = await openAsync(path, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
      await fsyncAsync(fd).finally(() => closeAsync(fd));
    });
  }

  syncDirectorySync(path: string): void {
    attemptSync('cannot sync directory', path, () => {
      const fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
      try {
        fs.fsyncSync(fd);
      } finally {
        fs.closeSync(fd);
      }
    });
  }

  atomicWrite(path: string, bytes: Uint8Array): Promise<void> {
    return writeAtomically(this, path, this.#temporary(path), bytes);
  }

  atomicWriteSync(path: string, bytes: Uint8Array): void {
    writeAtomicallySync(this, path, this.#temporary(path), bytes);
  }

  createExclusive(path: string, bytes: Uint8Array): Promise<boolean> {
    return createExclusively(this, path, this.#temporary(path), bytes);
  }

  createExclusiveSync(path: string, bytes: Uint8Array): boolean {
    return createExclusivelySync(this, path, this.#temporary(path), bytes);
  }

  #temporary(path: string): string {
    return temporaryName(path, this.#random);
  }
}

function entryOf(path: string, stats: fs.Stats): FileEntry {
  const isDirectory = stats.isDirectory();
  return { name: basename(path), path, bytes: isDirectory ? 0 : stats.size, modifiedMs: stats.mtimeMs, isDirectory };
}

// Not Node's `recursive`: it never ends below a directory that is there and takes no entry, as `/proc` does.
async function makeDirectories(path: string): Promise<void> {
  const missing: string[] = [];
  for (let at = resolve(path); at !== dirname(at) && !(await isDirectory(at)); at = dirname(at)) missing.unshift(at);
  for (const at of missing) {
    try {
      await fs.promises.mkdir(at);
    } catch (error) {
      if (!isTaken(error) || (at === missing.at(-1) && !(await isDirectory(at)))) throw error;
    }
  }
}

function makeDirectoriesSync(path: string): void {
  const missing: string[] = [];
  for (let at = resolve(path); at !== dirname(at) && !isDirectorySync(at); at = dirname(at)) missing.unshift(at);
  for (const at of missing) {
    try {
      fs.mkdirSync(at);
    } catch (error) {
      if (!isTaken(error) || (at === missing.at(-1) && !isDirectorySync(at))) throw error;
    }
  }
}

/** Somebody else made it meanwhile; or it is a file, as making the next one below it will say. */
function isTaken(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EEXIST';
}

async function isDirectory(path: string): Promise<boolean> {
  return fs.promises.stat(path).then((stats) => stats.isDirectory(), () => false);
}

function isDirectorySync(path: string): boolean {
  try {
    return fs.statSync(path).isDirectory();
  } catch {
    return false; // what is wrong with it, making it says
  }
}

function undefinedWhenAbsent(error: unknown): undefined {
  const errno = (error as NodeJS.ErrnoException).code;
  if (errno === 'ENOENT' || errno === 'ENOTDIR') return undefined;
  throw error;
}

async function attempt<T>(operation: string, path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw fileError(operation, path, error);
  }
}

function attemptSync<T>(operation: string, path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw fileError(operation, path, error);
  }
}
