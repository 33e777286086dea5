// Timers of one keyed operator subtask in both time domains, each (key, namespace, timestamp) at most once, fired in
// timestamp order with ties in registration order. Firing is resumable: a timer is removed before its callback runs, so
// a snapshot between two steps holds exactly the timers that have not fired. hot path. Thread: the slot's.
import { assert } from '#core/assert';
import { createSerializer } from '#core/serialization/create-serializer';
import type { TypeSerializer } from '#core/serialization/type-serializer';
import { MIN_WATERMARK } from '#core/time/watermarks';
import { Types, type TypeInformation } from '#core/types/type-information';
import { failWithoutKey } from '#state/errors';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { OperatorSnapshot, RestoredOperatorState } from '#state/snapshot/operator-snapshot';
import { createKeyTable, type KeyTable } from '#state/tables/key-table';
import type { MemoryManager } from '#state/tables/memory-manager';
import { TimerBuckets } from '#state/tables/timer-buckets';
import { FarTimers } from '#state/timers/far-timers';
import { ReferencedKeys } from '#state/timers/referenced-keys';
import { readTimers, type TimerSectionFormat } from '#state/timers/timer-sections';
import { TimerSnapshot } from '#state/timers/timer-snapshot';

export type TimerCallback = (key: unknown, namespace: unknown, timestamp: number) => void;

export interface InternalTimerServiceOptions {
  /** Whose current key timers are registered for, and which is set before each callback. */
  readonly backend: KeyedStateBackend;
  readonly memory: MemoryManager;
  /** Undefined for namespaces of any plain value. */
  readonly namespaceType?: TypeInformation | undefined;
  /** Section names and memory charges start with it; `timers` unless given. An operator may have several services. */
  readonly name?: string;
}

/** Namespace row of timers without namespace. */
const NO_NAMESPACE = 0;

export class InternalTimerService {
  readonly #backend: KeyedStateBackend;
  readonly #keys: ReferencedKeys;
  readonly #namespaces: ReferencedKeys;
  readonly #eventTime: TimerBuckets;
  readonly #processingTime: TimerBuckets;
  readonly #name: string;
  readonly #keySerializer: TypeSerializer;
  readonly #namespaceSerializer: TypeSerializer;
  readonly #farEventTime: FarTimers;
  readonly #farProcessingTime: FarTimers;
  #currentWatermark = MIN_WATERMARK;
  #lastSnapshot: TimerSnapshot | undefined;

  constructor(options: InternalTimerServiceOptions) {
    const { backend, memory, namespaceType, name = 'timers' } = options;
    this.#backend = backend;
    this.#name = name;
    this.#keys = new ReferencedKeys(createTable(backend.keyType, memory, name));
    this.#namespaces = new ReferencedKeys(createTable(namespaceType, memory, name));
    this.#eventTime = new TimerBuckets(memory, name);
    this.#processingTime = new TimerBuckets(memory, name);
    this.#keySerializer = createSerializer(backend.keyType ?? Types.ANY);
    this.#namespaceSerializer = createSerializer(namespaceType ?? Types.ANY);
    this.#farEventTime = new FarTimers(backend, `${name}/event-far`, this.#namespaceSerializer);
    this.#farProcessingTime = new FarTimers(backend, `${name}/processing-far`, this.#namespaceSerializer);
  }

  /** The watermark advanced to last; Long.MIN (-Infinity) before the first. */
  get currentWatermark(): number {
    return this.#currentWatermark;
  }

  get eventTimeTimerCount(): number {
    return this.#eventTime.size + this.#farEventTime.size;
  }

  get processingTimeTimerCount(): number {
    return this.#processingTime.size + this.#farProcessingTime.size;
  }

  /** For the backend's current key; without effect when it is there already. @param timestamp event time in ms. */
  registerEventTimeTimer(namespace: unknown, timestamp: number): void {
    this.#register(this.#eventTime, this.#farEventTime, this.#backend.currentKey, namespace, timestamp);
  }

  deleteEventTimeTimer(namespace: unknown, timestamp: number): void {
    this.#delete(this.#eventTime, this.#farEventTime, namespace, timestamp);
  }

  /** As registerEventTimeTimer. @param timestamp epoch ms. */
  registerProcessingTimeTimer(namespace: unknown, timestamp: number): void {
    this.#register(this.#processingTime, this.#farProcessingTime, this.#backend.currentKey, namespace, timestamp);
  }

  deleteProcessingTimeTimer(namespace: unknown, timestamp: number): void {
    this.#delete(this.#processingTime, this.#farProcessingTime, namespace, timestamp);
  }

  /**
   * Fires event-time timers at or before the watermark, those registered meanwhile included. True when none is left;
   * false when shouldStop() held before one of them: call again with the same watermark to go on.
   */
  advanceWatermark(watermark: number, fire: TimerCallback, shouldStop: () => boolean): boolean {
    assert(watermark >= this.#currentWatermark, `a watermark does not go back, got ${watermark} after ${this.#currentWatermark}`);
    this.#currentWatermark = watermark;
    return this.#fireDue(this.#eventTime, this.#farEventTime, watermark, fire, shouldStop);
  }

  /** As advanceWatermark for processing-time timers at or before `nowMs`. */
  advanceProcessingTime(nowMs: number, fire: TimerCallback, shouldStop: () => boolean): boolean {
    return this.#fireDue(this.#processingTime, this.#farProcessingTime, nowMs, fire, shouldStop);
  }

  /** Epoch ms before which no processing-time timer is due; Infinity when there is none. */
  nextProcessingTime(): number {
    return Math.min(this.#processingTime.nextTimestampAtLeast(), this.#farProcessingTime.horizon);
  }

  /** The cut; sections `<name>/event` and `<name>/processing` are deferred. */
  snapshot(): OperatorSnapshot {
    // Timers have one cut at a time: checkpoints that overlap read the earlier one to its end first.
    this.#lastSnapshot?.finishReading();
    this.#keys.hold();
    this.#namespaces.hold();
    const onRead = (): void => {
      this.#keys.unhold();
      this.#namespaces.unhold();
    };
    const timers = new Map([[`${this.#name}/event`, this.#eventTime], [`${this.#name}/processing`, this.#processingTime]]);
    this.#lastSnapshot = new TimerSnapshot({ format: this.#format(), timers, onRead });
    return { keyed: [], operator: [], deferred: [this.#lastSnapshot] };
  }

  /** Adds the restored timers. Throws STATE_MIGRATION_UNSUPPORTED when keys or namespaces were of another type. */
  restore(restored: RestoredOperatorState): void {
    const format = this.#format();
    for (const far of [this.#farEventTime, this.#farProcessingTime]) {
      far.openRestored();
      const timers = far === this.#farEventTime ? this.#eventTime : this.#processingTime;
      readTimers(restored.keyed(far.section), format, (key, namespace, timestamp) => this.#register(timers, far, key, namespace, timestamp));
    }
    readTimers(restored.keyed(`${this.#name}/event`), format, (key, namespace, timestamp) => this.#register(this.#eventTime, this.#farEventTime, key, namespace, timestamp));
    readTimers(restored.keyed(`${this.#name}/processing`), format, (key, namespace, timestamp) => this.#register(this.#processingTime, this.#farProcessingTime, key, namespace, timestamp));
  }

  /** Gives the memory back; idempotent. */
  release(): void {
    this.#eventTime.release();
    this.#processingTime.release();
    this.#keys.release();
    this.#namespaces.release();
  }

  #register(timers: TimerBuckets, far: FarTimers, key: unknown, namespace: unknown, timestamp: number): void {
    if (key === undefined) failWithoutKey();
    if (far.isFar(timestamp)) {
      far.add(key, namespace, Math.trunc(timestamp));
      return;
    }
    this.#registerNear(timers, key, namespace, timestamp);
    if (timers.size > far.timersInMemoryMax) this.#moveFar(timers, far);
  }

  #registerNear(timers: TimerBuckets, key: unknown, namespace: unknown, timestamp: number): void {
    const keyRow = this.#keys.rowOf(key);
    const namespaceRow = namespace === undefined ? NO_NAMESPACE : this.#namespaces.rowOf(namespace) + 1;
    // Timestamps are whole ms as Flink's longs, so that buckets sort by counting.
    if (!timers.register(Math.trunc(timestamp), keyRow, namespaceRow)) return;
    this.#keys.retain(keyRow);
    if (namespaceRow !== NO_NAMESPACE) this.#namespaces.retain(namespaceRow - 1);
  }

  #delete(timers: TimerBuckets, far: FarTimers, namespace: unknown, timestamp: number): void {
    if (far.isFar(timestamp)) {
      far.delete(this.#backend.currentKey, namespace, Math.trunc(timestamp));
      return;
    }
    const keyRow = this.#keys.tryRowOf(this.#backend.currentKey);
    const namespaceRow = namespace === undefined ? NO_NAMESPACE : this.#namespaces.tryRowOf(namespace) + 1;
    if (keyRow === -1 || (namespace !== undefined && namespaceRow === 0)) return;
    if (timers.delete(Math.trunc(timestamp), keyRow, namespaceRow)) this.#dereference(keyRow, namespaceRow);
  }

  #fireDue(timers: TimerBuckets, far: FarTimers, limit: number, fire: TimerCallback, shouldStop: () => boolean): boolean {
    for (;;) {
      if (!timers.hasDue(limit)) {
        if (far.size === 0 || far.horizon > limit) return true;
        far.takeNear((key, namespace, timestamp) => this.#registerNear(timers, key, namespace, timestamp));
        continue;
      }
      if (shouldStop()) return false;
      timers.pollDue(limit);
      const { dueTimestamp, dueKey, dueNamespace } = timers;
      const key = this.#keys.keyAt(dueKey);
      const namespace = dueNamespace === NO_NAMESPACE ? undefined : this.#namespaces.keyAt(dueNamespace - 1);
      this.#dereference(dueKey, dueNamespace);
      this.#backend.setCurrentKey(key);
      fire(key, namespace, dueTimestamp);
    }
  }

  /** Memory holds too many: the later half goes. */
  #moveFar(timers: TimerBuckets, far: FarTimers): void {
    const timestamps = new Float64Array(timers.size);
    let count = 0;
    timers.forEach((timestamp) => { timestamps[count++] = timestamp; });
    const from = far.chooseHorizon(timestamps);
    const moved: [timestamp: number, keyRow: number, namespaceRow: number][] = [];
    timers.forEach((timestamp, keyRow, namespaceRow) => {
      if (timestamp >= from) moved.push([timestamp, keyRow, namespaceRow]);
    });
    for (const [timestamp, keyRow, namespaceRow] of moved) {
      far.add(this.#keys.keyAt(keyRow), namespaceRow === NO_NAMESPACE ? undefined : this.#namespaces.keyAt(namespaceRow - 1), timestamp);
      timers.delete(timestamp, keyRow, namespaceRow);
      this.#dereference(keyRow, namespaceRow);
    }
  }

  #dereference(keyRow: number, namespaceRow: number): void {
    this.#keys.dereference(keyRow);
    if (namespaceRow !== NO_NAMESPACE) this.#namespaces.dereference(namespaceRow - 1);
  }

  #format(): TimerSectionFormat {
    const { keyGroupRange } = this.#backend;
    return {
      name: this.#name,
      keySerializer: this.#keySerializer,
      namespaceSerializer: this.#namespaceSerializer,
      keyGroupRange,
      keyGroupOf: (key) => this.#backend.keyGroupOf(key),
      keyAt: (row) => this.#keys.keyAt(row),
      namespaceAt: (row) => (row === NO_NAMESPACE ? undefined : this.#namespaces.keyAt(row - 1)),
    };
  }
}

function createTable(keyType: TypeInformation | undefined, memory: MemoryManager, owner: string): KeyTable {
  return createKeyTable({ keyType, memory, owner, layout: { f64: 0, i32: 1, hasAny: false } });
}
