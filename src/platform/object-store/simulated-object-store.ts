// An object store in memory. One thread.
import { PlatformError } from '#platform/errors';
import type { ObjectListing, ObjectStore, ObjectUpload } from '#platform/object-store/object-store';

export class SimulatedObjectStore implements ObjectStore {
  readonly #objects = new Map<string, Uint8Array>();

  put(bucket: string, key: string, bytes: Uint8Array): Promise<void> {
    this.#objects.set(`${bucket}/${key}`, bytes.slice());
    return Promise.resolve();
  }

  beginUpload(bucket: string, key: string): Promise<ObjectUpload> {
    const parts: Uint8Array[] = [];
    return Promise.resolve({
      uploadPart: (bytes) => {
        parts.push(bytes.slice());
        return Promise.resolve();
      },
      complete: () => this.put(bucket, key, Buffer.concat(parts)),
      abort: () => {
        parts.length = 0;
        return Promise.resolve();
      },
    });
  }

  get(bucket: string, key: string, range?: { readonly offset: number; readonly length: number }): Promise<Uint8Array> {
    const bytes = this.#objects.get(`${bucket}/${key}`);
    if (bytes === undefined) return Promise.reject(new PlatformError('FILE_NOT_FOUND', `there is no object s3://${bucket}/${key}`));
    return Promise.resolve(range === undefined ? bytes.slice() : bytes.slice(range.offset, range.offset + range.length));
  }

  size(bucket: string, key: string): Promise<number | undefined> {
    return Promise.resolve(this.#objects.get(`${bucket}/${key}`)?.length);
  }

  list(bucket: string, prefix: string, { isFlat = false }: { readonly isFlat?: boolean } = {}): Promise<ObjectListing> {
    const keys = [...this.#objects.keys()].filter((name) => name.startsWith(`${bucket}/${prefix}`)).map((name) => name.slice(bucket.length + 1)).sort();
    const isBehind = (key: string): boolean => !isFlat && key.slice(prefix.length).includes('/');
    const objects = keys.filter((key) => !isBehind(key)).map((key) => ({ key, bytes: this.#objects.get(`${bucket}/${key}`)!.length }));
    const prefixes = keys.filter(isBehind).map((key) => key.slice(0, key.indexOf('/', prefix.length) + 1));
    return Promise.resolve({ objects, prefixes: [...new Set(prefixes)] });
  }

  delete(bucket: string, keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#objects.delete(`${bucket}/${key}`);
    return Promise.resolve();
  }
}
