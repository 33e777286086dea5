// Worker of ring-bench.ts: one end of one ring (or, for hops, of two). The sums that the consumer returns are checked there.
import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { FrameMemory } from '#core/columns/frame-memory';
import { Polled } from '#shuffle/channel/channel';
import type { ChannelConsumer, ChannelProducer } from '#shuffle/channel/channel';
import { createRingConsumer, createRingProducer } from '#shuffle/ring/ring-channel';
import { ringRegionBytes } from '#shuffle/ring/ring-layout';
import { DOORBELL_BYTES, SlotDoorbell } from '#shuffle/ring/slot-doorbell';

/**
 * items: the producer writes each 8-byte item, the consumer adds each up. read: the producer copies a frame in, the consumer
 * reads each word. copy: the producer copies a frame in, the consumer copies it out. hop: a frame of 16 bytes goes and comes.
 */
export type RingBenchKind = 'items' | 'read' | 'copy' | 'hop';

export interface RingBenchTask {
  readonly kind: RingBenchKind;
  /** 0 sends (or begins the hop), 1 receives (or answers). */
  readonly self: 0 | 1;
  readonly shared: SharedArrayBuffer;
  readonly dataBytes: number;
  readonly frameBytes: number;
  readonly warmUpFrames: number;
  readonly frames: number;
  readonly spinCount: number;
}

export interface RingBenchResult {
  /** From the last warm-up frame to the last frame. */
  readonly seconds: number;
  /** What the consumer added up: the measured frames (copy: its private memory at the end); for hops the median of one way, in microseconds. */
  readonly sum: number;
}

/** Two doorbells, then the ring written by 0, then the ring written by 1. */
export const benchRing = (self: number, dataBytes: number): number => 2 * DOORBELL_BYTES + self * ringRegionBytes(dataBytes);
export const benchBytes = (dataBytes: number): number => 2 * DOORBELL_BYTES + 2 * ringRegionBytes(dataBytes);

/** The private memory that frames are copied from and to, walked through from start to end and again. */
export const PRIVATE_BYTES = 4 * 1024 * 1024;

const nothingElse = (): boolean => false;

function reserve(producer: ChannelProducer, bytes: number, bell: SlotDoorbell): number {
  let offset = producer.tryReserve(bytes);
  while (offset === -1) {
    bell.park(1000, nothingElse);
    offset = producer.tryReserve(bytes);
  }
  return offset;
}

function awaitFrame(consumer: ChannelConsumer, bell: SlotDoorbell): void {
  while (consumer.poll() !== Polled.FRAME) bell.park(1000, nothingElse);
}

function writeItems(f64: Float64Array, start: number, count: number, first: number): void {
  for (let i = 0; i < count; i++) f64[start + i] = first + i;
}

/** Four sums, because one waits 4 cycles for each addition: this reads memory, it does not measure adding. Count: multiple of 4. */
function addUp(f64: Float64Array, start: number, count: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = start; i < start + count; i += 4) {
    a += f64[i]!;
    b += f64[i + 1]!;
    c += f64[i + 2]!;
    d += f64[i + 3]!;
  }
  return a + b + (c + d);
}

/** What word `index` of the private memory holds that frames are copied from. */
export const sourceWord = (index: number): number => index % 1000;

/** Views of `frameBytes` each that cover PRIVATE_BYTES. */
function privateFrames(frameBytes: number, word: (index: number) => number): Uint8Array[] {
  const words = new Float64Array(PRIVATE_BYTES / 8);
  for (let i = 0; i < words.length; i++) words[i] = word(i);
  const frames: Uint8Array[] = [];
  for (let at = 0; at + frameBytes <= PRIVATE_BYTES; at += frameBytes) frames.push(new Uint8Array(words.buffer, at, frameBytes));
  return frames;
}

function produce(task: RingBenchTask, producer: ChannelProducer, bell: SlotDoorbell): RingBenchResult {
  const { frameBytes } = task;
  const { f64, u8 } = producer.memory;
  const items = frameBytes / 8;
  const sources = task.kind === 'items' ? [] : privateFrames(frameBytes, sourceWord);
  for (let frame = 0; frame < task.warmUpFrames + task.frames; frame++) {
    const offset = reserve(producer, frameBytes, bell);
    if (task.kind === 'items') writeItems(f64, offset >>> 3, items, frame);
    else u8.set(sources[frame % sources.length]!, offset);
    producer.publish(frameBytes);
  }
  return { seconds: 0, sum: 0 };
}

function consume(task: RingBenchTask, consumer: ChannelConsumer, bell: SlotDoorbell): RingBenchResult {
  const { frameBytes } = task;
  const { f64, u8 } = consumer.memory;
  const targets = task.kind === 'copy' ? privateFrames(frameBytes, () => -1) : [];
  let sum = 0;
  let started = 0;
  for (let frame = 0; frame < task.warmUpFrames + task.frames; frame++) {
    if (frame === task.warmUpFrames) {
      sum = 0;
      started = performance.now();
    }
    awaitFrame(consumer, bell);
    const { frameOffset } = consumer;
    if (task.kind === 'copy') targets[frame % targets.length]!.set(u8.subarray(frameOffset, frameOffset + frameBytes));
    else sum += addUp(f64, frameOffset >>> 3, frameBytes / 8);
    consumer.releaseFrame();
  }
  const seconds = (performance.now() - started) / 1000;
  for (const target of targets) sum += addUp(new Float64Array(target.buffer, target.byteOffset, frameBytes / 8), 0, frameBytes / 8);
  return { seconds, sum };
}

function hop(task: RingBenchTask, producer: ChannelProducer, consumer: ChannelConsumer, bell: SlotDoorbell): RingBenchResult {
  const oneWayMicros: number[] = [];
  const { i32 } = producer.memory;
  for (let frame = 0; frame < task.warmUpFrames + task.frames; frame++) {
    const sentAt = performance.now();
    if (task.self === 1) {
      awaitFrame(consumer, bell);
      consumer.releaseFrame();
    }
    const offset = reserve(producer, 16, bell);
    i32[offset >>> 2] = frame;
    producer.publish(16);
    if (task.self === 0) {
      awaitFrame(consumer, bell);
      if (i32[consumer.frameOffset >>> 2] !== frame) throw new Error(`hop ${frame} came back as ${i32[consumer.frameOffset >>> 2]}`);
      consumer.releaseFrame();
      if (frame >= task.warmUpFrames) oneWayMicros.push(((performance.now() - sentAt) * 1000) / 2);
    }
  }
  oneWayMicros.sort((left, right) => left - right);
  return { seconds: 0, sum: oneWayMicros[oneWayMicros.length >>> 1] ?? 0 };
}

function run(task: RingBenchTask): RingBenchResult {
  const memory = new FrameMemory(task.shared);
  const peer = 1 - task.self;
  const bell = new SlotDoorbell(memory.i32, (task.self * DOORBELL_BYTES) / 4, { spinCount: task.spinCount });
  const peerBell = new SlotDoorbell(memory.i32, (peer * DOORBELL_BYTES) / 4);
  const producer = createRingProducer(memory, benchRing(task.self, task.dataBytes), task.dataBytes, peerBell);
  const consumer = createRingConsumer(memory, benchRing(peer, task.dataBytes), task.dataBytes, peerBell);
  if (task.kind === 'hop') return hop(task, producer, consumer, bell);
  return task.self === 0 ? produce(task, producer, bell) : consume(task, consumer, bell);
}

// Imported by ring-bench.ts for its types and layout, run only as a worker.
if (parentPort !== null) parentPort.postMessage(run(workerData as RingBenchTask));
