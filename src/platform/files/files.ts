// The door to the file system. Every call has a synchronous twin (`...Sync`) for slots, whose loop must not be left, and
// an asynchronous one for the main thread and helpers. Invariant: bytes are durable after fsync of the file *and*
// syncDirectory of its parent; nothing else promises anything after a crash. All errors are PlatformErrors.

export interface FileEntry {
  readonly name: string;
  readonly path: string;
  /** 0 for a directory. */
  readonly bytes: number;
  /** Epoch ms. */
  readonly modifiedMs: number;
  readonly isDirectory: boolean;
}

export interface ReadHandle {
  readonly path: string;
  /** Fills `into` from byte `offset` of the file; returns how many bytes came, fewer than asked only at the end of the file. */
  readRange(offset: number, into: Uint8Array): Promise<number>;
  readRangeSync(offset: number, into: Uint8Array): number;
  /** Idempotent. */
  close(): Promise<void>;
  closeSync(): void;
}

export interface WriteHandle {
  readonly path: string;
  /** Length of the file, including what was there when it was opened to append. */
  readonly bytesWritten: number;
  /** Writes all of `bytes` at the end; the caller must not change them until it has returned or resolved. */
  append(bytes: Uint8Array): Promise<void>;
  appendSync(bytes: Uint8Array): void;
  /** Makes what was appended survive a crash. */
  fsync(): Promise<void>;
  fsyncSync(): void;
  /** Idempotent; does not fsync. */
  close(): Promise<void>;
  closeSync(): void;
}

export interface WriteOptions {
  /** truncate (default): start empty; append: go on at the end; exclusive: FILE_EXISTS when the name is taken. */
  readonly mode?: 'truncate' | 'append' | 'exclusive';
  /** With append: first cut the file to this length, which must not be above its size. */
  readonly keepBytes?: number;
}

export interface ReadStreamOptions {
  readonly gunzip?: boolean;
  /** Largest piece, default 64 KiB; with gunzip of the unpacked bytes. */
  readonly chunkBytes?: number;
}

/** Pieces of a file in order. Synchronous, constant memory. */
export interface Chunks {
  /**
   * The next piece (1 … chunkBytes long, owned by the caller), undefined at the end.
   * @throws PlatformError FILE_GZIP_DAMAGED.
   */
  next(): Uint8Array | undefined;
  /** Idempotent; done by itself at the end and after an error. */
  close(): void;
}

export interface Files {
  read(path: string): Promise<Uint8Array>;
  readSync(path: string): Uint8Array;
  openRead(path: string): Promise<ReadHandle>;
  openReadSync(path: string): ReadHandle;
  openWrite(path: string, options?: WriteOptions): Promise<WriteHandle>;
  openWriteSync(path: string, options?: WriteOptions): WriteHandle;
  /** The file's pieces; closes it at the end, on error and when the loop is left. Inflates on the calling thread. */
  readStream(path: string, options?: ReadStreamOptions): AsyncIterable<Uint8Array>;
  openChunks(path: string, options?: ReadStreamOptions): Chunks;

  /** What lies at `path`, or undefined. Follows links. */
  stat(path: string): Promise<FileEntry | undefined>;
  statSync(path: string): FileEntry | undefined;
  exists(path: string): Promise<boolean>;
  existsSync(path: string): boolean;
  /** Bytes of a file. */
  size(path: string): Promise<number>;
  sizeSync(path: string): number;
  /** Direct entries of a directory, sorted by name (code units); entries that vanish meanwhile are left out. */
  list(path: string): Promise<readonly FileEntry[]>;
  listSync(path: string): readonly FileEntry[];

  /** Makes the directory and its parents; fine when it exists. */
  mkdirs(path: string): Promise<void>;
  mkdirsSync(path: string): void;
  /** Removes a file, or a directory with all in it; fine when there is nothing. */
  delete(path: string): Promise<void>;
  deleteSync(path: string): void;
  /** Moves a file or directory, replacing a file of that name. Atomic for everybody who looks. */
  rename(from: string, to: string): Promise<void>;
  renameSync(from: string, to: string): void;
  /** A second name for the same file; FILE_EXISTS when taken. */
  hardLink(existing: string, created: string): Promise<void>;
  hardLinkSync(existing: string, created: string): void;
  /** Makes names made, moved and removed in the directory survive a crash. */
  syncDirectory(path: string): Promise<void>;
  syncDirectorySync(path: string): void;

  /** Writes the whole file durably under a temporary name, then renames: readers see the old or the new, never a part. */
  atomicWrite(path: string, bytes: Uint8Array): Promise<void>;
  atomicWriteSync(path: string, bytes: Uint8Array): void;
  /** As atomicWrite, but only when the name is free: false, and nothing changed, when another was first. */
  createExclusive(path: string, bytes: Uint8Array): Promise<boolean>;
  createExclusiveSync(path: string, bytes: Uint8Array): boolean;
}
