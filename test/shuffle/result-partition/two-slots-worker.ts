// Worker of two-slots.test.ts: one of two slots that write to each other, and to themselves, through RecordWriter and
// InputGate. Bursts of rows come as from a user's function, whole batches as from an operator; rows of any size, watermarks
// in between. What comes back is checked row by row: nothing lost, nothing early, nothing late. A slot is a sequence of
// steps, so that a test may also run both on one thread, in any order of steps.
import assert from 'node:assert/strict';
import { parentPort, workerData } from 'node:worker_threads';
import { createRowReader, type RowReader } from '#core/codegen/row-reader';
import { FieldTree } from '#core/codegen/field-tree';
import type { Batch } from '#core/columns/frame';
import { FrameMemory } from '#core/columns/frame-memory';
import { schemaOf } from '#core/columns/schema';
import { Types } from '#core/types/type-information';
import { ControlKind } from '#shuffle/channel/channel';
import { createSameSlotChannel } from '#shuffle/channel/same-slot-channel';
import { GateEvent, InputGate } from '#shuffle/input-gate/input-gate';
import { Availability } from '#shuffle/result-partition/availability';
import { RecordWriter } from '#shuffle/result-partition/record-writer';
import { createRingConsumer, createRingProducer } from '#shuffle/ring/ring-channel';
import { ringRegionBytes } from '#shuffle/ring/ring-layout';
import { type BellDoor, DOORBELL_BYTES, SlotDoorbell, WakeCause } from '#shuffle/ring/slot-doorbell';
import { batchOf } from '../../core/columns/random-rows.js';

export interface TwoSlotsTask {
  readonly shared: SharedArrayBuffer;
  readonly self: 0 | 1;
  readonly dataBytes: number;
  readonly rows: number;
  readonly isDeclared: boolean;
  readonly parkTimeoutMs: number;
}

export interface SlotResult {
  readonly rowsRead: number;
  readonly watermarksRead: number;
}

export interface TwoSlotsResult extends SlotResult {
  readonly parks: number;
  readonly timeouts: number;
}

/** 'idle': a round moved nothing, so the slot may sleep until its bell is rung. */
export type SlotStep = 'moved' | 'idle';

interface Row {
  readonly from: number;
  readonly n: number;
  readonly text: string;
}

export const slotRing = (self: number, dataBytes: number): number => 2 * DOORBELL_BYTES + self * ringRegionBytes(dataBytes);

const TYPE = Types.ROW({ from: Types.LONG, n: Types.LONG, text: Types.STRING });
const BURST_ROWS_MAX = 120;

/** Mostly short, some larger than a frame of the smallest ring. */
const textOf = (n: number): string => String.fromCharCode(97 + (n % 26)).repeat(n % 211 === 0 ? 3000 : n % 23);
const channelOf = (n: number): number => (n * 7 + (n >> 3)) % 2;

export class FloodingSlot {
  readonly bell: SlotDoorbell;
  readonly #task: TwoSlotsTask;
  readonly #availability = new Availability();
  readonly #writer: RecordWriter;
  readonly #gate: InputGate;
  readonly #readers = new Map<object, RowReader>();
  /** By sender: number of the next row that can come from it, and of watermarks seen. */
  readonly #nextFrom = [0, 0];
  readonly #watermarksFrom = [0, 0];
  #batch: Batch | undefined;
  #sent = 0;
  #isEndSent = false;
  #rowsRead = 0;

  /** @param door of the doorbells; default Node's threads. */
  constructor(task: TwoSlotsTask, door?: BellDoor) {
    this.#task = task;
    const { self, dataBytes } = task;
    const memory = new FrameMemory(task.shared);
    const bells = [0, 1].map((slot) => new SlotDoorbell(memory.i32, (slot * DOORBELL_BYTES) / 4, door === undefined ? {} : { door }));
    const peer = 1 - self;
    this.bell = bells[self]!;
    const local = createSameSlotChannel(dataBytes, this.bell);
    const producer = createRingProducer(memory, slotRing(self, dataBytes), dataBytes, bells[peer]!);
    const consumer = createRingConsumer(memory, slotRing(peer, dataBytes), dataBytes, bells[peer]!);
    const partition = { kind: 'custom' as const, key: { selector: (row: Row) => row.n, type: undefined }, partition: (n: number) => channelOf(n) };
    this.#writer = new RecordWriter({
      producers: self === 0 ? [local.producer, producer] : [producer, local.producer], partitioner: partition, subtaskIndex: self, consumerMaxParallelism: 128,
      type: task.isDeclared ? TYPE : undefined, reads: FieldTree.all(), availability: this.#availability, attempt: 0, recordBytesMax: 1 << 20, random: () => 0,
    });
    this.#gate = new InputGate({ inputs: [{ input: 0, consumers: self === 0 ? [local.consumer, consumer] : [consumer, local.consumer] }], recordBytesMax: 1 << 20, isExactlyOnce: true, monotonicMs: () => 0 });
  }

  /** Until the end is sent and read. After 'idle' the caller comes back when the bell has rung. */
  *run(): Generator<SlotStep, SlotResult> {
    while (!this.#isDone) {
      const wasBlocked = this.#availability.blocked !== 0;
      const isFree = !wasBlocked || this.#writer.drain();
      yield 'moved';
      const isSending = isFree && this.#send();
      yield 'moved';
      const isReading = this.#read();
      // What became free counts, whether or not there is something to send: it may have been all that was left to do.
      const isFreed = wasBlocked && isFree;
      yield isSending || isReading || isFreed ? 'moved' : 'idle';
    }
    assert.deepEqual(this.#nextFrom, [this.#task.rows, this.#task.rows]);
    return { rowsRead: this.#rowsRead, watermarksRead: this.#watermarksFrom[0]! + this.#watermarksFrom[1]! };
  }

  get #isDone(): boolean {
    return this.#isEndSent && this.#gate.isEnded && this.#writer.isDrained && this.#availability.blocked === 0;
  }

  /** A burst, the rest of a batch, or the end; false when there is nothing left to send. */
  #send(): boolean {
    if (this.#batch !== undefined) {
      if (this.#writer.emitBatch(this.#batch)) this.#batch = undefined;
      return true;
    }
    const { rows, self } = this.#task;
    if (this.#sent === rows) {
      if (this.#isEndSent) return false;
      this.#writer.emitWatermark(rows);
      this.#writer.broadcast(ControlKind.END_OF_INPUT, 0);
      this.#isEndSent = true;
      return true;
    }
    const end = Math.min(rows, this.#sent + 1 + ((Math.imul(this.#sent + 1, 0x9e3779b1) >>> 8) % BURST_ROWS_MAX));
    const burst = Array.from({ length: end - this.#sent }, (_, i): Row => ({ from: self, n: this.#sent + i, text: textOf(this.#sent + i) }));
    if (burst.length % 3 === 0) this.#batch = batchOf(schemaOf(TYPE), burst);
    else for (const row of burst) this.#writer.emit(row, row.n);
    this.#sent = end;
    // A watermark may not pass rows of a batch that waits.
    if (this.#batch === undefined && burst.length % 4 === 0) this.#writer.emitWatermark(end);
    return true;
  }

  #read(): boolean {
    const event = this.#gate.poll();
    if (event === GateEvent.NOTHING) return false;
    const from = this.#gate.channel.index;
    if (event === GateEvent.WATERMARK) {
      const watermark = this.#gate.value;
      const isAfterAll = this.#skipTo(this.#nextFrom[from]!) >= watermark;
      assert.ok(isAfterAll && this.#nextFrom[from]! <= watermark, 'exactly the rows before the watermark have come');
      this.#nextFrom[from] = watermark;
      this.#watermarksFrom[from]!++;
    } else if (event === GateEvent.BATCH) {
      this.#readBatch(from);
    }
    return true;
  }

  #readBatch(from: number): void {
    const { batch } = this.#gate.channel;
    const { schema } = batch.layout;
    let reader = this.#readers.get(schema);
    if (reader === undefined) this.#readers.set(schema, (reader = createRowReader(schema)));
    reader.bind(batch);
    for (let i = 0; i < batch.count; i++) {
      const row = reader.read(i) as Row;
      const expected = this.#skipTo(this.#nextFrom[from]!);
      if (row.from !== from || row.n !== expected || row.text !== textOf(expected)) assert.fail(`row ${row.n} of ${row.from} where ${expected} of ${from} was due`);
      this.#nextFrom[from] = expected + 1;
      this.#rowsRead++;
    }
    this.#gate.channel.release();
  }

  /** The first row from `n` on that is sent here, or the end. */
  #skipTo(n: number): number {
    let next = n;
    while (next < this.#task.rows && channelOf(next) !== this.#task.self) next++;
    return next;
  }
}

function runParking(task: TwoSlotsTask): TwoSlotsResult {
  const slot = new FloodingSlot(task);
  const steps = slot.run();
  let parks = 0;
  let timeouts = 0;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return { ...step.value, parks, timeouts };
    if (step.value === 'moved') continue;
    parks++;
    if (slot.bell.park(task.parkTimeoutMs, () => false) === WakeCause.TIMEOUT) timeouts++;
  }
}

// Imported by the test for its slots and layout, run only as a worker.
if (parentPort !== null) parentPort.postMessage(runParking(workerData as TwoSlotsTask));
