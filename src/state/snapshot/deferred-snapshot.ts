// The asynchronous rest of a snapshot. `snapshot()` cuts on the record thread: it fixes what belongs to the snapshot
// (copy-on-write of chunks, a RocksDB checkpoint under way) and returns; what takes long is a DeferredSnapshot, which the
// slot finishes while records go on. Invariant: its bytes are those of the state at the cut, whatever is written since.
// Thread: every call comes from the slot's thread, between the batches of its tasks; helpers work behind a promise.
import type { SerializerSnapshot } from '#core/serialization/type-serializer';
import type { FileSet } from '#state/snapshot/file-set';
import type { OperatorSection } from '#state/snapshot/operator-snapshot';

/**
 * more: the rest of the slice is not worth starting, or `output.isFull`; call again. done: all bytes were given.
 * A promise: somebody else works (native code, a helper thread); the next call comes after it has resolved.
 */
export type DeferredStep = 'more' | 'done' | Promise<void>;

export interface DeferredSnapshot {
  /**
   * Works on the slot's thread while `hasTime()` holds: ask at least every 100 µs of work. A throw, or a rejected
   * promise, declines the checkpoint; the job goes on.
   */
  step(output: SnapshotOutput, hasTime: () => boolean): DeferredStep;
  /**
   * Gives back what the cut holds on to. Called exactly once: after `done`, when its checkpoint was given up (no matter
   * where it stands; a promise under way has settled before), or when the task ends.
   */
  release(): void;
}

/** Takes the bytes of one operator's deferred sections. */
export interface SnapshotOutput {
  /** True while more bytes wait to be written than should: return `more`, nothing is lost by what was given. */
  readonly isFull: boolean;
  /** Begins a keyed section; several may be open at a time. Names are unique within the operator. */
  keyed(section: KeyedSectionHeader): KeyedSectionOutput;
  /** Begins an operator section; the returned function adds an item, whose bytes belong to the output from then on. */
  items(section: ItemsSectionHeader): (item: Uint8Array) => void;
  /** The files must stay as they are until release(). */
  files(fileSet: FileSet): void;
}

export interface KeyedSectionHeader {
  readonly name: string;
  readonly version: number;
  readonly serializers: Readonly<Record<string, SerializerSnapshot>>;
}

export interface ItemsSectionHeader {
  readonly name: string;
  readonly version: number;
  readonly mode: OperatorSection['mode'];
  readonly serializers?: Readonly<Record<string, SerializerSnapshot>>;
}

/** In place of the key group of a piece that entries of any of the section's groups refer to: whoever gets one of these gets it. */
export const ALL_KEY_GROUPS = -1;

export interface KeyedSectionOutput {
  /**
   * Adds a piece of whole entries; a key group may get several, in any order. The output copies what it keeps: the bytes
   * may change afterwards. Give pieces of 4 to 256 KiB where there are so many. @param keyGroup ALL_KEY_GROUPS in a section begun for such pieces alone.
   */
  write(keyGroup: number, bytes: Uint8Array): void;
}
