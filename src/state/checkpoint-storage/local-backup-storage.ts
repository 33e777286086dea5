// Checkpoints with a second copy of each state file near the tasks (Flink's task-local recovery): written and removed with the
// first, read instead of it after a failure. Invariant: the first copy alone decides; whatever happens to the second one fails
// nothing, and nobody else looks at it. A new process of the job starts without one. Thread: any; one object each.
import type { Configuration } from '#core/config/configuration';
import { checkpointingOptions } from '#core/config/options/checkpointing-options';
import { stateRecoveryOptions } from '#core/config/options/state-recovery-options';
import type { Files } from '#platform/files/files';
import type { CheckpointStorage, StorageEntry, StorageReader, StorageWriter } from '#state/checkpoint-storage/checkpoint-storage';
import { DirectoryStorage } from '#state/checkpoint-storage/directory-storage';

export interface LocalBackupPlace {
  readonly jobId: string;
  /** Of the job's checkpoints: only what lies in it has a second copy. */
  readonly jobDirectory: string | undefined;
  /** Where second copies lie unless `execution.checkpointing.local-backup.dirs` says otherwise. */
  readonly temporaryDirectory: string;
}

/** The storage itself where no second copies are asked for. */
export function withLocalBackup(primary: CheckpointStorage, files: Files, configuration: Configuration, { jobId, jobDirectory, temporaryDirectory }: LocalBackupPlace): CheckpointStorage {
  if (jobDirectory === undefined || !configuration.get(checkpointingOptions.isLocalBackupEnabled)) return primary;
  const given = configuration.get(checkpointingOptions.localBackupDirs)?.split(/[,:]/).map((directory) => directory.trim()).filter((directory) => directory !== '') ?? [];
  const roots = (given.length > 0 ? given : [temporaryDirectory]).map((directory) => `${directory}/millrace-local-state-${jobId}`);
  return new LocalBackupStorage(primary, files, { roots, jobDirectory, isRead: configuration.get(stateRecoveryOptions.fromLocal) });
}

/** The job begins or is over: nothing is left of second copies. */
export async function clearLocalBackup(storage: CheckpointStorage): Promise<void> {
  if (storage instanceof LocalBackupStorage) await storage.clear();
}

/** Where a file is read that cannot be had from its second copy; undefined where there are no second copies. */
export function primaryOf(storage: CheckpointStorage): CheckpointStorage | undefined {
  return storage instanceof LocalBackupStorage ? storage.primary : undefined;
}

interface LocalBackupOptions {
  readonly roots: readonly string[];
  readonly jobDirectory: string;
  readonly isRead: boolean;
}

class LocalBackupStorage implements CheckpointStorage {
  readonly primary: CheckpointStorage;
  readonly #local: DirectoryStorage;
  readonly #files: Files;
  readonly #options: LocalBackupOptions;

  constructor(primary: CheckpointStorage, files: Files, options: LocalBackupOptions) {
    this.primary = primary;
    this.#local = new DirectoryStorage(files);
    this.#files = files;
    this.#options = options;
  }

  async clear(): Promise<void> {
    for (const root of this.#options.roots) await attempt(this.#local.delete(root));
  }

  async mkdirs(directory: string): Promise<void> {
    await this.primary.mkdirs(directory);
    for (const copy of this.#copiesOf(directory)) await attempt(this.#local.mkdirs(copy));
  }

  async create(path: string): Promise<StorageWriter> {
    const writer = await this.primary.create(path);
    const copy = this.#copyOf(path);
    return copy === undefined ? writer : new TwofoldWriter(writer, await attempt(this.#local.create(copy)));
  }

  /** Metadata, which is not read by tasks: it has no second copy. */
  async writeWhole(path: string, bytes: Uint8Array): Promise<void> {
    await this.primary.writeWhole(path, bytes);
  }

  async storeFile(localPath: string, path: string): Promise<void> {
    await this.primary.storeFile(localPath, path);
    const copy = this.#copyOf(path);
    if (copy !== undefined) await attempt(this.#local.storeFile(localPath, copy));
  }

  async open(path: string): Promise<StorageReader> {
    const copy = this.#readableCopyOf(path);
    return (copy === undefined ? undefined : await attempt(this.#local.open(copy))) ?? await this.primary.open(path);
  }

  async readWhole(path: string): Promise<Uint8Array> {
    const copy = this.#readableCopyOf(path);
    return (copy === undefined ? undefined : await attempt(this.#local.readWhole(copy))) ?? await this.primary.readWhole(path);
  }

  stat(path: string): Promise<StorageEntry | undefined> {
    return this.primary.stat(path);
  }

  list(directory: string): Promise<readonly StorageEntry[]> {
    return this.primary.list(directory);
  }

  async delete(path: string): Promise<void> {
    for (const copy of this.#copiesOf(path)) await attempt(this.#local.delete(copy));
    await this.primary.delete(path);
  }

  localPathOf(path: string): string | undefined {
    return this.#readableCopyOf(path) ?? this.primary.localPathOf(path);
  }

  #readableCopyOf(path: string): string | undefined {
    const copy = this.#options.isRead ? this.#copyOf(path) : undefined;
    return copy !== undefined && this.#files.existsSync(copy) ? copy : undefined;
  }

  /** Files are spread over the folders by their names. */
  #copyOf(path: string): string | undefined {
    const copies = this.#copiesOf(path);
    let sum = 0;
    for (let i = 0; i < path.length; i++) sum += path.charCodeAt(i);
    return copies[sum % copies.length];
  }

  /** Where a second copy may lie. */
  #copiesOf(path: string): readonly string[] {
    const { roots, jobDirectory } = this.#options;
    return path.startsWith(`${jobDirectory}/`) ? roots.map((root) => root + path.slice(jobDirectory.length)) : [];
  }
}

class TwofoldWriter implements StorageWriter {
  readonly #first: StorageWriter;
  #second: StorageWriter | undefined;

  constructor(first: StorageWriter, second: StorageWriter | undefined) {
    this.#first = first;
    this.#second = second;
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.#first.append(bytes);
    await this.#toSecond((second) => second.append(bytes));
  }

  async commit(): Promise<void> {
    await this.#first.commit();
    await this.#toSecond((second) => second.commit());
  }

  async abort(): Promise<void> {
    await this.#toSecond((second) => second.abort());
    await this.#first.abort();
  }

  async #toSecond(action: (second: StorageWriter) => Promise<void>): Promise<void> {
    const second = this.#second;
    if (second === undefined) return;
    try {
      await action(second);
    } catch {
      this.#second = undefined; // there is no second copy then
      await attempt(second.abort());
    }
  }
}

/** Undefined when it fails: the first copy does. */
async function attempt<T>(action: Promise<T>): Promise<T | undefined> {
  try {
    return await action;
  } catch {
    return undefined; // a second copy is a help, not a promise
  }
}
