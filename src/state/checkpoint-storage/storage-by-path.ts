// The storage that a path names: `s3://bucket/…` an object store, any other a directory of the host. Thread: any; one
// object each.
import type { Configuration } from '#core/config/configuration';
import { s3Options } from '#core/config/options/s3-options';
import type { Files } from '#platform/files/files';
import { S3ObjectStore } from '#platform/object-store/s3-object-store';
import { isObjectPath, type CheckpointStorage, type StorageEntry, type StorageReader, type StorageWriter } from '#state/checkpoint-storage/checkpoint-storage';
import { DirectoryStorage } from '#state/checkpoint-storage/directory-storage';
import { ObjectStorage } from '#state/checkpoint-storage/object-storage';

export function createCheckpointStorage(files: Files, configuration: Configuration): CheckpointStorage {
  const store = new S3ObjectStore({
    endpoint: configuration.get(s3Options.endpoint), region: configuration.get(s3Options.region), isPathStyle: configuration.get(s3Options.isPathStyle),
    accessKey: configuration.get(s3Options.accessKey), secretKey: configuration.get(s3Options.secretKey),
  });
  return new StorageByPath(new DirectoryStorage(files), new ObjectStorage(store, files));
}

class StorageByPath implements CheckpointStorage {
  readonly #directories: CheckpointStorage;
  readonly #objects: CheckpointStorage;

  constructor(directories: CheckpointStorage, objects: CheckpointStorage) {
    this.#directories = directories;
    this.#objects = objects;
  }

  mkdirs(directory: string): Promise<void> {
    return this.#of(directory).mkdirs(directory);
  }

  create(path: string): Promise<StorageWriter> {
    return this.#of(path).create(path);
  }

  writeWhole(path: string, bytes: Uint8Array): Promise<void> {
    return this.#of(path).writeWhole(path, bytes);
  }

  storeFile(localPath: string, path: string): Promise<void> {
    return this.#of(path).storeFile(localPath, path);
  }

  open(path: string): Promise<StorageReader> {
    return this.#of(path).open(path);
  }

  readWhole(path: string): Promise<Uint8Array> {
    return this.#of(path).readWhole(path);
  }

  stat(path: string): Promise<StorageEntry | undefined> {
    return this.#of(path).stat(path);
  }

  list(directory: string): Promise<readonly StorageEntry[]> {
    return this.#of(directory).list(directory);
  }

  delete(path: string): Promise<void> {
    return this.#of(path).delete(path);
  }

  localPathOf(path: string): string | undefined {
    return this.#of(path).localPathOf(path);
  }

  #of(path: string): CheckpointStorage {
    return isObjectPath(path) ? this.#objects : this.#directories;
  }
}
