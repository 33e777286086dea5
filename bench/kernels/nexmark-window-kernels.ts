// hot path. Hand-written windows over bids: q5 (sliding, by slices of 2 s) and q11 (sessions per bidder).
import type { Kernel } from './nexmark-kernels.js';
import type { NexmarkBatch } from './nexmark-batch.js';
import { IdTable } from './nexmark-id-table.js';
import { WATERMARK_DELAY_MS, doubled } from './nexmark-join-kernels.js';

const SLICE_MS = 2000;
const SLICES_PER_WINDOW = 5;
const GAP_MS = 10_000;

interface Slice {
  start: number;
  readonly auctions: IdTable;
  counts: Int32Array;
}

/** q5: per window of 10 s every 2 s the auctions with the most bids, and how many. */
export class HotItems implements Kernel {
  outputRows = 0;
  checksum = 0;
  readonly #input: NexmarkBatch;
  /** In order of time. */
  #slices: Slice[] = [];
  readonly #free: Slice[] = [];
  readonly #window: Slice = { start: 0, auctions: new IdTable(), counts: new Int32Array(1024) };
  #nextEnd = Number.POSITIVE_INFINITY;

  constructor(input: NexmarkBatch) {
    this.#input = input;
  }

  process(count: number): void {
    const input = this.#input;
    const { i32, f64 } = input;
    const type = input.place('eventType');
    const auction = input.place('bid.auction');
    const bidTime = input.place('bid.dateTime');
    let slice: Slice | undefined;
    let time = Number.NEGATIVE_INFINITY;
    let sliceStart = 0;
    let sliceEnd = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < count; row++) {
      if (i32[type + row] !== 2) continue;
      time = f64[bidTime + row]!;
      if (slice === undefined || time >= sliceEnd || time < sliceStart) {
        slice = this.#sliceOf(time);
        sliceStart = slice.start;
        sliceEnd = sliceStart + SLICE_MS;
      }
      const place = slice.auctions.rowOf(f64[auction + row]! | 0);
      if (place >= slice.counts.length) slice.counts = doubled(slice.counts);
      slice.counts[place]!++;
    }
    this.#fire(time - WATERMARK_DELAY_MS);
  }

  finish(): void {
    this.#fire(Number.POSITIVE_INFINITY);
  }

  #sliceOf(time: number): Slice {
    const start = Math.floor(time / SLICE_MS) * SLICE_MS;
    for (const slice of this.#slices) if (slice.start === start) return slice;
    const slice = this.#free.pop() ?? { start, auctions: new IdTable(), counts: new Int32Array(1024) };
    slice.start = start;
    slice.counts.fill(0);
    this.#slices.push(slice);
    this.#slices.sort((a, b) => a.start - b.start);
    this.#nextEnd = Math.min(this.#nextEnd, start + SLICE_MS);
    return slice;
  }

  #fire(watermark: number): void {
    while (this.#nextEnd <= watermark && this.#slices.length > 0) {
      this.#fireWindow(this.#nextEnd - SLICES_PER_WINDOW * SLICE_MS);
      this.#nextEnd += SLICE_MS;
      const [oldest] = this.#slices;
      if (oldest !== undefined && oldest.start < this.#nextEnd - SLICES_PER_WINDOW * SLICE_MS) {
        this.#slices.shift();
        oldest.auctions.clear();
        this.#free.push(oldest);
      }
    }
  }

  #fireWindow(start: number): void {
    const window = this.#window;
    window.auctions.clear();
    window.counts.fill(0);
    for (const slice of this.#slices) {
      if (slice.start < start || slice.start >= start + SLICES_PER_WINDOW * SLICE_MS) continue;
      for (let place = 0; place < slice.auctions.count; place++) {
        const row = window.auctions.rowOf(slice.auctions.ids[place]!);
        if (row >= window.counts.length) window.counts = doubled(window.counts);
        window.counts[row]! += slice.counts[place]!;
      }
    }
    let most = 0;
    for (let row = 0; row < window.auctions.count; row++) most = Math.max(most, window.counts[row]!);
    for (let row = 0; row < window.auctions.count; row++) {
      if (window.counts[row] !== most) continue;
      this.outputRows++;
      this.checksum = (this.checksum + window.auctions.ids[row]! + most) | 0;
    }
  }
}

/** q11: bids per session of a bidder. Events come in order, so a session ends at the bidder's next late enough bid. */
export class BidderSessions implements Kernel {
  outputRows = 0;
  checksum = 0;
  readonly #input: NexmarkBatch;
  readonly #bidders = new IdTable();
  #starts = new Float64Array(1024);
  #lasts = new Float64Array(1024);
  #counts = new Int32Array(1024);

  constructor(input: NexmarkBatch) {
    this.#input = input;
  }

  process(count: number): void {
    const input = this.#input;
    const { i32, f64 } = input;
    const type = input.place('eventType');
    const bidder = input.place('bid.bidder');
    const bidTime = input.place('bid.dateTime');
    for (let row = 0; row < count; row++) {
      if (i32[type + row] !== 2) continue;
      const time = f64[bidTime + row]!;
      const place = this.#bidders.rowOf(f64[bidder + row]! | 0);
      if (place >= this.#counts.length) this.#grow();
      if (this.#counts[place] !== 0 && time - this.#lasts[place]! > GAP_MS) this.#output(place);
      if (this.#counts[place]!++ === 0) this.#starts[place] = time;
      this.#lasts[place] = time;
    }
  }

  finish(): void {
    for (let place = 0; place < this.#bidders.count; place++) this.#output(place);
  }

  #output(place: number): void {
    this.outputRows++;
    this.checksum = (this.checksum + this.#bidders.ids[place]! + this.#counts[place]! + (this.#starts[place]! | 0) + ((this.#lasts[place]! + GAP_MS) | 0)) | 0;
    this.#counts[place] = 0;
  }

  #grow(): void {
    this.#counts = doubled(this.#counts);
    const length = this.#counts.length;
    const starts = new Float64Array(length);
    starts.set(this.#starts);
    this.#starts = starts;
    const lasts = new Float64Array(length);
    lasts.set(this.#lasts);
    this.#lasts = lasts;
  }
}
