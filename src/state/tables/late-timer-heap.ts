// Binary heap of timers that were registered for a bucket already open: few, since most timers lie ahead. hot path
// Invariant: ordered by timestamp, ties by order of pushing. Thread: the slot's.

export class LateTimerHeap {
  size = 0;
  #timestamps: Float64Array = new Float64Array(64);
  #orders: Float64Array = new Float64Array(64);
  #entries: Int32Array = new Int32Array(64);
  #order = 0;

  /** Entry of the earliest timer; only while size > 0. */
  get entry(): number {
    return this.#entries[0]!;
  }

  /** Infinity when empty. */
  get earliestTimestamp(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.#timestamps[0]!;
  }

  push(timestamp: number, entry: number): void {
    if (this.size === this.#entries.length) this.#grow();
    const timestamps = this.#timestamps;
    let at = this.size++;
    // A new timer goes after all of its timestamp, so the comparison needs no order.
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (timestamps[parent]! <= timestamp) break;
      this.#move(parent, at);
      at = parent;
    }
    timestamps[at] = timestamp;
    this.#orders[at] = this.#order++;
    this.#entries[at] = entry;
  }

  /** Removes the earliest timer and returns its entry; only while size > 0. */
  pop(): number {
    const entry = this.#entries[0]!;
    const last = --this.size;
    const timestamp = this.#timestamps[last]!;
    const order = this.#orders[last]!;
    const lastEntry = this.#entries[last]!;
    let at = 0;
    for (let child = 1; child < last; child = at * 2 + 1) {
      if (child + 1 < last && this.#isBefore(child + 1, this.#timestamps[child]!, this.#orders[child]!)) child++;
      if (!this.#isBefore(child, timestamp, order)) break;
      this.#move(child, at);
      at = child;
    }
    this.#timestamps[at] = timestamp;
    this.#orders[at] = order;
    this.#entries[at] = lastEntry;
    return entry;
  }

  clear(): void {
    this.size = 0;
  }

  #isBefore(at: number, timestamp: number, order: number): boolean {
    return this.#timestamps[at]! < timestamp || (this.#timestamps[at] === timestamp && this.#orders[at]! < order);
  }

  #move(from: number, to: number): void {
    this.#timestamps[to] = this.#timestamps[from]!;
    this.#orders[to] = this.#orders[from]!;
    this.#entries[to] = this.#entries[from]!;
  }

  #grow(): void {
    const length = this.#entries.length * 2;
    const timestamps = new Float64Array(length);
    const orders = new Float64Array(length);
    const entries = new Int32Array(length);
    timestamps.set(this.#timestamps);
    orders.set(this.#orders);
    entries.set(this.#entries);
    this.#timestamps = timestamps;
    this.#orders = orders;
    this.#entries = entries;
  }
}
