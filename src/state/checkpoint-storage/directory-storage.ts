// Checkpoints in a directory of the host. A file is written under a temporary name, synced and renamed, then its
// directory is synced. Thread: that of its Files.
import { basename, dirname, join } from 'node:path';
import { PlatformError } from '#platform/errors';
import type { Files, WriteHandle } from '#platform/files/files';
import type { CheckpointStorage, StorageEntry, StorageReader, StorageWriter } from '#state/checkpoint-storage/checkpoint-storage';


/** A file has one writer in its life, so the name is free but for what a crash has left. */
function temporaryOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.tmp`);
}

export class DirectoryStorage implements CheckpointStorage {
  readonly #files: Files;

  constructor(files: Files) {
    this.#files = files;
  }

  async mkdirs(directory: string): Promise<void> {
    await this.#files.mkdirs(directory);
  }

  async create(path: string): Promise<StorageWriter> {
    const temporary = temporaryOf(path);
    return new DirectoryWriter(this.#files, await this.#files.openWrite(temporary, { mode: 'truncate' }), temporary, path);
  }

  async writeWhole(path: string, bytes: Uint8Array): Promise<void> {
    const writer = await this.create(path);
    try {
      await writer.append(bytes);
      await writer.commit();
    } catch (error) {
      await writer.abort().catch(() => undefined); // the first failure is the one to report
      throw error;
    }
  }

  /** A hard link where both lie on one file system, else a copy. */
  async storeFile(localPath: string, path: string): Promise<void> {
    const temporary = temporaryOf(path);
    await this.#files.delete(temporary);
    try {
      await this.#files.hardLink(localPath, temporary);
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      return this.#copy(localPath, path);
    }
    await this.#publish(temporary, path);
  }

  async open(path: string): Promise<StorageReader> {
    const handle = await this.#files.openRead(path);
    const bytes = await this.#files.size(path);
    return {
      bytes,
      read: async (offset, length) => {
        const into = new Uint8Array(Math.max(0, Math.min(length, bytes - offset)));
        const count = await handle.readRange(offset, into);
        return into.subarray(0, count);
      },
      close: () => handle.close(),
    };
  }

  async readWhole(path: string): Promise<Uint8Array> {
    return this.#files.read(path);
  }

  async stat(path: string): Promise<StorageEntry | undefined> {
    return this.#files.stat(path);
  }

  async list(directory: string): Promise<readonly StorageEntry[]> {
    if (!(await this.#files.exists(directory))) return [];
    return this.#files.list(directory);
  }

  async delete(path: string): Promise<void> {
    await this.#files.delete(path);
  }

  localPathOf(path: string): string {
    return path;
  }

  async #copy(localPath: string, path: string): Promise<void> {
    const writer = await this.create(path);
    try {
      for await (const chunk of this.#files.readStream(localPath, { chunkBytes: 2 ** 20 })) await writer.append(chunk);
      await writer.commit();
    } catch (error) {
      await writer.abort().catch(() => undefined);
      throw error;
    }
  }

  async #publish(temporary: string, path: string): Promise<void> {
    try {
      await this.#files.rename(temporary, path);
    } catch (error) {
      await this.#files.delete(temporary).catch(() => undefined); // the first failure is the one to report
      throw error;
    }
    // Two names of one file: a rename of one to the other does nothing.
    await this.#files.delete(temporary);
    await this.#files.syncDirectory(dirname(path));
  }
}

class DirectoryWriter implements StorageWriter {
  readonly #files: Files;
  readonly #handle: WriteHandle;
  readonly #temporary: string;
  readonly #path: string;
  #isCommitted = false;

  constructor(files: Files, handle: WriteHandle, temporary: string, path: string) {
    this.#files = files;
    this.#handle = handle;
    this.#temporary = temporary;
    this.#path = path;
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.#handle.append(bytes);
  }

  async commit(): Promise<void> {
    await this.#handle.fsync();
    await this.#handle.close();
    await this.#files.rename(this.#temporary, this.#path);
    this.#isCommitted = true;
    await this.#files.syncDirectory(dirname(this.#path));
  }

  async abort(): Promise<void> {
    await this.#handle.close();
    if (!this.#isCommitted) await this.#files.delete(this.#temporary);
  }
}
