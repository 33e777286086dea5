// Where checkpoints and savepoints lie, as slots and JobMaster see it: a local directory or an object store, under one
// contract suite (test/state/checkpoint-storage). Paths are absolute, `/a/b` or `s3://bucket/a/b`, with `/` between names.
// Invariant: a file is seen whole or not at all, and what was committed survives a crash. Thread: any; one object each.

export interface StorageEntry {
  readonly name: string;
  /** 0 for a directory. */
  readonly bytes: number;
  readonly isDirectory: boolean;
}

/** A file that is being written; nobody sees it before commit. */
export interface StorageWriter {
  /** Resolves when more may be given; the bytes must not be changed until then. One call at a time. */
  append(bytes: Uint8Array): Promise<void>;
  /** Durable and visible when it resolves, taking the place of a file of that name. */
  commit(): Promise<void>;
  /** Leaves nothing behind. Idempotent, fine after a failed append or commit. */
  abort(): Promise<void>;
}

export interface StorageReader {
  readonly bytes: number;
  /** Exactly that many bytes, fewer at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface CheckpointStorage {
  /** Makes the directory where there are such things. */
  mkdirs(directory: string): Promise<void>;
  create(path: string): Promise<StorageWriter>;
  /** As create, append, commit. */
  writeWhole(path: string, bytes: Uint8Array): Promise<void>;
  /**
   * Stores a local file that does not change, without its bytes passing through where the host can link it. Durable when
   * it resolves. A file that is there already is replaced.
   */
  storeFile(localPath: string, path: string): Promise<void>;
  open(path: string): Promise<StorageReader>;
  readWhole(path: string): Promise<Uint8Array>;
  /** What lies at `path`, or undefined. */
  stat(path: string): Promise<StorageEntry | undefined>;
  /** Direct entries, sorted by name; empty where there is no such directory. */
  list(directory: string): Promise<readonly StorageEntry[]>;
  /** Removes a file, or a directory with all in it; fine when there is nothing. */
  delete(path: string): Promise<void>;
  /** Where the file can be read in place; undefined when its bytes must be brought here first. */
  localPathOf(path: string): string | undefined;
}

/** True for a path of an object store. */
export function isObjectPath(path: string): boolean {
  return /^s3a?:\/\//.test(path);
}

/** A path relative to a directory, with `..`, or an absolute one. */
export function resolveStoragePath(directory: string, path: string): string {
  if (path.startsWith('/') || /^[a-z][a-z0-9+.-]*:\/\//.test(path)) return path;
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*:\/\/|)(.*)$/.exec(directory)!;
  const names = rest!.split('/');
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '.' && name !== '') names.push(name);
  }
  return scheme! + names.join('/');
}
