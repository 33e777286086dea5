// What one operator subtask writes into a snapshot and reads back: named sections. A keyed section holds bytes per key
// group, so any parallelism can restore it; an operator section holds items that are split, unioned or broadcast.
// Invariant: everything an operator must remember is in some section; nothing is kept by subtask number.
import type { SerializerSnapshot } from '#core/serialization/type-serializer';
import type { KeyGroupRange } from '#state/keyed/keyed-state';

export interface KeyedSection {
  /** Unique within the operator, e.g. `state/count`, `timers/event`, `window/slices`. */
  readonly name: string;
  /** Format version of the bytes of each group, and the serializers used in them by role (`key`, `value`, …). */
  readonly version: number;
  readonly serializers: Readonly<Record<string, SerializerSnapshot>>;
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

export interface OperatorSnapshot {
  readonly keyed: readonly KeyedSection[];
  readonly operator: readonly OperatorSection[];
}

/** What a subtask gets back: the sections of all old subtasks, cut to its key groups and its share of items. */
export interface RestoredOperatorState {
  /** Every piece of the named section that falls into the subtask's key groups, in key-group order per old subtask; empty when absent. */
  keyed(name: string): Iterable<{ readonly keyGroup: number; readonly bytes: Uint8Array; readonly version: number; readonly serializers: Readonly<Record<string, SerializerSnapshot>> }>;
  operator(name: string): readonly { readonly bytes: Uint8Array; readonly version: number; readonly serializers?: Readonly<Record<string, SerializerSnapshot>> }[];
  /** Names of all keyed sections there are, so that state nobody asks for is carried on. */
  readonly keyedNames: readonly string[];
  /** Names of all operator sections there are. */
  readonly operatorNames: readonly string[];
  readonly keyGroupRange: KeyGroupRange;
  /** Undefined on a fresh start, else the id of the checkpoint restored. */
  readonly checkpointId: number | undefined;
}
