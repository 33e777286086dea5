// Timers (timestamp, key row, namespace row) in buckets of one second, each at most once; polled in timestamp order,
// ties in registration order. hot path. Invariant: an entry is in the index, and either in the list of its bucket
// (after the open one) or among the due ones (the open bucket, sorted, and the late heap). Thread: the slot's.
// Registering and deleting is O(1); a bucket is sorted by counting when it opens. Bench: bench/state-bench.ts.
import { assert } from '#core/assert';
import { BucketQueue } from '#state/tables/bucket-queue';
import { LateTimerHeap } from '#state/tables/late-timer-heap';
import type { MemoryManager, Segment } from '#state/tables/memory-manager';
import { RowColumns } from '#state/tables/row-columns';
import { i32ViewOf } from '#state/tables/segment-views';
import { sortByOffset } from '#state/tables/timer-sort';

export const BUCKET_MS = 1000;

/** Columns of an entry. */
const TIMESTAMP = 0;
const KEY = 0;
const NAMESPACE = 1;
/** Neighbours in the bucket's list as entry + 1, 0 for none. */
const NEXT = 2;
const PREVIOUS = 3;
/** Key of a deleted entry that is still among the due ones. */
const DELETED = -1;

const SLOTS_MIN = 128;
const GOLDEN = 0x9e3779b1 | 0;

export class TimerBuckets {
  /** The timer that pollDue took last. */
  dueTimestamp = 0;
  dueKey = -1;
  dueNamespace = -1;
  readonly #entries: RowColumns;
  readonly #buckets = new BucketQueue();
  readonly #late: LateTimerHeap;
  /** Index from (timestamp, key, namespace) to entry + 1. */
  #slots: Int32Array = new Int32Array(0);
  #segment: Segment | undefined;
  #shift = 32;
  /** Timers registered and neither fired nor deleted. */
  #count = 0;
  /** Bucket that was opened last; timers of it and of earlier ones go to the late heap. */
  #openBucket = Number.NEGATIVE_INFINITY;
  #open: Int32Array = new Int32Array(64);
  #openLength = 0;
  #openPosition = 0;

  constructor(memory: MemoryManager, owner: string) {
    this.#entries = new RowColumns(memory, owner, { f64: 1, i32: 4, hasAny: false });
    this.#late = new LateTimerHeap();
  }

  get size(): number {
    return this.#count;
  }

  /** False when the timer is there already. @param timestamp integer ms or an infinity. @param key @param namespace >= 0. */
  register(timestamp: number, key: number, namespace: number): boolean {
    assert(timestamp === timestamp && key >= 0, `a timer has a time and a key, got ${timestamp} and ${key}`);
    if (this.#slots.length <= this.#count * 2) this.#growSlots();
    const slot = this.#probe(timestamp, key, namespace);
    if (this.#slots[slot] !== 0) return false;
    const entry = this.#entries.takeRow();
    this.#slots[slot] = entry + 1;
    this.#count++;
    const { f64, i32 } = this.#entries;
    f64[TIMESTAMP]![entry] = timestamp;
    i32[KEY]![entry] = key;
    i32[NAMESPACE]![entry] = namespace;
    const bucket = Math.floor(timestamp / BUCKET_MS);
    if (bucket <= this.#openBucket) {
      this.#late.push(timestamp, entry);
      return true;
    }
    const head = this.#buckets.putHead(bucket, timestamp, entry + 1);
    i32[NEXT]![entry] = head;
    if (head !== 0) i32[PREVIOUS]![head - 1] = entry + 1;
    return true;
  }

  /** False when there is no such timer. */
  delete(timestamp: number, key: number, namespace: number): boolean {
    if (this.#count === 0) return false;
    const slot = this.#probe(timestamp, key, namespace);
    const entry = this.#slots[slot]! - 1;
    if (entry === -1) return false;
    this.#vacate(slot);
    this.#count--;
    const { i32 } = this.#entries;
    const bucket = Math.floor(timestamp / BUCKET_MS);
    if (bucket <= this.#openBucket) {
      i32[KEY]![entry] = DELETED;
      return true;
    }
    const next = i32[NEXT]![entry]!;
    const previous = i32[PREVIOUS]![entry]!;
    if (next !== 0) i32[PREVIOUS]![next - 1] = previous;
    if (previous !== 0) i32[NEXT]![previous - 1] = next;
    else this.#buckets.setHead(bucket, next);
    this.#entries.freeRow(entry);
    return true;
  }

  /** Takes the earliest timer at or before `limit` into dueTimestamp, dueKey and dueNamespace; false when there is none. */
  pollDue(limit: number): boolean {
    const entry = this.#peekDue(limit);
    if (entry === -1) return false;
    const { f64, i32 } = this.#entries;
    if (this.#isOpenFirst()) this.#openPosition++;
    else this.#late.pop();
    this.dueTimestamp = f64[TIMESTAMP]![entry]!;
    this.dueKey = i32[KEY]![entry]!;
    this.dueNamespace = i32[NAMESPACE]![entry]!;
    this.#vacate(this.#probe(this.dueTimestamp, this.dueKey, this.dueNamespace));
    this.#count--;
    this.#entries.freeRow(entry);
    return true;
  }

  /** Whether pollDue(limit) would find a timer. */
  hasDue(limit: number): boolean {
    return this.#peekDue(limit) !== -1;
  }

  /** No timer is earlier; exact unless timers were deleted. Infinity when there is none. */
  nextTimestampAtLeast(): number {
    if (this.#count === 0) return Number.POSITIVE_INFINITY;
    this.#skipDeleted();
    let earliest = this.#buckets.earliestTimestamp;
    if (this.#openPosition < this.#openLength) earliest = Math.min(earliest, this.#entries.f64[TIMESTAMP]![this.#open[this.#openPosition]!]!);
    return Math.min(earliest, this.#late.earliestTimestamp);
  }

  /** Every timer, in no particular order. Nothing may be registered or deleted meanwhile. */
  forEach(visit: (timestamp: number, key: number, namespace: number) => void): void {
    const { f64, i32 } = this.#entries;
    this.#entries.forEachRow((entry) => {
      const key = i32[KEY]![entry]!;
      if (key !== DELETED) visit(f64[TIMESTAMP]![entry]!, key, i32[NAMESPACE]![entry]!);
    });
  }

  /** Gives all memory back. */
  release(): void {
    if (this.#segment !== undefined) this.#entries.memory.release(this.#segment);
    this.#segment = undefined;
    this.#slots = new Int32Array(0);
    this.#count = 0;
    this.#entries.release();
    this.#buckets.clear();
    this.#late.clear();
    this.#openLength = 0;
    this.#openPosition = 0;
    this.#openBucket = Number.NEGATIVE_INFINITY;
  }

  /** The entry that is next at or before `limit`, or -1; opens buckets as they become due. */
  #peekDue(limit: number): number {
    for (;;) {
      this.#skipDeleted();
      if (this.#openPosition < this.#openLength || this.#late.size > 0) {
        const entry = this.#isOpenFirst() ? this.#open[this.#openPosition]! : this.#late.entry;
        return this.#entries.f64[TIMESTAMP]![entry]! <= limit ? entry : -1;
      }
      // Infinity is also a timestamp, so the count decides whether there is a bucket.
      if (this.#buckets.earliestTimestamp > limit || this.#buckets.size === 0) return -1;
      this.#openNext();
    }
  }

  /** Whether the open bucket's next timer comes before the late heap's: on a tie it was registered earlier. */
  #isOpenFirst(): boolean {
    if (this.#openPosition >= this.#openLength) return false;
    return this.#late.size === 0 || this.#entries.f64[TIMESTAMP]![this.#open[this.#openPosition]!]! <= this.#late.earliestTimestamp;
  }

  #skipDeleted(): void {
    const keys = this.#entries.i32[KEY]!;
    while (this.#openPosition < this.#openLength && keys[this.#open[this.#openPosition]!] === DELETED) this.#entries.freeRow(this.#open[this.#openPosition++]!);
    while (this.#late.size > 0 && keys[this.#late.entry] === DELETED) this.#entries.freeRow(this.#late.pop());
  }

  /** Opens the earliest bucket: its list, latest first, becomes the sorted open array. */
  #openNext(): void {
    const bucket = this.#buckets.earliestBucket;
    const head = this.#buckets.popEarliest();
    this.#openBucket = bucket;
    this.#openPosition = 0;
    const next = this.#entries.i32[NEXT]!;
    let count = 0;
    for (let link = head; link !== 0; link = next[link - 1]!) count++;
    if (this.#open.length < count) this.#open = new Int32Array(Math.max(count, this.#open.length * 2));
    let at = count;
    for (let link = head; link !== 0; link = next[link - 1]!) this.#open[--at] = link - 1;
    this.#openLength = count;
    sortByOffset(this.#open, count, this.#entries.f64[TIMESTAMP]!, bucket * BUCKET_MS, BUCKET_MS);
  }

  /** Slot of the timer, or the empty slot where it belongs. */
  #probe(timestamp: number, key: number, namespace: number): number {
    const { f64, i32 } = this.#entries;
    const timestamps = f64[TIMESTAMP]!;
    const keys = i32[KEY]!;
    const namespaces = i32[NAMESPACE]!;
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hashTimer(timestamp, key, namespace) >>> this.#shift;
    for (let entry = slots[slot]!; entry !== 0; entry = slots[slot]!) {
      if (keys[entry - 1] === key && timestamps[entry - 1] === timestamp && namespaces[entry - 1] === namespace) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #growSlots(): void {
    const count = Math.max(SLOTS_MIN, this.#slots.length * 2);
    const { memory, owner } = this.#entries;
    const segment = memory.allocate(count * 4, owner);
    const old = this.#slots;
    this.#slots = i32ViewOf(segment).subarray(0, count).fill(0);
    this.#shift = 32 - Math.log2(count);
    const { f64, i32 } = this.#entries;
    for (let i = 0; i < old.length; i++) {
      const entry = old[i]! - 1;
      if (entry !== -1) this.#slots[this.#probe(f64[TIMESTAMP]![entry]!, i32[KEY]![entry]!, i32[NAMESPACE]![entry]!)] = entry + 1;
    }
    if (this.#segment !== undefined) memory.release(this.#segment);
    this.#segment = segment;
  }

  /** Backward-shift deletion, as in NumericKeyTable. */
  #vacate(slot: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const { f64, i32 } = this.#entries;
    const timestamps = f64[TIMESTAMP]!;
    const keys = i32[KEY]!;
    const namespaces = i32[NAMESPACE]!;
    let gap = slot;
    for (let next = (slot + 1) & mask; slots[next] !== 0; next = (next + 1) & mask) {
      const entry = slots[next]! - 1;
      const home = hashTimer(timestamps[entry]!, keys[entry]!, namespaces[entry]!) >>> this.#shift;
      if (((next - home) & mask) < ((next - gap) & mask)) continue;
      slots[gap] = slots[next]!;
      gap = next;
    }
    slots[gap] = 0;
  }
}

function hashTimer(timestamp: number, key: number, namespace: number): number {
  // The low 32 bits of the milliseconds and a rough quotient tell timestamps apart; infinities give 0.
  const time = (timestamp | 0) ^ (key << 16 | key >>> 16);
  const mixed = Math.imul(time ^ (time >>> 15), GOLDEN) ^ Math.imul(namespace, 0x85ebca6b);
  return Math.imul(mixed ^ key ^ (mixed >>> 13), GOLDEN);
}
