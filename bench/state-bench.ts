// Rows of the state folder: managed tables and slice timers against hand-written kernels of the same run, bucket timers,
// keyed state per key, copy on write. CPU time of the process is what is measured; competitors alternate, the best round of
// each counts. Run alone: node --expose-gc dist/bench/state-bench.js
import { Types } from '#core/types/type-information';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import { createHeapKeyedStateBackend } from '#state/heap/heap-keyed-state-backend';
import type { StateDescriptor, ValueState } from '#state/keyed/keyed-state';
import { CompositeKeyTable } from '#state/tables/composite-key-table';
import { MemoryManager } from '#state/tables/memory-manager';
import { NumericKeyTable } from '#state/tables/numeric-key-table';
import { SliceTables } from '#state/tables/slice-tables';
import { TimerBuckets } from '#state/tables/timer-buckets';
import { InternalTimerService } from '#state/timers/internal-timer-service';
import type { BenchRow } from './bench-row.js';
import { copyOnWriteRows } from './copy-on-write-bench.js';
import { heapSnapshotRows } from './heap-snapshot-bench.js';
import { bestNanoseconds, randomKeys, risingTimestamps } from './state-bench-input.js';
import { CompositeKernel, countRows, findRow, findRows, runBucketKernel, runSliceKernel, TableKernel } from './kernels/tables.js';

const BATCH = 1024;

export interface StateBenchOptions {
  readonly quick: boolean;
}

export async function stateRows(options: StateBenchOptions): Promise<BenchRow[]> {
  return [
    ...tableRows(1_000, options),
    ...tableRows(650_000, options),
    compositeRow(options),
    ...keyedStateRows(options),
    sliceTimerRow(options),
    ...bucketTimerRows(options),
    ...copyOnWriteRows(options),
    ...(await heapSnapshotRows(options)),
  ];
}

function tableRows(keyCount: number, { quick }: StateBenchOptions): BenchRow[] {
  const events = quick ? 4_000_000 : 10_000_000;
  const keys = randomKeys(events, keyCount);
  const rows = new Int32Array(BATCH);
  const kernel = new TableKernel(keyCount);
  const memory = new MemoryManager(new SharedArrayBuffer(1 << 27), { budgetBytes: 1 << 27 });
  const table = new NumericKeyTable(memory, 'bench', { f64: 1, i32: 0, hasAny: false });
  const [byKernel, byTable] = bestNanoseconds(events, quick ? 4 : 7, [
    () => eachBatch(events, (at, count) => {
      findRows(kernel, keys, at, count, rows);
      countRows(kernel.values, rows, count);
    }),
    () => eachBatch(events, (at, count) => {
      table.findOrInsertMany(keys, at, count, rows);
      countRows(table.columns.f64[0]!, rows, count);
    }),
  ]);
  check(table.size === kernel.size, `both tables hold ${kernel.size} keys`);
  return [rateRow(`managed table, ${keyCount} numeric keys, batch access`, byTable!, byKernel!, 'hand-written kernel, same run', '>= 80 % of the kernel', 0.8)];
}

function eachBatch(events: number, body: (at: number, count: number) => void): void {
  for (let at = 0; at < events; at += BATCH) body(at, Math.min(BATCH, events - at));
}

function compositeRow({ quick }: StateBenchOptions): BenchRow {
  const events = quick ? 2_000_000 : 4_000_000;
  const keyCount = 650_000;
  const numbers = randomKeys(events, keyCount);
  // Texts of 8 digits: the number's, so that number and text are one key.
  const bytes = new Uint8Array((keyCount + 1) * 8);
  for (let key = 1; key <= keyCount; key++) for (let digit = 0, rest = key; digit < 8; digit++, rest = Math.floor(rest / 10)) bytes[key * 8 + digit] = 48 + (rest % 10);
  const offsets = Int32Array.from(numbers, (key) => key * 8);
  const lengths = new Int32Array(events).fill(8);
  const parts = [{ kind: 'number' as const, values: numbers, nulls: undefined }, { kind: 'bytes' as const, bytes, offsets, lengths, nulls: undefined }];
  const rows = new Int32Array(BATCH);
  const kernel = new CompositeKernel(keyCount);
  const memory = new MemoryManager(new SharedArrayBuffer(1 << 27), { budgetBytes: 1 << 27 });
  const table = new CompositeKeyTable(memory, 'bench', { f64: 1, i32: 0, hasAny: false }, { kinds: ['number', 'string'], areNullable: [false, false] });
  const [byKernel, byTable] = bestNanoseconds(events, quick ? 4 : 7, [
    () => eachBatch(events, (at, count) => {
      kernel.findRows(numbers, bytes, offsets, lengths, at, count, rows);
      countRows(kernel.values, rows, count);
    }),
    () => eachBatch(events, (at, count) => {
      table.findOrInsertMany(parts, at, count, rows);
      countRows(table.columns.f64[0]!, rows, count);
    }),
  ]);
  check(table.size === kernel.size, `both tables hold ${kernel.size} keys`);
  return rateRow(`managed table, ${keyCount} keys of a number and a text, batch access`, byTable!, byKernel!, 'hand-written kernel, same run', '>= 80 % of the kernel', 0.8);
}

function keyedStateRows({ quick }: StateBenchOptions): BenchRow[] {
  const events = quick ? 500_000 : 2_000_000;
  const keys = Array.from(randomKeys(events, 500_000));
  const shapes: readonly { name: string; descriptor: StateDescriptor; valueOf: (i: number) => unknown }[] = [
    { name: 'LONG', descriptor: { kind: 'value', name: 'v', type: Types.LONG }, valueOf: (i) => i },
    { name: 'STRING', descriptor: { kind: 'value', name: 'v', type: Types.STRING }, valueOf: () => 'some text' },
    { name: 'undeclared number', descriptor: { kind: 'value', name: 'v' }, valueOf: (i) => i },
  ];
  return shapes.flatMap(({ name, descriptor, valueOf }) => {
    const backend = createHeapKeyedStateBackend({
      keyType: Types.LONG, keyGroupRange: { start: 0, end: 127 }, maxParallelism: 128, memory: MemoryManager.unshared(1 << 28), clock: new SimulatedClock(), isObjectReuse: false,
    });
    const state = backend.getState(descriptor) as ValueState<unknown>;
    let seen = 0;
    const kernel = new TableKernel(500_000);
    const [update, get, byHand] = bestNanoseconds(events, quick ? 3 : 5, [
      () => {
        for (let i = 0; i < events; i++) {
          backend.setCurrentKey(keys[i]);
          state.update(valueOf(i));
        }
      },
      () => {
        for (let i = 0; i < events; i++) {
          backend.setCurrentKey(keys[i]);
          if (state.value() !== null) seen++;
        }
      },
      () => {
        for (let i = 0; i < events; i++) kernel.values[findRow(kernel, keys[i]!)] = i;
      },
    ]);
    check(seen > 0, 'values are found');
    backend.release();
    return [
      opsRow(`keyed state, heap, ${name} value, update`, update!),
      opsRow(`keyed state, heap, ${name} value, get`, get!),
      // What memory itself takes: a hand-written table of numbers, key by key.
      costRow(`keyed state, heap, ${name} value, update`, update!, byHand!, 'hand-written table of numbers, key by key, same run', '', undefined),
    ];
  });
}

function sliceTimerRow({ quick }: StateBenchOptions): BenchRow {
  const events = quick ? 4_000_000 : 10_000_000;
  const keys = randomKeys(events, 10_000);
  const timestamps = risingTimestamps(events);
  const sliceMs = 1000;
  let byKernel = 0;
  let byTables = 0;
  const [kernelNs, tablesNs] = bestNanoseconds(events, quick ? 4 : 7, [
    () => (byKernel = runSliceKernel(timestamps, keys, sliceMs, 10_000, BATCH)),
    () => (byTables = runSlices(timestamps, keys, sliceMs)),
  ]);
  check(byKernel === events && byTables === events, `all ${events} events are counted, got ${byKernel} and ${byTables}`);
  return costRow('timer: window slice table, register and fire', tablesNs!, kernelNs!, 'hand-written kernel, same run', '<= 1.3 x the kernel', 1.3);
}

/** As a window operator does: runs of one slice through the slice's table, slices behind the watermark fired and closed. */
function runSlices(timestamps: Float64Array, keys: Float64Array, sliceMs: number): number {
  const slices = new SliceTables(() => new NumericKeyTable(memory, 'slices', { f64: 1, i32: 0, hasAny: false }));
  const memory = MemoryManager.unshared(1 << 26);
  const rows = new Int32Array(BATCH);
  let fired = 0;
  const fireUpTo = (watermark: number): void => {
    while (slices.size > 0 && slices.earliestStart + sliceMs <= watermark) {
      const start = slices.earliestStart;
      const { columns } = slices.tableOf(start);
      const counts = columns.f64[0]!;
      for (let row = 0; row < columns.rowLimit; row++) fired += counts[row]!;
      slices.closeSlice(start);
    }
  };
  for (let at = 0; at < timestamps.length; at += BATCH) {
    const end = Math.min(at + BATCH, timestamps.length);
    for (let from = at; from < end; ) {
      const start = Math.floor(timestamps[from]! / sliceMs) * sliceMs;
      let to = from + 1;
      while (to < end && timestamps[to]! >= start && timestamps[to]! < start + sliceMs) to++;
      const table = slices.tableOf(start);
      table.findOrInsertMany(keys, from, to - from, rows);
      countRows(table.columns.f64[0]!, rows, to - from);
      from = to;
    }
    fireUpTo(timestamps[end - 1]!);
  }
  fireUpTo(Number.POSITIVE_INFINITY);
  return fired;
}

/** 10,000 timers in flight fit the cache, as in the design's prototype; 100,000 show what misses add. */
function bucketTimerRows({ quick }: StateBenchOptions): BenchRow[] {
  const events = quick ? 2_000_000 : 6_000_000;
  const keys = randomKeys(events, 10_000);
  const timestamps = risingTimestamps(events);
  // Kept over the rounds, as a slot's memory is: first touches are no part of a timer.
  const memory = MemoryManager.unshared(1 << 28);
  let fired = 0;
  const [kernelNs, bucketsNs, manyNs, serviceNs] = bestNanoseconds(events, quick ? 3 : 5, [
    () => runBucketKernel(timestamps, keys, 100),
    () => (fired = runBuckets(timestamps, keys, 100, memory)),
    () => runBuckets(timestamps, keys, 1000, memory),
    () => runService(timestamps, keys, 100, memory),
  ]);
  check(fired > events / 2, `timers fire, got ${fired}`);
  const byHand = 'buckets by hand: no check for doubles, no deletion; same run';
  return [
    costRow('timer: buckets, 10 k in flight, register and fire', bucketsNs!, 133, "the design's prototype", '<= 1.3 x 133 ns', 1.3),
    costRow('timer: buckets, 100 k in flight, register and fire', manyNs!, kernelNs!, byHand, '', undefined),
    costRow('timer: service with keys, 10 k in flight, register and fire', serviceNs!, kernelNs!, byHand, '', undefined),
  ];
}

function runBuckets(timestamps: Float64Array, keys: Float64Array, delayMs: number, memory: MemoryManager): number {
  const timers = new TimerBuckets(memory, 'bench');
  let fired = 0;
  for (let at = 0; at < timestamps.length; at += BATCH) {
    const end = Math.min(at + BATCH, timestamps.length);
    for (let i = at; i < end; i++) timers.register(timestamps[i]! + delayMs, keys[i]!, 0);
    const watermark = timestamps[end - 1]!;
    while (timers.pollDue(watermark)) fired++;
  }
  while (timers.pollDue(Number.POSITIVE_INFINITY)) fired++;
  timers.release();
  return fired;
}

function runService(timestamps: Float64Array, keys: Float64Array, delayMs: number, memory: MemoryManager): number {
  const backend = createHeapKeyedStateBackend({ keyType: Types.LONG, keyGroupRange: { start: 0, end: 127 }, maxParallelism: 128, memory, clock: new SimulatedClock(), isObjectReuse: false });
  const timers = new InternalTimerService({ backend, memory });
  let fired = 0;
  const fire = (): void => void fired++;
  const shouldStop = (): boolean => false;
  for (let at = 0; at < timestamps.length; at += BATCH) {
    const end = Math.min(at + BATCH, timestamps.length);
    for (let i = at; i < end; i++) {
      backend.setCurrentKey(keys[i]!);
      timers.registerEventTimeTimer(undefined, timestamps[i]! + delayMs);
    }
    timers.advanceWatermark(timestamps[end - 1]!, fire, shouldStop);
  }
  timers.release();
  backend.release();
  return fired;
}

function rateRow(name: string, ns: number, anchorNs: number, anchorName: string, target: string, ratioMin: number): BenchRow {
  const ratio = anchorNs / ns;
  return { name, figure: 1000 / ns, unit: 'M/s', anchor: 1000 / anchorNs, anchorName, ratio, target, isPass: ratio >= ratioMin, higherIsBetter: true };
}

function costRow(name: string, ns: number, anchorNs: number, anchorName: string, target: string, ratioMax: number | undefined): BenchRow {
  const ratio = ns / anchorNs;
  return { name, figure: ns, unit: 'ns', anchor: anchorNs, anchorName, ratio, target, isPass: ratioMax === undefined ? undefined : ratio <= ratioMax, higherIsBetter: false };
}

function opsRow(name: string, ns: number): BenchRow {
  const figure = 1000 / ns;
  return { name, figure, unit: 'M ops/s', anchor: 9, anchorName: 'flink-benchmarks, best', ratio: figure / 9, target: '>= 9 M ops/s', isPass: figure >= 9, higherIsBetter: true };
}

function check(isTrue: boolean, message: string): void {
  if (!isTrue) throw new Error(`state bench: ${message}`);
}

if (process.argv[1]?.endsWith('state-bench.js') === true) {
  for (const row of await stateRows({ quick: process.argv.includes('--quick') })) {
    const verdict = row.isPass === undefined ? '' : row.isPass ? 'pass' : 'SHORT';
    console.log(`${row.name.padEnd(62)} ${row.figure.toFixed(1).padStart(9)} ${row.unit.padEnd(8)} anchor ${String(row.anchor?.toFixed(1)).padStart(7)} ratio ${String(row.ratio?.toFixed(2)).padStart(5)} ${verdict}`);
  }
}
