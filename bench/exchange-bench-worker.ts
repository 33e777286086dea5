// Worker of exchange-bench.ts: one slot of the engine's exchange by key. It sends column batches through a RecordWriter to
// every slot, itself included, and reads what its InputGate gives, every number and the ends of every string.
import { parentPort, workerData } from 'node:worker_threads';
import { createRowWriter } from '#core/codegen/row-writer';
import { Batch, layoutOf } from '#core/columns/frame';
import { FrameMemory } from '#core/columns/frame-memory';
import { schemaOf } from '#core/columns/schema';
import { type TypeInformation, Types } from '#core/types/type-information';
import type { ChannelConsumer, ChannelProducer } from '#shuffle/channel/channel';
import { createSameSlotChannel } from '#shuffle/channel/same-slot-channel';
import { GateEvent, InputGate } from '#shuffle/input-gate/input-gate';
import { Availability } from '#shuffle/result-partition/availability';
import { RecordWriter } from '#shuffle/result-partition/record-writer';
import { createRingConsumer, createRingProducer } from '#shuffle/ring/ring-channel';
import { ringRegionBytes } from '#shuffle/ring/ring-layout';
import { DOORBELL_BYTES, SlotDoorbell } from '#shuffle/ring/slot-doorbell';
import { FieldTree } from '#core/codegen/field-tree';
import { BATCH_ROWS } from './kernels/exchange-columns.js';
import type { ExchangeRecord } from './kernels/exchange-columns.js';

export interface EngineExchangeTask {
  readonly record: ExchangeRecord;
  readonly slots: number;
  readonly self: number;
  readonly shared: SharedArrayBuffer;
  readonly warmUpBatches: number;
  readonly batches: number;
}

export interface EngineExchangeResult {
  readonly sumSent: number;
  readonly sumRead: number;
  readonly rowsRead: number;
}

export const RING_BYTES = 4 * 1024 * 1024;
const SOURCE_BATCHES = 16;
const RECORD_BYTES_MAX = 64 * 1024 * 1024;
/** As the hand-written exchange: looks at the bell this often before it sleeps. */
const SPIN_COUNT = 200;

/** Event time is the third number of the narrow record, and the bid's date. */
const TYPES: Readonly<Record<ExchangeRecord, TypeInformation>> = {
  narrow: Types.ROW({ key: Types.LONG, value: Types.DOUBLE }),
  bid: Types.ROW({ auction: Types.LONG, bidder: Types.LONG, price: Types.LONG, channel: Types.STRING, url: Types.STRING, extra: Types.STRING }),
};

/** Shared memory: a line that says "go on measuring", a doorbell per slot, then the ring from slot a to slot b at a * slots + b. */
export const goCells = 32;
const bellCell = (slot: number): number => goCells + (slot * DOORBELL_BYTES) / 4;
export const ringAt = (slots: number, from: number, to: number): number => goCells * 4 + slots * DOORBELL_BYTES + (from * slots + to) * ringRegionBytes(RING_BYTES);
export const exchangeMemoryBytes = (slots: number): number => ringAt(slots, slots, 0);

class EngineSlot {
  readonly #task: EngineExchangeTask;
  readonly #bell: SlotDoorbell;
  readonly #availability = new Availability();
  readonly #writer: RecordWriter;
  readonly #gate: InputGate;
  readonly #sources: Batch[] = [];
  readonly #sourceSums: number[] = [];
  #marksRead = 0;
  #sumSent = 0;
  #sumRead = 0;
  #rowsRead = 0;

  constructor(task: EngineExchangeTask) {
    this.#task = task;
    const { slots, self } = task;
    const memory = new FrameMemory(task.shared);
    const bells = Array.from({ length: slots }, (_, slot) => new SlotDoorbell(memory.i32, bellCell(slot), { spinCount: SPIN_COUNT }));
    this.#bell = bells[self]!;
    const local = createSameSlotChannel(RING_BYTES, this.#bell);
    const producers = bells.map((bell, to): ChannelProducer => (to === self ? local.producer : createRingProducer(memory, ringAt(slots, self, to), RING_BYTES, bell)));
    const consumers = bells.map((bell, from): ChannelConsumer => (from === self ? local.consumer : createRingConsumer(memory, ringAt(slots, from, self), RING_BYTES, bell)));
    const type = TYPES[task.record];
    this.#writer = new RecordWriter({
      producers, type, partitioner: { kind: 'hash', key: { selector: (row: { key: number }) => row.key, type: Types.LONG }, keyColumns: [0] }, subtaskIndex: self,
      consumerMaxParallelism: 128, reads: FieldTree.all(), availability: this.#availability, attempt: 0, recordBytesMax: RECORD_BYTES_MAX, random: () => 0,
    });
    this.#gate = new InputGate({ inputs: [{ input: 0, consumers }], recordBytesMax: RECORD_BYTES_MAX, isExactlyOnce: true, monotonicMs: () => 0 });
    for (let i = 0; i < SOURCE_BATCHES; i++) {
      const batch = makeBatch(type, task.record, self * 1000 + i + 1);
      this.#sources.push(batch);
      this.#sourceSums.push(readBatch(batch));
    }
  }

  /** Sends batches `from` to `to`, reading in between. */
  send(from: number, to: number): void {
    for (let number = from; number < to; ) {
      const isSent = this.#isFree() && this.#writer.emitBatch(this.#sources[number % SOURCE_BATCHES]!);
      if (isSent) {
        this.#sumSent += this.#sourceSums[number % SOURCE_BATCHES]!;
        number++;
      }
      if (!this.#read() && !isSent && !this.#isFree()) this.#wait();
    }
  }

  /** Tells every slot that no row of this phase follows and reads until all have told it. */
  finish(): EngineExchangeResult {
    this.#writer.emitWatermark(0);
    while (this.#marksRead < this.#task.slots) {
      this.#isFree();
      if (!this.#read()) this.#wait();
    }
    this.#marksRead = 0;
    return { sumSent: this.#sumSent, sumRead: this.#sumRead, rowsRead: this.#rowsRead };
  }

  #isFree(): boolean {
    return this.#availability.blocked === 0 || this.#writer.drain();
  }

  /** Reads up to one frame of each channel; false when there was none. */
  #read(): boolean {
    let isRead = false;
    for (let tries = 0; tries < this.#task.slots; tries++) {
      const event = this.#gate.poll();
      if (event === GateEvent.NOTHING) break;
      isRead = true;
      if (event === GateEvent.WATERMARK) {
        this.#marksRead++;
        continue;
      }
      const { channel } = this.#gate;
      this.#sumRead += readBatch(channel.batch);
      this.#rowsRead += channel.batch.count;
      channel.release();
    }
    return isRead;
  }

  #wait(): void {
    this.#bell.park(1000, () => false);
  }
}

/** Adds up the numbers and of each string its words and first and last byte, as the hand-written exchange does. */
function readBatch(batch: Batch): number {
  const { memory, base, layout, count } = batch;
  let sum = sumF64(memory.f64, (base + layout.eventTimes) / 8, count);
  for (const column of layout.columns) {
    if (column.kind === 'f64') sum += sumF64(memory.f64, (base + column.data) / 8, count);
    else sum += sumText(memory.i32, (base + column.data) / 4, (base + column.lengths) / 4, (base + layout.heapStart) / 4, count);
  }
  return sum;
}

function sumF64(f64: Float64Array, at: number, n: number): number {
  let sum = 0;
  for (let i = at; i < at + n; i++) sum += f64[i]!;
  return sum;
}

function sumText(i32: Int32Array, offsets: number, lengths: number, heap: number, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const first = heap + (i32[offsets + i]! >>> 2);
    const words = i32[lengths + i]! >>> 2;
    sum += words + (i32[first]! & 255) + (i32[first + words - 1]! & 255);
  }
  return sum;
}

/** BATCH_ROWS rows whose numbers and texts are distributed as in the hand-written exchange. */
function makeBatch(type: TypeInformation, record: ExchangeRecord, seed: number): Batch {
  let state = (seed * 2654435761) | 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  const text = (length: number): string => Array.from({ length }, () => String.fromCharCode(32 + (next() % 95))).join('');
  const schema = schemaOf(type);
  const layout = layoutOf(schema, BATCH_ROWS);
  const bytes = layout.heapStart + (record === 'bid' ? 108 * BATCH_ROWS : 0);
  const memory = FrameMemory.allocate(bytes);
  const writer = createRowWriter(schema);
  writer.open(memory, 0, layout, bytes);
  for (let row = 0; row < BATCH_ROWS; row++) {
    const key = next() % 100_000;
    writer.append(record === 'narrow' ? { key, value: next() % 1_000_000 }
      : { auction: key, bidder: next() % 100_000, price: next() % 1_000_000, channel: text(8), url: text(68), extra: text(32) }, next() % 1_000_000);
  }
  const batch = new Batch(memory, layout);
  writer.finish(batch);
  return batch;
}

function run(task: EngineExchangeTask): void {
  const slot = new EngineSlot(task);
  const go = new Int32Array(task.shared);
  slot.send(0, task.warmUpBatches);
  // All have read all before any stops to read.
  slot.finish();
  parentPort!.postMessage('warm');
  Atomics.wait(go, 0, 0);
  slot.send(task.warmUpBatches, task.warmUpBatches + task.batches);
  parentPort!.postMessage(slot.finish());
}

// Imported by exchange-bench.ts for its types and layout, run only as a worker.
if (parentPort !== null) run(workerData as EngineExchangeTask);
