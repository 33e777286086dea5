// What a keyed operator's subtask needs of a state backend; implemented by heap and rocksdb under one contract suite
// (test/state/keyed-state-contract.ts). Invariant: every state handed out refers to the key set last.
// Thread: the slot's.
import type { TypeInformation } from '#core/types/type-information';
import type { AnyState, KeyGroupRange, StateDescriptor } from '#state/keyed/keyed-state';
import type { KeyedSection, OperatorSnapshot, RestoredOperatorState, SnapshotRequest } from '#state/snapshot/operator-snapshot';
import type { TimerOverflows } from '#state/timers/timer-overflow';

/** Reads what states hold for the keys of a batch before the records come. Changes nothing but the time of reading. */
export interface KeyReadAhead {
  /** A batch of `count` records begins. True when its keys should be given to `add`. */
  begin(count: number): boolean;
  /** The key is used during the call only. */
  add(key: unknown): void;
  /** After the last key. */
  finish(): void;
}

export interface KeyedStateBackend {
  /** Undefined for undeclared keys. */
  readonly keyType: TypeInformation | undefined;
  readonly keyGroupRange: KeyGroupRange;
  readonly maxParallelism: number;
  /** The key set last; undefined before the first. */
  readonly currentKey: unknown;
  /** All states refer to this key until the next call. The key is not copied: it must not change while it is current. */
  setCurrentKey(key: unknown): void;
  keyGroupOf(key: unknown): number;
  /**
   * The state of the descriptor's name, the same object for every call. Reads what was restored for it.
   * Throws STATE_DESCRIPTOR_CONFLICT when the name is taken by another kind or type, STATE_MIGRATION_UNSUPPORTED when the
   * restored snapshot holds another kind or type. Using a state before setCurrentKey throws STATE_WITHOUT_KEY.
   */
  getState(descriptor: StateDescriptor): AnyState;
  /**
   * The cut: one section per state, also of restored states nobody asked for, made here or deferred. The bytes belong to
   * the caller. Called again only when the deferred parts of the last call have been released, unless checkpoints may run
   * at the same time.
   */
  snapshot(request: SnapshotRequest): OperatorSnapshot;
  /** Takes over what was restored; before the first getState. Bytes are read when their state is asked for. */
  restore(restored: RestoredOperatorState): void;
  /** Where timers go that memory should not hold; undefined where the backend has no such place. */
  readonly timerOverflows?: TimerOverflows | undefined;
  /** Undefined where reading state needs no help. */
  readonly readAhead?: KeyReadAhead | undefined;
  /** Present where writes may have to wait (KeyedStateOptions.onStalled): tries again, true when records may come. */
  tryResume?(): boolean;
  /** Calls `apply` for every key that has a value in the named state, with that key current; the current key is set back afterwards. */
  applyToKeys(name: string, apply: (key: unknown, state: AnyState) => void): void;
  /**
   * What the named state holds for one key, as the section of a snapshot that has this key alone; no groups when it holds
   * nothing. Changes nothing: not the current key, no time to live. Undefined when the state has not been asked for.
   */
  sectionOfKey(name: string, key: unknown): KeyedSection | undefined;
  /** Keys that have a value in some state asked for. */
  keyCount(): number;
  /** Figures by metric name, as they are now; undefined where the backend has none. */
  metrics?(): ReadonlyMap<string, number>;
  /** Gives the memory back; idempotent. */
  release(): void;
}
