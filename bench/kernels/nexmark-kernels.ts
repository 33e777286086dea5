// hot path. Nexmark queries written by hand over column batches: the limit that the
// engine is measured against. The generator is the engine's own, every column is made; everything else is independent
// of the engine. Digests are those of the blackhole sink, so results can be compared with it.
import { NexmarkSource } from '#connectors/nexmark/source';
import type { NexmarkSourceOptions } from '#connectors/nexmark/options';
import { ReadStatus } from '#streaming/source/source';
import { NexmarkBatch, textDigest } from './nexmark-batch.js';
import { PersonAuctionJoin, NewSellers } from './nexmark-join-kernels.js';
import { BidderSessions, HotItems } from './nexmark-window-kernels.js';

/** `source` only makes the events. */
export type KernelQuery = 'source' | 'q0' | 'q1' | 'q2' | 'q3' | 'q5' | 'q8' | 'q11';
export const KERNEL_QUERIES: readonly KernelQuery[] = ['source', 'q0', 'q1', 'q2', 'q3', 'q5', 'q8', 'q11'];

export interface KernelOptions extends Pick<NexmarkSourceOptions, 'eventRate' | 'seed' | 'baseTimeMs'> {
  /** Rows of a batch. Default 1,000. */
  readonly batchRows?: number;
}

export interface KernelResult {
  readonly outputRows: number;
  /** Sum of the digests of all output rows, modulo 2^32. */
  readonly checksum: number;
}

export interface Kernel {
  outputRows: number;
  checksum: number;
  /** The first `count` rows of the batch it was made for. */
  process(count: number): void;
  /** End of input: what is still open is put out. */
  finish(): void;
}

/** Runs a query over the first `events` events. */
export function runKernel(query: KernelQuery, events: number, options: KernelOptions = {}): KernelResult {
  const { batchRows = 1000, ...sourceOptions } = options;
  const reader = new NexmarkSource({ ...sourceOptions, events }).createReader();
  reader.addSplits([{ id: 'kernel', index: 0, splitCount: 1, blockSize: 8192, position: 0, end: events }]);
  reader.notifyNoMoreSplits();
  const input = new NexmarkBatch(batchRows);
  const kernel = createKernel(query, input);
  for (;;) {
    const status = reader.fill(input.batch);
    kernel.process(input.batch.count);
    if (status === ReadStatus.END) break;
  }
  kernel.finish();
  return { outputRows: kernel.outputRows, checksum: kernel.checksum };
}

function createKernel(query: KernelQuery, input: NexmarkBatch): Kernel {
  switch (query) {
    case 'source': return { outputRows: 0, checksum: 0, process: () => undefined, finish: () => undefined };
    case 'q0': return new BidRows(input);
    case 'q1': return new ConvertedBidRows(input);
    case 'q2': return new ChosenAuctions(input);
    case 'q3': return new PersonAuctionJoin(input);
    case 'q5': return new HotItems(input);
    case 'q8': return new NewSellers(input);
    case 'q11': return new BidderSessions(input);
  }
}

/** q0: auction, bidder, price, dateTime, extra of every bid. */
class BidRows implements Kernel {
  outputRows = 0;
  checksum = 0;
  readonly #input: NexmarkBatch;

  constructor(input: NexmarkBatch) {
    this.#input = input;
  }

  process(count: number): void {
    const input = this.#input;
    const { i32, f64, u8, heapStart } = input;
    const type = input.place('eventType');
    const auction = input.place('bid.auction');
    const bidder = input.place('bid.bidder');
    const price = input.place('bid.price');
    const time = input.place('bid.dateTime');
    const extra = input.place('bid.extra');
    const extraLength = input.lengths('bid.extra');
    let rows = 0;
    let sum = 0;
    for (let row = 0; row < count; row++) {
      if (i32[type + row] !== 2) continue;
      rows++;
      sum = (sum + (f64[auction + row]! | 0) + (f64[bidder + row]! | 0) + (f64[price + row]! | 0) + (f64[time + row]! | 0)
        + textDigest(u8, heapStart + i32[extra + row]!, i32[extraLength + row]!)) | 0;
    }
    this.outputRows += rows;
    this.checksum = (this.checksum + sum) | 0;
  }

  finish(): void {}
}

/** q1: as q0 with the price times 0.908. */
class ConvertedBidRows implements Kernel {
  outputRows = 0;
  checksum = 0;
  readonly #input: NexmarkBatch;

  constructor(input: NexmarkBatch) {
    this.#input = input;
  }

  process(count: number): void {
    const input = this.#input;
    const { i32, f64, u8, heapStart } = input;
    const type = input.place('eventType');
    const auction = input.place('bid.auction');
    const bidder = input.place('bid.bidder');
    const price = input.place('bid.price');
    const time = input.place('bid.dateTime');
    const extra = input.place('bid.extra');
    const extraLength = input.lengths('bid.extra');
    let rows = 0;
    let sum = 0;
    for (let row = 0; row < count; row++) {
      if (i32[type + row] !== 2) continue;
      rows++;
      const euros = f64[price + row]! * 0.908;
      sum = (sum + (f64[auction + row]! | 0) + (f64[bidder + row]! | 0) + (euros | 0) + (f64[time + row]! | 0)
        + textDigest(u8, heapStart + i32[extra + row]!, i32[extraLength + row]!)) | 0;
    }
    this.outputRows += rows;
    this.checksum = (this.checksum + sum) | 0;
  }

  finish(): void {}
}

/** q2: auction and price of the bids on every 123rd auction. */
class ChosenAuctions implements Kernel {
  outputRows = 0;
  checksum = 0;
  readonly #input: NexmarkBatch;

  constructor(input: NexmarkBatch) {
    this.#input = input;
  }

  process(count: number): void {
    const input = this.#input;
    const { i32, f64 } = input;
    const type = input.place('eventType');
    const auction = input.place('bid.auction');
    const price = input.place('bid.price');
    for (let row = 0; row < count; row++) {
      if (i32[type + row] !== 2) continue;
      const id = f64[auction + row]! | 0; // ids of a bench fit 32 bits; % on doubles costs 11 ns
      if (id % 123 !== 0) continue;
      this.outputRows++;
      this.checksum = (this.checksum + id + (f64[price + row]! | 0)) | 0;
    }
  }

  finish(): void {}
}
