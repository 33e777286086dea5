// What one operator subtask writes into a snapshot and reads back: named sections. A keyed section holds bytes per key
// group, so any parallelism can restore it; an operator section holds items that are split, unioned or broadcast; a file
// set holds a backend's own files. What takes long is deferred: see deferred-snapshot.ts.
// Invariant: everything an operator must remember is in some section; nothing is kept by subtask number.
import type { SerializerSnapshot } from '#core/serialization/type-serializer';
import type { KeyGroupRange } from '#state/keyed/keyed-state';
import type { DeferredSnapshot } from '#state/snapshot/deferred-snapshot';
import type { RestoredFileSet } from '#state/snapshot/file-set';
import type { StoredFileSet } from '#state/snapshot/section-assembly';

export interface SnapshotRequest {
  readonly checkpointId: number;
  readonly timestamp: number;
  /** It belongs to the user and is complete in itself. */
  readonly isSavepoint: boolean;
  /**
   * Files that earlier checkpoints hold may be referred to: a backend may defer a file set of them instead of all its bytes.
   * Of a savepoint: it is in the native format, and its files are its own.
   */
  readonly isIncremental: boolean;
}

export interface KeyedSection {
  /** Unique within the operator, e.g. `state/count`, `timers/event`, `window/slices`. */
  readonly name: string;
  /** Format version of the bytes of each group, and the serializers used in them by role (`key`, `value`, …). */
  readonly version: number;
  readonly serializers: Readonly<Record<string, SerializerSnapshot>>;
  /** A key group may come in several pieces, each of whole entries. */
  readonly groups: readonly { readonly keyGroup: number; readonly bytes: Uint8Array }[];
}

export interface OperatorSection {
  readonly name: string;
  readonly version: number;
  /** split: items go round-robin to the new subtasks; union: every subtask gets all; broadcast: every subtask gets those of one old subtask. */
  readonly mode: 'split' | 'union' | 'broadcast';
  readonly items: readonly Uint8Array[];
  /** Serializers used in the items by role, where they hold typed values; checked at restore. */
  readonly serializers?: Readonly<Record<string, SerializerSnapshot>>;
}

/** The result of the synchronous cut: bytes that were cheap to make, and what is made of the rest while records go on. */
export interface OperatorSnapshot {
  readonly keyed: readonly KeyedSection[];
  readonly operator: readonly OperatorSection[];
  readonly deferred?: readonly DeferredSnapshot[];
  /** Only in a snapshot that was read back, and whose files have been brought here. */
  readonly fileSets?: readonly RestoredFileSet[];
  /** Only in one that was decoded: files that are still where they were stored. */
  readonly stored?: readonly StoredFileSet[];
}

/** What a subtask gets back: the sections of all old subtasks, cut to its key groups and its share of items. */
export interface RestoredOperatorState {
  /** Every piece of the named section that falls into the subtask's key groups, in key-group order per old subtask; empty when absent. */
  keyed(name: string): Iterable<{ readonly keyGroup: number; readonly bytes: Uint8Array; readonly version: number; readonly serializers: Readonly<Record<string, SerializerSnapshot>> }>;
  operator(name: string): readonly { readonly bytes: Uint8Array; readonly version: number; readonly serializers?: Readonly<Record<string, SerializerSnapshot>> }[];
  /** The named file sets of all old subtasks whose key groups overlap the subtask's, in key-group order. */
  fileSets(name: string): readonly RestoredFileSet[];
  /** Names of all keyed sections there are, so that state nobody asks for is carried on. */
  readonly keyedNames: readonly string[];
  /** Names of all operator sections there are. */
  readonly operatorNames: readonly string[];
  readonly keyGroupRange: KeyGroupRange;
  /** Undefined on a fresh start, else the id of the checkpoint restored. */
  readonly checkpointId: number | undefined;
}

/** The parts of one operator's snapshot as one. */
export function combineSnapshots(...parts: readonly OperatorSnapshot[]): OperatorSnapshot {
  return {
    keyed: parts.flatMap((part) => part.keyed),
    operator: parts.flatMap((part) => part.operator),
    deferred: parts.flatMap((part) => part.deferred ?? []),
  };
}
