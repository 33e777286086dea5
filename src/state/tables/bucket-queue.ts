// The heads of timer buckets by bucket number, and the earliest bucket: a map and a binary heap of numbers, touched once
// per new bucket. hot path. Invariant: a bucket is in the heap exactly while it is in the map. Thread: the slot's.

export class BucketQueue {
  /** Bucket number -> position in the columns below. */
  readonly #positions = new Map<number, number>();
  readonly #heads: number[] = [];
  readonly #earliest: number[] = [];
  readonly #freePositions: number[] = [];
  /** Binary min-heap of bucket numbers. */
  readonly #heap: number[] = [];
  #lastBucket = Number.NaN;
  #lastPosition = -1;

  /** Buckets, those whose list has become empty included. */
  get size(): number {
    return this.#heap.length;
  }

  /** Number of the earliest bucket; only while size > 0. */
  get earliestBucket(): number {
    return this.#heap[0]!;
  }

  /** Lower bound of the timers of the earliest bucket; Infinity when there is no bucket. */
  get earliestTimestamp(): number {
    while (this.#heap.length > 0) {
      const position = this.#positions.get(this.#heap[0]!)!;
      if (this.#heads[position] !== 0) return this.#earliest[position]!;
      this.popEarliest();
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Makes `link` the head of the bucket's list; returns the former head, 0 for none. */
  putHead(bucket: number, timestamp: number, link: number): number {
    const position = bucket === this.#lastBucket ? this.#lastPosition : this.#positionOf(bucket);
    const former = this.#heads[position]!;
    this.#heads[position] = link;
    if (former === 0 || timestamp < this.#earliest[position]!) this.#earliest[position] = timestamp;
    return former;
  }

  /** Replaces the head of a bucket that is there; 0 when its list has become empty. */
  setHead(bucket: number, link: number): void {
    this.#heads[this.#positionOf(bucket)] = link;
  }

  /** Removes the earliest bucket and returns the head of its list. */
  popEarliest(): number {
    const bucket = this.#heap[0]!;
    const position = this.#positions.get(bucket)!;
    this.#positions.delete(bucket);
    this.#freePositions.push(position);
    if (bucket === this.#lastBucket) this.#lastBucket = Number.NaN;
    this.#popHeap();
    return this.#heads[position]!;
  }

  clear(): void {
    this.#positions.clear();
    this.#heads.length = 0;
    this.#earliest.length = 0;
    this.#freePositions.length = 0;
    this.#heap.length = 0;
    this.#lastBucket = Number.NaN;
  }

  #positionOf(bucket: number): number {
    let position = this.#positions.get(bucket);
    if (position === undefined) {
      position = this.#freePositions.pop() ?? this.#heads.length;
      this.#positions.set(bucket, position);
      this.#heads[position] = 0;
      this.#earliest[position] = Number.POSITIVE_INFINITY;
      this.#pushHeap(bucket);
    }
    this.#lastBucket = bucket;
    this.#lastPosition = position;
    return position;
  }

  #pushHeap(bucket: number): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(bucket);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (heap[parent]! <= bucket) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = bucket;
  }

  #popHeap(): void {
    const heap = this.#heap;
    const moved = heap.pop()!;
    const length = heap.length;
    if (length === 0) return;
    let at = 0;
    for (let child = 1; child < length; child = at * 2 + 1) {
      if (child + 1 < length && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= moved) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = moved;
  }
}
