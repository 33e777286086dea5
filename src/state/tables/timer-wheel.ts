// The open second of timer buckets as one list per millisecond: registering into it is O(1) as into later seconds, and
// nothing is sorted. hot path. Invariant: lists before the cursor are empty; each list is in registration order.
// Thread: the slot's.
import { I32_SHIFT, NEXT, PREVIOUS, type TimerEntries } from '#state/tables/timer-entries';

export class TimerWheel {
  readonly #entries: TimerEntries;
  /** First and last entry + 1 per millisecond, 0 for none. */
  readonly #heads: Int32Array;
  readonly #tails: Int32Array;
  /** Timers of earlier milliseconds may no longer be added. */
  cursor = 0;
  size = 0;

  constructor(entries: TimerEntries, milliseconds: number) {
    this.#entries = entries;
    this.#heads = new Int32Array(milliseconds);
    this.#tails = new Int32Array(milliseconds);
  }

  /** Adds an entry behind those of its millisecond. @param offset >= cursor. */
  append(offset: number, entry: number): void {
    const { i32 } = this.#entries;
    const tail = this.#tails[offset]!;
    const at = entry << I32_SHIFT;
    i32[at + NEXT] = 0;
    i32[at + PREVIOUS] = tail;
    if (tail === 0) this.#heads[offset] = entry + 1;
    else i32[((tail - 1) << I32_SHIFT) + NEXT] = entry + 1;
    this.#tails[offset] = entry + 1;
    this.size++;
  }

  /** Adds an entry in front of those of its millisecond; its links are overwritten. */
  prepend(offset: number, entry: number): void {
    const { i32 } = this.#entries;
    const head = this.#heads[offset]!;
    const at = entry << I32_SHIFT;
    i32[at + NEXT] = head;
    i32[at + PREVIOUS] = 0;
    if (head === 0) this.#tails[offset] = entry + 1;
    else i32[((head - 1) << I32_SHIFT) + PREVIOUS] = entry + 1;
    this.#heads[offset] = entry + 1;
    this.size++;
  }

  /** The earliest entry, or -1; moves the cursor to its millisecond. */
  peek(): number {
    if (this.size === 0) return -1;
    const heads = this.#heads;
    let { cursor } = this;
    while (heads[cursor] === 0) cursor++;
    this.cursor = cursor;
    return heads[cursor]! - 1;
  }

  remove(offset: number, entry: number): void {
    const { i32 } = this.#entries;
    const next = i32[(entry << I32_SHIFT) + NEXT]!;
    const previous = i32[(entry << I32_SHIFT) + PREVIOUS]!;
    if (previous === 0) this.#heads[offset] = next;
    else i32[((previous - 1) << I32_SHIFT) + NEXT] = next;
    if (next === 0) this.#tails[offset] = previous;
    else i32[((next - 1) << I32_SHIFT) + PREVIOUS] = previous;
    this.size--;
  }

  clear(): void {
    this.#heads.fill(0);
    this.#tails.fill(0);
    this.size = 0;
    this.cursor = 0;
  }
}
