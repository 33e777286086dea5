// Timers (timestamp, key row, namespace row), each at most once, polled in timestamp order, ties in registration order.
// hot path. Later seconds are unsorted lists; the open second is a wheel of milliseconds; what is registered before the
// wheel's cursor (the few late ones) is in a heap. Registering and deleting is O(1) but for late ones. Thread: the slot's.
// Invariant: an entry is in the index, and in exactly one of list, wheel and heap. Bench: bench/state-bench.ts.
import { assert } from '#core/assert';
import { BucketQueue } from '#state/tables/bucket-queue';
import { LateTimerHeap } from '#state/tables/late-timer-heap';
import type { ChunkedCut } from '#state/tables/chunked-cut';
import type { MemoryManager } from '#state/tables/memory-manager';
import { DELETED, F64_SHIFT, I32_SHIFT, KEY, NAMESPACE, NEXT, PREVIOUS, TimerEntries } from '#state/tables/timer-entries';
import { hashTimer, TimerIndex } from '#state/tables/timer-index';
import { TimerWheel } from '#state/tables/timer-wheel';

const BUCKET_MS = 1000;
/** In place of the next link: the entry is in the late heap. */
const LATE = -1;

export class TimerBuckets {
  /** The timer that pollDue took last. */
  dueTimestamp = 0;
  dueKey = -1;
  dueNamespace = -1;
  readonly #entries: TimerEntries;
  readonly #index: TimerIndex;
  readonly #buckets = new BucketQueue();
  readonly #wheel: TimerWheel;
  readonly #late = new LateTimerHeap();
  /** The second that is in the wheel, and its start in ms (0 for the buckets of the infinities). */
  #openBucket = Number.NEGATIVE_INFINITY;
  #openStart = 0;

  constructor(memory: MemoryManager, owner: string) {
    this.#entries = new TimerEntries(memory, owner);
    this.#index = new TimerIndex(this.#entries);
    this.#wheel = new TimerWheel(this.#entries, BUCKET_MS);
  }

  /** Timers registered and neither fired nor deleted. */
  get size(): number {
    return this.#index.size;
  }

  /** False when the timer is there already. @param timestamp integer ms or an infinity. @param key @param namespace >= 0. */
  register(timestamp: number, key: number, namespace: number): boolean {
    assert(timestamp === timestamp && key >= 0, 'a timer has a time and a key');
    const index = this.#index;
    index.reserve();
    const hash = hashTimer(timestamp, key, namespace);
    const slot = index.probe(hash, timestamp, key, namespace);
    if (slot >= 0) return false;
    const entry = this.#entries.take(timestamp, key, namespace);
    index.put(~slot, hash, entry);
    const bucket = Math.floor(timestamp / BUCKET_MS);
    if (bucket <= this.#openBucket) {
      const offset = bucket === this.#openBucket ? this.#offsetOf(timestamp) : -1;
      if (offset >= this.#wheel.cursor) this.#wheel.append(offset, entry);
      else this.#pushLate(timestamp, entry);
      return true;
    }
    const head = this.#buckets.putHead(bucket, timestamp, entry + 1);
    const { i32 } = this.#entries;
    i32[(entry << I32_SHIFT) + NEXT] = head;
    if (head !== 0) i32[((head - 1) << I32_SHIFT) + PREVIOUS] = entry + 1;
    return true;
  }

  /** False when there is no such timer. */
  delete(timestamp: number, key: number, namespace: number): boolean {
    const index = this.#index;
    if (index.size === 0) return false;
    const slot = index.probe(hashTimer(timestamp, key, namespace), timestamp, key, namespace);
    if (slot < 0) return false;
    const entry = index.entryAt(slot);
    index.vacate(slot);
    const { i32 } = this.#entries;
    const at = entry << I32_SHIFT;
    const bucket = Math.floor(timestamp / BUCKET_MS);
    if (bucket <= this.#openBucket) {
      if (i32[at + NEXT] === LATE) {
        this.#entries.markDeleted(entry);
      } else {
        this.#wheel.remove(this.#offsetOf(timestamp), entry);
        this.#entries.free(entry);
      }
      return true;
    }
    const next = i32[at + NEXT]!;
    const previous = i32[at + PREVIOUS]!;
    if (next !== 0) i32[((next - 1) << I32_SHIFT) + PREVIOUS] = previous;
    if (previous !== 0) i32[((previous - 1) << I32_SHIFT) + NEXT] = next;
    else this.#buckets.setHead(bucket, next);
    this.#entries.free(entry);
    return true;
  }

  /** Takes the earliest timer at or before `limit` into dueTimestamp, dueKey and dueNamespace; false when there is none. */
  pollDue(limit: number): boolean {
    const entry = this.#peekDue(limit);
    if (entry === -1) return false;
    const { f64, i32 } = this.#entries;
    const at = entry << I32_SHIFT;
    if (i32[at + NEXT] === LATE) this.#late.pop();
    else this.#wheel.remove(this.#wheel.cursor, entry);
    const timestamp = f64[entry << F64_SHIFT]!;
    const key = i32[at + KEY]!;
    const namespace = i32[at + NAMESPACE]!;
    this.dueTimestamp = timestamp;
    this.dueKey = key;
    this.dueNamespace = namespace;
    this.#index.vacate(this.#index.slotOf(hashTimer(timestamp, key, namespace), entry));
    this.#entries.free(entry);
    return true;
  }

  /** Whether pollDue(limit) would find a timer. */
  hasDue(limit: number): boolean {
    return this.#peekDue(limit) !== -1;
  }

  /** No timer is earlier; exact unless timers were deleted. Infinity when there is none. */
  nextTimestampAtLeast(): number {
    if (this.#index.size === 0) return Number.POSITIVE_INFINITY;
    const open = this.#peekOpen();
    const earliest = this.#buckets.earliestTimestamp;
    return open === -1 ? earliest : Math.min(earliest, this.#entries.f64[open << F64_SHIFT]!);
  }

  /** Every timer, in no particular order. Nothing may be registered or deleted meanwhile. */
  forEach(visit: (timestamp: number, key: number, namespace: number) => void): void {
    this.#entries.forEach(visit);
  }

  /** The timers as they are now, to be read by forEachTimer; the reader closes it. @param settleNow reads a chunk that cannot be copied. */
  cutChunks(settleNow: (chunk: number) => void): ChunkedCut {
    return this.#entries.cutChunks(settleNow);
  }

  /** Gives all memory back. */
  release(): void {
    this.#index.release();
    this.#entries.release();
    this.#buckets.clear();
    this.#late.clear();
    this.#wheel.clear();
    this.#openBucket = Number.NEGATIVE_INFINITY;
  }

  /** The entry that is next at or before `limit`, or -1; opens buckets as they become due. */
  #peekDue(limit: number): number {
    for (;;) {
      const entry = this.#peekOpen();
      if (entry !== -1) return this.#entries.f64[entry << F64_SHIFT]! <= limit ? entry : -1;
      // Infinity is also a timestamp, so the count decides whether there is a bucket.
      if (this.#buckets.earliestTimestamp > limit || this.#buckets.size === 0) return -1;
      this.#openNext();
    }
  }

  /** The earliest entry of wheel and late heap, or -1. On a tie the wheel's was registered earlier. */
  #peekOpen(): number {
    const entry = this.#wheel.peek();
    if (this.#late.size === 0) return entry;
    this.#dropDeletedLate();
    if (this.#late.size === 0) return entry;
    return entry !== -1 && this.#entries.f64[entry << F64_SHIFT]! <= this.#late.earliestTimestamp ? entry : this.#late.entry;
  }

  #dropDeletedLate(): void {
    const { i32 } = this.#entries;
    while (this.#late.size > 0 && i32[(this.#late.entry << I32_SHIFT) + KEY] === DELETED) this.#entries.free(this.#late.pop());
  }

  #pushLate(timestamp: number, entry: number): void {
    this.#entries.i32[(entry << I32_SHIFT) + NEXT] = LATE;
    this.#late.push(timestamp, entry);
  }

  /** Millisecond in the open bucket; in a bucket at infinity all timestamps are equal. */
  #offsetOf(timestamp: number): number {
    return timestamp - timestamp === 0 ? timestamp - this.#openStart : 0;
  }

  /** Moves the earliest bucket's list into the wheel: from its latest entry back, each in front of the later ones. */
  #openNext(): void {
    const bucket = this.#buckets.earliestBucket;
    let link = this.#buckets.popEarliest();
    this.#openBucket = bucket;
    this.#openStart = bucket * BUCKET_MS;
    this.#wheel.cursor = 0;
    const { f64, i32 } = this.#entries;
    while (link !== 0) {
      const entry = link - 1;
      link = i32[(entry << I32_SHIFT) + NEXT]!;
      this.#wheel.prepend(this.#offsetOf(f64[entry << F64_SHIFT]!), entry);
    }
  }
}
