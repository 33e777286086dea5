// One edge in one thread: a RecordWriter over channels of any kind and a gate that reads them, row by row, into one list of
// events per channel. What a slow reader, the smallest rings and overdraft do to order shows in these lists.
import { createRowReader, type RowReader } from '#core/codegen/row-reader';
import { FieldTree } from '#core/codegen/field-tree';
import type { Schema } from '#core/columns/schema';
import { FrameMemory } from '#core/columns/frame-memory';
import type { TypeInformation } from '#core/types/type-information';
import type { Doorbell } from '#shuffle/channel/channel';
import { type ChannelEnds, createSameSlotChannel } from '#shuffle/channel/same-slot-channel';
import { GateEvent, InputGate } from '#shuffle/input-gate/input-gate';
import type { Partitioner } from '#shuffle/partitioner/partitioner';
import { Availability } from '#shuffle/result-partition/availability';
import type { OverdraftSpill } from '#shuffle/result-partition/overdraft-spill';
import { RecordWriter } from '#shuffle/result-partition/record-writer';
import { createRingConsumer, createRingProducer } from '#shuffle/ring/ring-channel';
import { formatRing, ringRegionBytes } from '#shuffle/ring/ring-layout';

export const NO_BELL: Doorbell = { ring: () => undefined };
export const RECORD_BYTES_MAX = 1 << 20;

export function createRing(dataBytes: number): ChannelEnds {
  const memory = new FrameMemory(new SharedArrayBuffer(ringRegionBytes(dataBytes)));
  formatRing(memory, 0, dataBytes);
  // Recycled memory is never clean.
  memory.u8.fill(0xa7, 512 + 128 * 32);
  return { producer: createRingProducer(memory, 0, dataBytes, NO_BELL), consumer: createRingConsumer(memory, 0, dataBytes, NO_BELL) };
}

export const CHANNEL_KINDS: Readonly<Record<string, (dataBytes: number) => ChannelEnds>> = {
  'same-slot': (dataBytes) => createSameSlotChannel(dataBytes, NO_BELL),
  ring: createRing,
};

export type EdgeEvent = { readonly row: unknown; readonly time: number } | { readonly watermark: number } | { readonly ended: true };

export interface EdgeOptions {
  readonly type: TypeInformation | undefined;
  readonly channels?: number;
  readonly dataBytes?: number;
  readonly kind?: string;
  readonly partitioner?: Partitioner;
  readonly subtaskIndex?: number;
  readonly maxParallelism?: number;
  readonly random?: () => number;
  readonly recordBytesMax?: number;
  readonly createSpill?: () => OverdraftSpill;
  readonly overdraftBytesMax?: number;
}

export class Edge {
  readonly availability = new Availability();
  readonly writer: RecordWriter;
  readonly gate: InputGate;
  readonly ends: readonly ChannelEnds[];
  /** By channel. */
  readonly events: EdgeEvent[][];
  readonly #readers = new Map<Schema, RowReader>();

  constructor(options: EdgeOptions) {
    const { type, channels = 1, dataBytes = 4096, kind = 'ring', recordBytesMax = RECORD_BYTES_MAX } = options;
    this.ends = Array.from({ length: channels }, () => CHANNEL_KINDS[kind]!(dataBytes));
    this.events = this.ends.map(() => []);
    this.writer = new RecordWriter({
      producers: this.ends.map(({ producer }) => producer), partitioner: options.partitioner ?? { kind: 'forward' }, subtaskIndex: options.subtaskIndex ?? 0,
      consumerMaxParallelism: options.maxParallelism ?? 128, type, reads: FieldTree.all(), availability: this.availability, attempt: 0, recordBytesMax,
      random: options.random ?? (() => 0), createSpill: options.createSpill, overdraftBytesMax: options.overdraftBytesMax,
    });
    this.gate = new InputGate({ inputs: [{ input: 0, consumers: this.ends.map(({ consumer }) => consumer) }], recordBytesMax, isExactlyOnce: true, monotonicMs: () => 0 });
  }

  /** Takes up to `most` batches and entries. True when there were that many. */
  read(most = Number.POSITIVE_INFINITY): boolean {
    for (let taken = 0; taken < most; taken++) {
      const event = this.gate.poll();
      if (event === GateEvent.NOTHING) return false;
      const list = this.events[this.gate.channel.index]!;
      if (event === GateEvent.WATERMARK) list.push({ watermark: this.gate.value });
      else if (event === GateEvent.CHANNEL_ENDED) list.push({ ended: true });
      else if (event === GateEvent.BATCH) this.#readBatch(list);
    }
    return true;
  }

  /** Until nothing waits on either side. */
  settle(): void {
    this.writer.flush();
    for (let turns = 0; !this.writer.drain() || !this.writer.isDrained; turns++) {
      if (turns > 1_000_000) throw new Error('the edge does not come to rest');
      this.read();
      this.writer.flush();
    }
    this.read();
  }

  /** Rows of a channel without the entries. */
  rows(channel: number): unknown[] {
    return this.events[channel]!.flatMap((event) => ('row' in event ? [event.row] : []));
  }

  #readBatch(list: EdgeEvent[]): void {
    const { batch } = this.gate.channel;
    const { schema } = batch.layout;
    let reader = this.#readers.get(schema);
    if (reader === undefined) this.#readers.set(schema, (reader = createRowReader(schema)));
    reader.bind(batch);
    for (let row = 0; row < batch.count; row++) list.push({ row: reader.read(row), time: reader.eventTime(row) });
    this.gate.channel.release();
  }
}
