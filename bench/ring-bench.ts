// Rows of the ring: items per second, large frames as a share of memcpy timed in the same run, and hop latency. One producer
// thread and one consumer thread over a 4 MiB ring; sums are checked, so a figure of a ring that loses data is impossible.
import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import type { BenchRow } from './bench-row.js';
import { benchBytes, benchRing, PRIVATE_BYTES, sourceWord } from './ring-bench-worker.js';
import type { RingBenchKind, RingBenchResult, RingBenchTask } from './ring-bench-worker.js';
import { FrameMemory } from '#core/columns/frame-memory';
import { formatRing } from '#shuffle/ring/ring-layout';

const RING_BYTES = 4 * 1024 * 1024;
const KIB = 1024;
/** The best median counts: a neighbour on either core makes a hop wait for the scheduler. */
const HOP_ROUNDS = 3;

function runWorker(task: RingBenchTask): Promise<RingBenchResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./ring-bench-worker.js', import.meta.url), { workerData: task });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

interface Setting {
  readonly frameBytes: number;
  readonly frames: number;
  readonly spinCount: number;
  /** A quarter of the frames, unless given. */
  readonly warmUpFrames?: number;
}

/** Both ends in fresh threads; the result of thread `of`. */
async function runEnds(kind: RingBenchKind, setting: Setting, of: 0 | 1): Promise<RingBenchResult> {
  const shared = new SharedArrayBuffer(benchBytes(RING_BYTES));
  const memory = new FrameMemory(shared);
  for (const self of [0, 1]) formatRing(memory, benchRing(self, RING_BYTES), RING_BYTES);
  const task = { kind, shared, dataBytes: RING_BYTES, warmUpFrames: setting.frames >>> 2, ...setting };
  const results = await Promise.all([runWorker({ ...task, self: 0 }), runWorker({ ...task, self: 1 })]);
  return results[of]!;
}

/** Best of `rounds` fresh pairs of threads: neighbours on the machine only ever make a run slower. */
async function bytesPerSecond(kind: RingBenchKind, setting: Setting, rounds: number): Promise<number> {
  let best = 0;
  for (let round = 0; round < rounds; round++) {
    const { seconds, sum } = await runEnds(kind, setting, 1);
    assert.equal(sum, expectedSum(kind, setting), 'the consumer saw every word');
    best = Math.max(best, (setting.frames * setting.frameBytes) / seconds);
  }
  return best;
}

/** What the consumer must have added up. */
function expectedSum(kind: RingBenchKind, setting: Setting): number {
  const items = setting.frameBytes / 8;
  const first = setting.frames >>> 2;
  const end = first + setting.frames;
  let sum = 0;
  if (kind === 'items') {
    for (let frame = first; frame < end; frame++) sum += items * frame + (items * (items - 1)) / 2;
    return sum;
  }
  const bySource = Array.from({ length: Math.floor(PRIVATE_BYTES / setting.frameBytes) }, (_, source) => {
    let frameSum = 0;
    for (let i = 0; i < items; i++) frameSum += sourceWord(source * items + i);
    return frameSum;
  });
  if (kind === 'copy') return bySource.reduce((left, right) => left + right, 0);
  for (let frame = first; frame < end; frame++) sum += bySource[frame % bySource.length]!;
  return sum;
}

/** One thread copies pieces of `pieceBytes` from one private region to another, both as large as the ring. */
function memcpyBytesPerSecond(pieceBytes: number, pieces: number): number {
  const source = new Uint8Array(PRIVATE_BYTES).fill(1);
  const target = new Uint8Array(PRIVATE_BYTES).fill(2);
  const views: Uint8Array[] = [];
  for (let at = 0; at + pieceBytes <= PRIVATE_BYTES; at += pieceBytes) views.push(source.subarray(at, at + pieceBytes));
  let best = 0;
  for (let round = 0; round < 3; round++) {
    const started = performance.now();
    for (let piece = 0; piece < pieces; piece++) target.set(views[piece % views.length]!, (piece % views.length) * pieceBytes);
    best = Math.max(best, (pieces * pieceBytes) / ((performance.now() - started) / 1000));
  }
  return best;
}

async function itemsRow(quick: boolean): Promise<BenchRow> {
  const frames = quick ? 6_000 : 30_000;
  const figure = (await bytesPerSecond('items', { frameBytes: 32 * KIB, frames, spinCount: 1000 }, quick ? 4 : 5)) / 8e6;
  return row('ring, 8-byte items in frames of 32 KiB, each written and read', figure, 'M items/s', 80, 'LMAX Disruptor 78-89', '>= 80', figure >= 80);
}

async function largeFrameRow(kind: 'read' | 'copy', frameBytes: number, quick: boolean): Promise<BenchRow> {
  const frames = Math.round((quick ? 1 : 4) * 1e9 / frameBytes);
  const memcpy = memcpyBytesPerSecond(frameBytes, frames >>> 1);
  const figure = await bytesPerSecond(kind, { frameBytes, frames, spinCount: 10_000 }, quick ? 4 : 5);
  const what = kind === 'read' ? 'copied in, every word read' : 'copied in, copied out';
  const name = `ring, frames of ${frameBytes / KIB} KiB ${what}`;
  return row(name, figure / 1e9, 'GB/s', memcpy / 1e9, 'memcpy of the same pieces', '>= 0.25 of memcpy', figure >= memcpy / 4);
}

async function hopRow(name: string, setting: Setting, anchor: number, anchorName: string, microsMax: number): Promise<BenchRow> {
  let micros = Infinity;
  for (let round = 0; round < HOP_ROUNDS; round++) micros = Math.min(micros, (await runEnds('hop', setting, 0)).sum);
  return { ...row(name, micros, 'us', anchor, anchorName, `<= ${microsMax}`, micros <= microsMax), higherIsBetter: false };
}

function row(name: string, figure: number, unit: string, anchor: number, anchorName: string, target: string, isPass: boolean): BenchRow {
  return { name, figure, unit, anchor, anchorName, ratio: figure / anchor, target, isPass, higherIsBetter: true };
}

/** All rows of the ring; about 5 s quick, 20 s otherwise. Needs two cores. */
export async function ringRows(options: { quick: boolean }): Promise<BenchRow[]> {
  const { quick } = options;
  return [
    await itemsRow(quick),
    await largeFrameRow('read', 32 * KIB, quick),
    await largeFrameRow('copy', 32 * KIB, quick),
    await largeFrameRow('copy', 256 * KIB, quick),
    await hopRow('hop, consumer hot, p50', { frameBytes: 16, frames: quick ? 50_000 : 200_000, warmUpFrames: 50_000, spinCount: 20_000 }, 0.24, 'prototype', 0.5),
    await hopRow('hop, consumer parked, p50', { frameBytes: 16, frames: quick ? 2_000 : 10_000, spinCount: 0 }, 30, 'prototype 26-36', 50),
  ];
}
