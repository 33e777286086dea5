// The timers of one time domain from `horizon` on, where the backend keeps them in its own store: memory holds the ones
// before it. Opened when memory holds too many for the first time. hot path. Thread: the slot's.
import { assert } from '#core/assert';
import type { TypeSerializer } from '#core/serialization/type-serializer';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { TimerOverflow } from '#state/timers/timer-overflow';

export class FarTimers {
  /** Of a section that holds them. */
  readonly section: string;
  /** Timers before it are in memory; Infinity while none are far. */
  horizon = Number.POSITIVE_INFINITY;
  /** Infinity where the backend has no place for timers. */
  timersInMemoryMax: number;
  readonly #backend: KeyedStateBackend;
  readonly #namespaceSerializer: TypeSerializer;
  #overflow: TimerOverflow | undefined;

  constructor(backend: KeyedStateBackend, section: string, namespaceSerializer: TypeSerializer) {
    this.#backend = backend;
    this.section = section;
    this.#namespaceSerializer = namespaceSerializer;
    this.timersInMemoryMax = backend.timerOverflows?.timersInMemoryMax ?? Number.POSITIVE_INFINITY;
  }

  get size(): number {
    return this.#overflow?.size ?? 0;
  }

  /** After the backend was restored. */
  openRestored(): void {
    this.#overflow = this.#backend.timerOverflows?.tryOpenRestored(this.section, this.#namespaceSerializer);
    this.#follow();
  }

  isFar(timestamp: number): boolean {
    return timestamp >= this.horizon && this.size > 0;
  }

  add(key: unknown, namespace: unknown, timestamp: number): void {
    assert(this.#overflow !== undefined, 'a timer is far only when there is a place for it');
    this.#overflow.add(key, namespace, timestamp);
  }

  delete(key: unknown, namespace: unknown, timestamp: number): void {
    this.#overflow?.delete(key, namespace, timestamp);
    if (this.size === 0) this.horizon = Number.POSITIVE_INFINITY;
  }

  /** Brings the earliest into memory, up to half of what it may hold. */
  takeNear(visit: (key: unknown, namespace: unknown, timestamp: number) => void): void {
    this.#overflow!.take(Math.ceil(this.timersInMemoryMax / 2), visit);
    this.#follow();
  }

  /** From which of the timestamps in memory on timers become far: the later half, and all of one timestamp together; NaN for none. Sorts them. */
  chooseHorizon(timestamps: Float64Array): number {
    timestamps.sort();
    const earliest = timestamps[0]!;
    let at = timestamps.length >>> 1;
    while (at < timestamps.length && timestamps[at] === earliest) at++;
    if (at === timestamps.length) {
      // All are due at once: they must be in memory anyway.
      this.timersInMemoryMax *= 2;
      return Number.NaN;
    }
    this.#overflow ??= this.#backend.timerOverflows!.open(this.section, this.#namespaceSerializer);
    this.horizon = Math.min(this.horizon, timestamps[at]!);
    return this.horizon;
  }

  #follow(): void {
    this.horizon = this.size === 0 ? Number.POSITIVE_INFINITY : this.#overflow!.horizon;
  }
}
