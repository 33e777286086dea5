// Where timers go that are too many for memory: a backend may keep those far off in its own store. Implemented by rocksdb.
// Invariant: no timer in it is earlier than `horizon`. Thread: the slot's.
import type { TypeSerializer } from '#core/serialization/type-serializer';

/** What a backend has for timers, if anything. */
export interface TimerOverflows {
  /** Timers of one time domain that stay in memory; about half of them go when there are more. */
  readonly timersInMemoryMax: number;
  /** For the timers of one section. */
  open(section: string, namespaceSerializer: TypeSerializer): TimerOverflow;
  /** As open, if timers of the section were restored. Throws STATE_MIGRATION_UNSUPPORTED when keys or namespaces were of another type. */
  tryOpenRestored(section: string, namespaceSerializer: TypeSerializer): TimerOverflow | undefined;
}

export interface TimerOverflow {
  readonly size: number;
  /** Timestamp of no timer in it is below; Infinity when it is empty. */
  readonly horizon: number;
  /** False when it is there already. */
  add(key: unknown, namespace: unknown, timestamp: number): boolean;
  /** False when there is no such timer. */
  delete(key: unknown, namespace: unknown, timestamp: number): boolean;
  /** Takes the earliest out, about `count` of them and always all of one timestamp; `horizon` rises behind them. */
  take(count: number, visit: (key: unknown, namespace: unknown, timestamp: number) => void): void;
}
