// Timers as records of 32 bytes in managed memory, so that each is one cache line at most: as columns, a timer cost five
// (measured: registering and firing took 3 times as long with 500,000 timers). hot path. Thread: the slot's.
//   record = | timestamp: f64 | key: i32 | namespace: i32 | next: i32 | previous: i32 | unused: 8 |
// Invariant: an entry is live or in the free list, never both. Growth replaces `f64` and `i32`.
import { assert } from '#core/assert';
import { ChunkedCut, type ChunkViews } from '#state/tables/chunked-cut';
import type { MemoryManager, Segment } from '#state/tables/memory-manager';
import { f64ViewOf, i32ViewOf } from '#state/tables/segment-views';

/** An entry's timestamp is f64[entry << F64_SHIFT]; its integers start at i32[entry << I32_SHIFT]. */
export const F64_SHIFT = 2;
export const I32_SHIFT = 3;
/** Integers of an entry. */
export const KEY = 2;
export const NAMESPACE = 3;
/** Neighbours in the bucket's list as entry + 1, 0 for none. */
export const NEXT = 4;
export const PREVIOUS = 5;
/** Keys of entries that are no timers: deleted but still among the due ones, and free. */
export const DELETED = -1;
const FREE = -2;

const RECORD_BYTES = 32;
const CAPACITY_MIN = 64;
/** Timers per chunk of a cut: 64 KiB. */
const CUT_ENTRIES_SHIFT = 11;

export class TimerEntries {
  f64: Float64Array = new Float64Array(0);
  i32: Int32Array = new Int32Array(0);
  readonly memory: MemoryManager;
  readonly owner: string;
  #segment: Segment | undefined;
  #capacity = 0;
  /** Entries [0, limit) are live or free. */
  #limit = 0;
  /** First of the free list as entry + 1, linked by NEXT. */
  #freeHead = 0;
  /** Entries below it belong to a cut that is being read; links are no part of it. */
  #cutLimit = 0;
  #cut: ChunkedCut | undefined;

  constructor(memory: MemoryManager, owner: string) {
    this.memory = memory;
    this.owner = owner;
  }

  /** A new entry without neighbours. */
  take(timestamp: number, key: number, namespace: number): number {
    let entry = this.#freeHead - 1;
    if (entry >= 0) {
      this.#freeHead = this.i32[(entry << I32_SHIFT) + NEXT]!;
      if (entry < this.#cutLimit) this.#cut!.beforeWrite(entry);
    } else {
      if (this.#limit === this.#capacity) this.#grow();
      entry = this.#limit++;
    }
    const { i32 } = this;
    const at = entry << I32_SHIFT;
    this.f64[entry << F64_SHIFT] = timestamp;
    i32[at + KEY] = key;
    i32[at + NAMESPACE] = namespace;
    i32[at + NEXT] = 0;
    i32[at + PREVIOUS] = 0;
    return entry;
  }

  free(entry: number): void {
    if (entry < this.#cutLimit) this.#cut!.beforeWrite(entry);
    const at = entry << I32_SHIFT;
    this.i32[at + KEY] = FREE;
    this.i32[at + NEXT] = this.#freeHead;
    this.#freeHead = entry + 1;
  }

  /** Marks a timer that stays among the due ones. */
  markDeleted(entry: number): void {
    if (entry < this.#cutLimit) this.#cut!.beforeWrite(entry);
    this.i32[(entry << I32_SHIFT) + KEY] = DELETED;
  }

  /** Every timer that is neither free nor deleted, in no particular order. */
  forEach(visit: (timestamp: number, key: number, namespace: number) => void): void {
    forEachTimer({ columns: [this.f64], base: 0, from: 0, to: this.#limit }, visit);
  }

  /** The entries as they are now, as one column of doubles; its reader closes it. @param settleNow reads a chunk that cannot be copied. */
  cutChunks(settleNow: (chunk: number) => void): ChunkedCut {
    assert(this.#cut === undefined, `timers of ${this.owner} have one cut at a time`);
    const { memory, owner } = this;
    const columns = [{ view: this.f64, shift: F64_SHIFT, isKey: false }];
    const cut: ChunkedCut = new ChunkedCut({ rowLimit: this.#limit, rowsShift: CUT_ENTRIES_SHIFT, columns, memory, owner, settleNow, onEnd: () => this.#endCut(cut) });
    this.#cut = cut;
    this.#cutLimit = this.#limit;
    return cut;
  }

  release(): void {
    this.#cut?.abort();
    if (this.#segment !== undefined) this.memory.release(this.#segment);
    this.#segment = undefined;
    this.f64 = new Float64Array(0);
    this.i32 = new Int32Array(0);
    this.#capacity = 0;
    this.#limit = 0;
    this.#freeHead = 0;
  }

  #grow(): void {
    const capacity = Math.max(CAPACITY_MIN, this.#capacity * 2);
    assert(capacity <= 2 ** 26, `a subtask has at most 2^26 timers of one kind, asked for ${capacity}`);
    const segment = this.memory.allocate(capacity * RECORD_BYTES, this.owner);
    const i32 = i32ViewOf(segment);
    i32.set(this.i32.subarray(0, this.#limit << I32_SHIFT));
    if (this.#segment !== undefined) this.#leave(this.#segment);
    this.#segment = segment;
    this.i32 = i32;
    this.f64 = f64ViewOf(segment);
    this.#capacity = capacity;
  }

  #leave(segment: Segment): void {
    if (this.#cut?.keepMoved([segment]) === true) this.#endCut(this.#cut);
    else this.memory.release(segment);
  }

  /** Nothing more is told to the cut. */
  #endCut(cut: ChunkedCut): void {
    if (this.#cut !== cut) return;
    this.#cut = undefined;
    this.#cutLimit = 0;
  }
}

/** Every timer of a chunk that was neither free nor deleted at the cut, in no particular order. */
export function forEachTimer({ columns, base, from, to }: ChunkViews, visit: (timestamp: number, key: number, namespace: number) => void): void {
  const f64 = columns[0] as Float64Array;
  const i32 = new Int32Array(f64.buffer, f64.byteOffset, f64.length * 2);
  for (let entry = from - base; entry < to - base; entry++) {
    const at = entry << I32_SHIFT;
    const key = i32[at + KEY]!;
    if (key >= 0) visit(f64[entry << F64_SHIFT]!, key, i32[at + NAMESPACE]!);
  }
}
