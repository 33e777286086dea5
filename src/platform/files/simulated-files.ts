// Files in memory that can crash, fail and tear. Invariant: every call of Files and of its handles is counted once,
// before it has an effect, so that a fault planted at the N-th call is found again from the same seed. atomicWrite and
// createExclusive count as the steps they are made of. Asynchronous calls act at once and resolve a microtask later, or
// act in a step of their own where there is a scheduler. What its owner had begun when it ended may still happen, no more.
import { basename, join } from 'node:path';
import { fileError, PlatformError } from '#platform/errors';
import { createExclusively, createExclusivelySync, temporaryName, writeAtomically, writeAtomicallySync } from '#platform/files/atomic-write';
import type { Clock } from '#platform/clock/clock';
import { FileChunks, streamChunks } from '#platform/files/file-chunks';
import type { Chunks, FileEntry, Files, ReadHandle, ReadStreamOptions, WriteHandle, WriteOptions } from '#platform/files/files';
import { DiskFile, errno, SimulatedDisk, type DiskNode } from '#platform/files/simulated-disk';
import { SimulatedReadHandle, SimulatedWriteHandle } from '#platform/files/simulated-file-handle';
import { keptBytes, modeOf } from '#platform/files/write-mode';
import type { Random } from '#platform/random/random';
import type { Scheduler } from '#platform/threads/scheduler';
import type { SimulatedLifetime } from '#platform/threads/simulated-lifetime';

export interface SimulatedFilesOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Shared by all processes of a simulated host; default: a disk of its own. */
  readonly disk?: SimulatedDisk;
  /** Where asynchronous calls wait for their turn. */
  readonly scheduler?: Scheduler;
  /** The thread or process that uses them. */
  readonly owner?: SimulatedLifetime;
}

export interface PlantedFault {
  /** What the call throws; an Error with an errno `code` becomes the same PlatformError as from the host. */
  readonly error: Error;
  /** When the call is an append: how many of its bytes are written all the same. */
  readonly tornBytes?: number;
  /** A call that writes nothing is let pass; the next one that does fails. */
  readonly isOfWrites?: boolean;
}

const WRITING = /^cannot (open for writing|write|sync|rename|link|make)/;

export class SimulatedFiles implements Files {
  readonly disk: SimulatedDisk;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #scheduler: Scheduler | undefined;
  readonly #owner: SimulatedLifetime | undefined;
  readonly #faults = new Map<number, PlantedFault | (() => void)>();
  #calls = 0;
  /** Asynchronous calls that wait for their turn. */
  readonly #underWay = new Set<() => void>();
  /** A call that was under way when its owner ended is carried out. */
  #isBehindEnd = false;

  constructor(options: SimulatedFilesOptions) {
    this.disk = options.disk ?? new SimulatedDisk();
    this.#clock = options.clock;
    this.#random = options.random;
    this.#scheduler = options.scheduler;
    this.#owner = options.owner;
    this.#owner?.onEnd(() => this.#endCalls());
  }

  /** Calls made so far. */
  get calls(): number {
    return this.#calls;
  }

  /** Makes the n-th call from now (1 = the next) fail, appends after `tornBytes` of their bytes. */
  failAt(n: number, error: Error, options: Omit<PlantedFault, 'error'> = {}): void {
    this.#faults.set(this.#calls + n, { error, ...options });
  }

  /** Crashes the disk in the n-th call from now; it throws FILE_STORAGE_CRASHED, and so do handles opened before. */
  crashAt(n: number): void {
    this.interruptAt(n, () => this.disk.crash());
  }

  /** Runs `action` in place of the n-th call from now, which throws FILE_STORAGE_CRASHED: the end of a process, say. */
  interruptAt(n: number, action: () => void): void {
    this.#faults.set(this.#calls + n, action);
  }

  /** Forgets planted faults that were not met. */
  clearFaults(): void {
    this.#faults.clear();
  }

  /** Loses all unsynced bytes and names, and every open handle. */
  crash(): void {
    this.disk.crash();
  }

  /** Counts a call and carries out what is planted for it. Handles call it too. `tear` writes a part of an append. */
  count(operation: string, path: string, tear?: (bytes: number) => void): void {
    if (this.#owner?.hasEnded === true && !this.#isBehindEnd) throw new PlatformError('FILE_STORAGE_CRASHED', `${operation} ${path}: the simulated thread has ended`, { context: { path } });
    const fault = this.#faults.get(++this.#calls);
    if (fault === undefined) return;
    this.#faults.delete(this.#calls);
    if (typeof fault === 'function') {
      fault();
      throw new PlatformError('FILE_STORAGE_CRASHED', `${operation} ${path}: the simulated host crashed at file call ${this.#calls}`, { context: { path, call: this.#calls } });
    }
    if (fault.isOfWrites === true && !WRITING.test(operation)) {
      this.#faults.set(this.#calls + 1, fault);
      return;
    }
    if (fault.tornBytes !== undefined) tear?.(fault.tornBytes);
    throw fileError(operation, path, fault.error);
  }

  nowMs(): number {
    return this.#clock.now();
  }

  readSync(path: string): Uint8Array {
    return this.#call('cannot read', path, () => {
      const file = this.disk.file(path);
      return file.bytes.slice(0, file.length);
    });
  }

  openReadSync(path: string): ReadHandle {
    return this.#call('cannot open', path, () => new SimulatedReadHandle(this, path, this.disk.file(path)));
  }

  openWriteSync(path: string, options: WriteOptions = {}): WriteHandle {
    const mode = modeOf(options);
    return this.#call('cannot open for writing', path, () => {
      const { directory, name } = this.disk.parentOf(path);
      let file = directory.entries.get(name);
      if (file !== undefined && mode === 'exclusive') throw errno('EEXIST');
      if (file?.isDirectory === true) throw errno('EISDIR');
      if (file === undefined) directory.entries.set(name, (file = new DiskFile(this.nowMs())));
      file.truncate(mode === 'truncate' ? 0 : keptBytes(path, file.length, options));
      return new SimulatedWriteHandle(this, path, file);
    });
  }

  readStream(path: string, options: ReadStreamOptions = {}): AsyncIterable<Uint8Array> {
    return streamChunks(() => this.openRead(path), options);
  }

  openChunks(path: string, options: ReadStreamOptions = {}): Chunks {
    return new FileChunks(this.openReadSync(path), options);
  }

  statSync(path: string): FileEntry | undefined {
    return this.#call('cannot look at', path, () => {
      const node = this.disk.find(path);
      return node === undefined ? undefined : entryOf(path, node);
    });
  }

  existsSync(path: string): boolean {
    return this.statSync(path) !== undefined;
  }

  sizeSync(path: string): number {
    return this.#call('cannot look at', path, () => entryOf(path, this.disk.get(path)).bytes);
  }

  listSync(path: string): readonly FileEntry[] {
    return this.#call('cannot list', path, () => [...this.disk.directory(path).entries]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, node]) => entryOf(join(path, name), node)));
  }

  mkdirsSync(path: string): void {
    this.#call('cannot make directory', path, () => this.disk.mkdirs(path, this.nowMs()));
  }

  deleteSync(path: string): void {
    this.#call('cannot remove', path, () => {
      if (this.disk.find(path) === undefined) return;
      const { directory, name } = this.disk.parentOf(path);
      directory.entries.delete(name);
    });
  }

  renameSync(from: string, to: string): void {
    this.#call(`cannot rename to ${to}`, from, () => {
      const node = this.disk.get(from);
      const source = this.disk.parentOf(from);
      const target = this.disk.parentOf(to);
      checkReplaceable(node, target.directory.entries.get(target.name));
      source.directory.entries.delete(source.name);
      target.directory.entries.set(target.name, node);
    });
  }

  hardLinkSync(existing: string, created: string): void {
    this.#call(`cannot link ${existing} as`, created, () => {
      const file = this.disk.get(existing);
      if (file.isDirectory) throw errno('EPERM');
      const { directory, name } = this.disk.parentOf(created);
      if (directory.entries.has(name)) throw errno('EEXIST');
      directory.entries.set(name, file);
    });
  }

  syncDirectorySync(path: string): void {
    this.#call('cannot sync directory', path, () => this.disk.directory(path).sync());
  }

  atomicWriteSync(path: string, bytes: Uint8Array): void {
    writeAtomicallySync(this, path, temporaryName(path, this.#random), bytes);
  }

  createExclusiveSync(path: string, bytes: Uint8Array): boolean {
    return createExclusivelySync(this, path, temporaryName(path, this.#random), bytes);
  }

  read(path: string): Promise<Uint8Array> {
    return this.later(() => this.readSync(path));
  }

  openRead(path: string): Promise<ReadHandle> {
    return this.later(() => this.openReadSync(path));
  }

  openWrite(path: string, options: WriteOptions = {}): Promise<WriteHandle> {
    return this.later(() => this.openWriteSync(path, options));
  }

  stat(path: string): Promise<FileEntry | undefined> {
    return this.later(() => this.statSync(path));
  }

  exists(path: string): Promise<boolean> {
    return this.later(() => this.existsSync(path));
  }

  size(path: string): Promise<number> {
    return this.later(() => this.sizeSync(path));
  }

  list(path: string): Promise<readonly FileEntry[]> {
    return this.later(() => this.listSync(path));
  }

  mkdirs(path: string): Promise<void> {
    return this.later(() => this.mkdirsSync(path));
  }

  delete(path: string): Promise<void> {
    return this.later(() => this.deleteSync(path));
  }

  rename(from: string, to: string): Promise<void> {
    return this.later(() => this.renameSync(from, to));
  }

  hardLink(existing: string, created: string): Promise<void> {
    return this.later(() => this.hardLinkSync(existing, created));
  }

  syncDirectory(path: string): Promise<void> {
    return this.later(() => this.syncDirectorySync(path));
  }

  atomicWrite(path: string, bytes: Uint8Array): Promise<void> {
    return writeAtomically(this, path, temporaryName(path, this.#random), bytes);
  }

  createExclusive(path: string, bytes: Uint8Array): Promise<boolean> {
    return createExclusively(this, path, temporaryName(path, this.#random), bytes);
  }

  /** Carries out an asynchronous call. Its promise never settles when the owner has ended. */
  later<T>(action: () => T): Promise<T> {
    const scheduler = this.#scheduler;
    if (scheduler === undefined) return new Promise((resolve) => resolve(action()));
    return new Promise((resolve, reject) => {
      if (this.#owner?.hasEnded === true) return;
      const call = (): void => {
        try {
          const result = action();
          if (!this.#isBehindEnd) resolve(result);
        } catch (error) {
          if (!this.#isBehindEnd) reject(error as Error);
        }
      };
      this.#underWay.add(call);
      scheduler.post(() => {
        if (this.#underWay.delete(call)) call();
      }, call);
    });
  }

  /** The host had begun some of them. Nobody hears of how they went. */
  #endCalls(): void {
    const calls = [...this.#underWay];
    this.#underWay.clear();
    this.#isBehindEnd = true;
    for (const call of calls) if (this.#random.nextInt(2) === 1) call();
    this.#isBehindEnd = false;
  }

  #call<T>(operation: string, path: string, action: () => T): T {
    this.count(operation, path);
    try {
      return action();
    } catch (error) {
      throw fileError(operation, path, error);
    }
  }
}

function entryOf(path: string, node: DiskNode): FileEntry {
  const bytes = node.isDirectory ? 0 : node.length;
  return { name: basename(path), path, bytes, modifiedMs: node.modifiedMs, isDirectory: node.isDirectory };
}

/** What POSIX rename refuses. */
function checkReplaceable(moved: DiskNode, replaced: DiskNode | undefined): void {
  if (replaced === undefined) return;
  if (replaced.isDirectory && !moved.isDirectory) throw errno('EISDIR');
  if (!replaced.isDirectory && moved.isDirectory) throw errno('ENOTDIR');
  if (replaced.isDirectory && replaced.entries.size > 0) throw errno('ENOTEMPTY');
}
