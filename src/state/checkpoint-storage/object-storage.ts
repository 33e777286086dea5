// Checkpoints in an object store. A file that fits one part is put at once, a longer one is uploaded in parts: neither is
// seen before it is whole. Directories are prefixes of keys. Thread: any; one object each.
import { Buffer } from 'node:buffer';
import { PlatformError } from '#platform/errors';
import type { Files } from '#platform/files/files';
import type { ObjectStore, ObjectUpload } from '#platform/object-store/object-store';
import type { CheckpointStorage, StorageEntry, StorageReader, StorageWriter } from '#state/checkpoint-storage/checkpoint-storage';

const PART_BYTES = 8 * 2 ** 20;

export class ObjectStorage implements CheckpointStorage {
  readonly #store: ObjectStore;
  readonly #files: Files;

  /** @param files where local files lie that are stored. */
  constructor(store: ObjectStore, files: Files) {
    this.#store = store;
    this.#files = files;
  }

  async mkdirs(): Promise<void> {
    // There are no directories.
  }

  create(path: string): Promise<StorageWriter> {
    return Promise.resolve(new ObjectWriter(this.#store, placeOf(path)));
  }

  async writeWhole(path: string, bytes: Uint8Array): Promise<void> {
    const { bucket, key } = placeOf(path);
    await this.#store.put(bucket, key, bytes);
  }

  async storeFile(localPath: string, path: string): Promise<void> {
    const writer = await this.create(path);
    try {
      for await (const chunk of this.#files.readStream(localPath, { chunkBytes: 2 ** 20 })) await writer.append(chunk);
      await writer.commit();
    } catch (error) {
      await writer.abort().catch(() => undefined); // the first failure is the one to report
      throw error;
    }
  }

  async open(path: string): Promise<StorageReader> {
    const { bucket, key } = placeOf(path);
    const bytes = await this.#store.size(bucket, key);
    if (bytes === undefined) throw new PlatformError('FILE_NOT_FOUND', `cannot open ${path}: there is no such object`);
    return {
      bytes,
      read: (offset, length) => this.#store.get(bucket, key, { offset, length: Math.max(0, Math.min(length, bytes - offset)) }),
      close: () => Promise.resolve(),
    };
  }

  async readWhole(path: string): Promise<Uint8Array> {
    const { bucket, key } = placeOf(path);
    return this.#store.get(bucket, key);
  }

  async stat(path: string): Promise<StorageEntry | undefined> {
    const { bucket, key } = placeOf(path);
    const name = key.slice(key.lastIndexOf('/') + 1);
    const bytes = key === '' ? undefined : await this.#store.size(bucket, key);
    if (bytes !== undefined) return { name, bytes, isDirectory: false };
    const { objects, prefixes } = await this.#store.list(bucket, directoryPrefix(key));
    return objects.length + prefixes.length === 0 ? undefined : { name, bytes: 0, isDirectory: true };
  }

  async list(directory: string): Promise<readonly StorageEntry[]> {
    const { bucket, key } = placeOf(directory);
    const prefix = directoryPrefix(key);
    const { objects, prefixes } = await this.#store.list(bucket, prefix);
    const files = objects.map((object) => ({ name: object.key.slice(prefix.length), bytes: object.bytes, isDirectory: false }));
    const directories = prefixes.map((found) => ({ name: found.slice(prefix.length, -1), bytes: 0, isDirectory: true }));
    return [...files, ...directories].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async delete(path: string): Promise<void> {
    const { bucket, key } = placeOf(path);
    const { objects } = await this.#store.list(bucket, directoryPrefix(key), { isFlat: true });
    await this.#store.delete(bucket, [key, ...objects.map((object) => object.key)]);
  }

  localPathOf(): undefined {
    return undefined;
  }
}

class ObjectWriter implements StorageWriter {
  readonly #store: ObjectStore;
  readonly #place: { readonly bucket: string; readonly key: string };
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #upload: ObjectUpload | undefined;

  constructor(store: ObjectStore, place: { readonly bucket: string; readonly key: string }) {
    this.#store = store;
    this.#place = place;
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
    if (this.#gatheredBytes < PART_BYTES) return;
    this.#upload ??= await this.#store.beginUpload(this.#place.bucket, this.#place.key);
    await this.#upload.uploadPart(this.#take());
  }

  async commit(): Promise<void> {
    if (this.#upload === undefined) return this.#store.put(this.#place.bucket, this.#place.key, this.#take());
    if (this.#gatheredBytes > 0) await this.#upload.uploadPart(this.#take());
    await this.#upload.complete();
  }

  async abort(): Promise<void> {
    this.#gathered = [];
    await this.#upload?.abort();
  }

  #take(): Uint8Array {
    const bytes = this.#gathered.length === 1 ? this.#gathered[0]! : Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    return bytes;
  }
}

function placeOf(path: string): { readonly bucket: string; readonly key: string } {
  const [, bucket, key] = /^s3a?:\/\/([^/]+)\/?(.*)$/.exec(path)!;
  return { bucket: bucket!, key: key! };
}

function directoryPrefix(key: string): string {
  return key === '' || key.endsWith('/') ? key : `${key}/`;
}
