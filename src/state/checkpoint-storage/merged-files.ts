// Flink's file merging: parts of one checkpoint that subtasks of a slot have made go into one file, one behind the other. A
// file is written when all tasks of the slot have given their part, and earlier when it is large or a part has waited for
// long: barriers reach tasks one after the other. Invariant: `add` resolves when its part is durable; a file holds parts of
// one checkpoint, lies in its directory and goes with it. Thread: the slot's.
import type { Configuration } from '#core/config/configuration';
import { checkpointingOptions } from '#core/config/options/checkpointing-options';
import type { Cancellable, Clock } from '#platform/clock/clock';
import type { CheckpointStorage } from '#state/checkpoint-storage/checkpoint-storage';

/** Longest time that a part waits for those of other tasks. */
const WAIT_MS = 50;
/** The same where writers block. */
const BLOCKING_WAIT_MS = 1000;

/** Where the state file of a subtask lies in a merged one. */
export interface MergedPart {
  /** Of the merged file, relative to the checkpoint's directory. */
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
}

export interface MergedFilesOptions {
  readonly storage: CheckpointStorage;
  /** Of the job: `chk-N` lies in it. */
  readonly jobDirectory: string;
  /** Keeps the files of slots apart. */
  readonly slotIndex: number;
  readonly fileBytesMax: number;
  /** Whether a part waits longer for those of others. */
  readonly isBlocking: boolean;
  /** Those of the slot that may give a part, by the names of their state files. */
  readonly tasks: () => readonly string[];
  readonly clock: Clock;
}

interface PendingPart {
  readonly bytes: Uint8Array;
  readonly resolve: (part: MergedPart) => void;
  readonly reject: (error: unknown) => void;
}

/** What has been given for one checkpoint. */
interface Pending {
  /** Of the file that is written next. */
  parts: PendingPart[];
  bytes: number;
  /** Tasks that have given their part or have none. */
  readonly settled: Set<string>;
  timer: Cancellable | undefined;
}

/** Undefined where it is not enabled. */
export function createMergedFiles(configuration: Configuration, place: Omit<MergedFilesOptions, 'fileBytesMax' | 'isBlocking'>): MergedFiles | undefined {
  if (!configuration.get(checkpointingOptions.isFileMergingEnabled)) return undefined;
  return new MergedFiles({
    ...place, isBlocking: configuration.get(checkpointingOptions.fileMergingPoolBlocking), fileBytesMax: Number(configuration.get(checkpointingOptions.fileMergingMaxFileSize).bytes),
  });
}

export class MergedFiles {
  readonly #options: MergedFilesOptions;
  readonly #pending = new Map<number, Pending>();
  #written = 0;

  constructor(options: MergedFilesOptions) {
    this.#options = options;
  }

  /** A larger part gets a file of its own. */
  get partBytesMax(): number {
    return this.#options.fileBytesMax;
  }

  /** Each task gives one part for a checkpoint or tells `withhold`. Rejects when it cannot be written or the checkpoint is given up. */
  add(checkpointId: number, task: string, bytes: Uint8Array): Promise<MergedPart> {
    const pending = this.#of(checkpointId);
    if (pending.bytes + bytes.length > this.#options.fileBytesMax) this.#write(checkpointId, pending);
    return new Promise((resolve, reject) => {
      pending.parts.push({ bytes, resolve, reject });
      pending.bytes += bytes.length;
      pending.timer ??= this.#options.clock.schedule(this.#options.isBlocking ? BLOCKING_WAIT_MS : WAIT_MS, () => this.#write(checkpointId, pending));
      this.#settle(checkpointId, task, pending);
    });
  }

  /** A task has no part for this checkpoint that others could wait for. */
  withhold(checkpointId: number, task: string): void {
    this.#settle(checkpointId, task, this.#of(checkpointId));
  }

  /** Parts that wait are not written. */
  onAborted(checkpointId: number): void {
    const pending = this.#pending.get(checkpointId);
    if (pending === undefined) return;
    this.#pending.delete(checkpointId);
    pending.timer?.cancel();
    for (const { reject } of pending.parts) reject(new Error('the checkpoint was given up'));
  }

  #of(checkpointId: number): Pending {
    let pending = this.#pending.get(checkpointId);
    if (pending === undefined) {
      // What is forgotten of an older checkpoint makes a late part of it wait in vain, no more.
      for (const [id, { parts }] of this.#pending) if (id < checkpointId && parts.length === 0) this.#pending.delete(id);
      this.#pending.set(checkpointId, (pending = { parts: [], bytes: 0, settled: new Set(), timer: undefined }));
    }
    return pending;
  }

  #settle(checkpointId: number, task: string, pending: Pending): void {
    pending.settled.add(task);
    if (this.#options.tasks().every((other) => pending.settled.has(other))) this.#write(checkpointId, pending);
  }

  #write(checkpointId: number, pending: Pending): void {
    const { parts } = pending;
    pending.timer?.cancel();
    pending.timer = undefined;
    pending.parts = [];
    pending.bytes = 0;
    if (parts.length > 0) void this.#writeFile(checkpointId, parts);
  }

  async #writeFile(checkpointId: number, parts: readonly PendingPart[]): Promise<void> {
    const { storage, jobDirectory, slotIndex } = this.#options;
    const file = `slot-${slotIndex}-${this.#written++}.state`;
    try {
      const writer = await storage.create(`${jobDirectory}/chk-${checkpointId}/${file}`);
      try {
        for (const { bytes } of parts) await writer.append(bytes);
        await writer.commit();
      } catch (error) {
        await writer.abort().catch(() => undefined); // the first failure is the one to report
        throw error;
      }
    } catch (error) {
      for (const { reject } of parts) reject(error);
      return;
    }
    let offset = 0;
    for (const { bytes, resolve } of parts) {
      resolve({ file, offset, bytes: bytes.length });
      offset += bytes.length;
    }
  }
}
