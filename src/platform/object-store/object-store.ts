// The door to an object store: buckets of whole objects by key, no directories, no renames. Invariant: an object is seen
// whole or not at all; whoever has been told of a write reads it. All errors are PlatformErrors. Any thread.

export interface ObjectEntry {
  readonly key: string;
  readonly bytes: number;
}

export interface ObjectListing {
  readonly objects: readonly ObjectEntry[];
  /** Keys up to and with the next `/` behind the prefix. */
  readonly prefixes: readonly string[];
}

/** An object that is made of parts; nobody sees it before complete. */
export interface ObjectUpload {
  /** Every part but the last has at least 5 MiB. One call at a time, in the order of the parts. */
  uploadPart(bytes: Uint8Array): Promise<void>;
  complete(): Promise<void>;
  /** Gives the parts back. Idempotent. */
  abort(): Promise<void>;
}

export interface ObjectStore {
  put(bucket: string, key: string, bytes: Uint8Array): Promise<void>;
  beginUpload(bucket: string, key: string): Promise<ObjectUpload>;
  /** Bytes [offset, offset + length), fewer at the end; all without a range. @throws PlatformError FILE_NOT_FOUND. */
  get(bucket: string, key: string, range?: { readonly offset: number; readonly length: number }): Promise<Uint8Array>;
  /** Undefined when there is no such object. */
  size(bucket: string, key: string): Promise<number | undefined>;
  /** Objects whose keys start with `prefix`, sorted by key; with `isFlat` also those behind a further `/`, and no prefixes. */
  list(bucket: string, prefix: string, options?: { readonly isFlat?: boolean }): Promise<ObjectListing>;
  /** Fine for keys that are not there. */
  delete(bucket: string, keys: readonly string[]): Promise<void>;
}
