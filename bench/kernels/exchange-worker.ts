// Worker of exchange.ts: one slot of the hand-written exchange. It sends batches by key to every slot, itself included, and
// reads what was sent to it. Rings here are slots of one frame each with two counters: no engine code is used.
import { parentPort, workerData } from 'node:worker_threads';
import { BATCH_ROWS, frameMap, gather, makeBatch, readFrame, splitByKey } from './exchange-columns.js';
import type { ExchangeRecord, FrameMap } from './exchange-columns.js';

export interface ExchangeTask {
  readonly record: ExchangeRecord;
  readonly slots: number;
  readonly self: number;
  readonly shared: SharedArrayBuffer;
  /** Batches sent before and while the clock runs. */
  readonly warmUpBatches: number;
  readonly batches: number;
}

/** Numbers that the slot sent and read, as sums, warm-up included. */
export interface ExchangeResult {
  readonly sumSent: number;
  readonly sumRead: number;
}

/** Shared int32: cell 0 says "go on measuring", a line per slot is its bell, then per ring a head and a tail line, then data. */
const LINE = 32;
const RING_BYTES = 4 * 1024 * 1024;
const SOURCE_BATCHES = 16;

const slotsPerRing = (map: FrameMap): number => Math.max(4, Math.floor(RING_BYTES / map.bytes));
const ringCells = (slots: number, from: number, to: number): number => LINE * (1 + slots + 2 * (from * slots + to));
const dataStart = (slots: number): number => LINE * (1 + slots + 2 * slots * slots);

export function exchangeBytes(record: ExchangeRecord, slots: number): number {
  const map = frameMap(record);
  return dataStart(slots) * 4 + slots * slots * slotsPerRing(map) * map.bytes;
}

class ExchangeSlot {
  readonly #task: ExchangeTask;
  readonly #map: FrameMap;
  readonly #i32: Int32Array;
  readonly #f64: Float64Array;
  readonly #sources: Int32Array[] = [];
  readonly #sourceSums: number[] = [];
  readonly #selections: Int32Array[];
  readonly #counts: Int32Array;
  readonly #heads: number[];
  readonly #tails: number[];
  #ended = 0;
  #sumSent = 0;
  #sumRead = 0;

  constructor(task: ExchangeTask) {
    this.#task = task;
    this.#map = frameMap(task.record);
    this.#i32 = new Int32Array(task.shared);
    this.#f64 = new Float64Array(task.shared);
    for (let i = 0; i < SOURCE_BATCHES; i++) {
      const batch = makeBatch(this.#map, task.self * 1000 + i + 1);
      this.#sources.push(batch);
      this.#sourceSums.push(readFrame(this.#map, batch, new Float64Array(batch.buffer), 0));
    }
    this.#selections = Array.from({ length: task.slots }, () => new Int32Array(BATCH_ROWS));
    this.#counts = new Int32Array(task.slots);
    this.#heads = Array.from({ length: task.slots }, () => 0);
    this.#tails = Array.from({ length: task.slots }, () => 0);
  }

  /** Sends batches `from` to `to`, reading in between. */
  send(from: number, to: number): void {
    for (let batch = from; batch < to; ) {
      const bell = this.#bell();
      const isSent = this.#hasRoom() && this.#sendBatch(batch);
      if (isSent) batch++;
      if (!this.#read() && !isSent) this.#wait(bell);
    }
  }

  /** Tells every slot that no frame of this phase follows and reads until all have told it. */
  finish(): ExchangeResult {
    for (;;) {
      const bell = this.#bell();
      if (this.#hasRoom()) break;
      if (!this.#read()) this.#wait(bell);
    }
    for (let to = 0; to < this.#task.slots; to++) {
      this.#i32[this.#frame(this.#task.self, to, this.#heads[to]!)] = -1;
      this.#publish(to);
    }
    while (this.#ended < this.#task.slots) {
      const bell = this.#bell();
      if (!this.#read()) this.#wait(bell);
    }
    this.#ended = 0;
    return { sumSent: this.#sumSent, sumRead: this.#sumRead };
  }

  #frame(from: number, to: number, count: number): number {
    const { slots } = this.#task;
    const perRing = slotsPerRing(this.#map);
    return dataStart(slots) + ((from * slots + to) * perRing + (count % perRing)) * (this.#map.bytes / 4);
  }

  #hasRoom(): boolean {
    const { slots, self } = this.#task;
    for (let to = 0; to < slots; to++) {
      const tail = Atomics.load(this.#i32, ringCells(slots, self, to) + LINE);
      if (this.#heads[to]! - tail >= slotsPerRing(this.#map)) return false;
    }
    return true;
  }

  #sendBatch(number: number): true {
    const { slots, self } = this.#task;
    const source = this.#sources[number % SOURCE_BATCHES]!;
    const sourceF64 = new Float64Array(source.buffer);
    splitByKey(source, slots, this.#selections, this.#counts);
    for (let to = 0; to < slots; to++) {
      const base = this.#frame(self, to, this.#heads[to]!);
      gather(this.#map, source, sourceF64, this.#selections[to]!, this.#counts[to]!, this.#i32, this.#f64, base);
      this.#publish(to);
    }
    this.#sumSent += this.#sourceSums[number % SOURCE_BATCHES]!;
    return true;
  }

  #publish(to: number): void {
    const { slots, self } = this.#task;
    this.#heads[to]! += 1;
    Atomics.store(this.#i32, ringCells(slots, self, to), this.#heads[to]!);
    this.#ring(to);
  }

  /** Reads one frame of each ring; false when there was none. */
  #read(): boolean {
    const { slots, self } = this.#task;
    let isRead = false;
    for (let from = 0; from < slots; from++) {
      const cells = ringCells(slots, from, self);
      if (Atomics.load(this.#i32, cells) === this.#tails[from]!) continue;
      const base = this.#frame(from, self, this.#tails[from]!);
      if (this.#i32[base] === -1) this.#ended++;
      else this.#sumRead += readFrame(this.#map, this.#i32, this.#f64, base);
      this.#tails[from]! += 1;
      Atomics.store(this.#i32, cells + LINE, this.#tails[from]!);
      this.#ring(from);
      isRead = true;
    }
    return isRead;
  }

  #ring(slot: number): void {
    if (slot === this.#task.self) return;
    Atomics.add(this.#i32, LINE * (1 + slot), 1);
    Atomics.notify(this.#i32, LINE * (1 + slot), 1);
  }

  #bell(): number {
    return Atomics.load(this.#i32, LINE * (1 + this.#task.self));
  }

  #wait(bell: number): void {
    for (let spin = 0; spin < 200; spin++) if (this.#bell() !== bell) return;
    Atomics.wait(this.#i32, LINE * (1 + this.#task.self), bell, 1000);
  }
}

function run(task: ExchangeTask): void {
  const slot = new ExchangeSlot(task);
  const go = new Int32Array(task.shared);
  slot.send(0, task.warmUpBatches);
  // All have read all before any stops to read.
  slot.finish();
  parentPort!.postMessage('warm');
  Atomics.wait(go, 0, 0);
  slot.send(task.warmUpBatches, task.warmUpBatches + task.batches);
  parentPort!.postMessage(slot.finish());
}

// Imported by exchange.ts for its types and layout, run only as a worker.
if (parentPort !== null) run(workerData as ExchangeTask);
