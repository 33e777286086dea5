// What a checkpoint of heap state costs: the cut, the longest stop while it is read, throughput meanwhile, and the whole of
// it against writing the same bytes. Rounds are batches of read-modify-writes at random keys. Wall time: records and
// snapshot share one thread, and what collects garbage stops both, so that stops are compared with those of rounds alone.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TypeInformation, Types } from '#core/types/type-information';
import { NodeClock } from '#platform/clock/node-clock';
import { createHeapKeyedStateBackend } from '#state/heap/heap-keyed-state-backend';
import type { ValueState } from '#state/keyed/keyed-state';
import { MemoryManager } from '#state/tables/memory-manager';
import type { BenchRow } from './bench-row.js';
import { randomKeys } from './state-bench-input.js';
import { takeCheckpoint, type WholeCheckpoint, writeAtOnce } from './whole-checkpoint.js';

const BATCH = 1024;

interface Shape {
  readonly name: string;
  readonly type: TypeInformation;
  readonly keyCount: number;
  readonly first: (key: number) => unknown;
  readonly next: (value: never) => unknown;
}

interface PlainRounds {
  /** M updates per second. */
  readonly rate: number;
  readonly longestRoundMs: number;
}

interface Measured {
  readonly plain: PlainRounds;
  readonly loaded: WholeCheckpoint;
  readonly idle: WholeCheckpoint;
  readonly writeMs: number;
}

export async function heapSnapshotRows({ quick }: { readonly quick: boolean }): Promise<BenchRow[]> {
  const share = quick ? 0.1 : 1;
  const text = 'x'.repeat(78);
  const shapes: readonly Shape[] = [
    { name: 'LONG values', type: Types.LONG, keyCount: 6_250_000 * share, first: (key) => key, next: (value: number) => value + 1 },
    { name: 'ROW values', type: Types.ROW({ count: Types.LONG, text: Types.STRING }), keyCount: 1_050_000 * share, first: (key) => ({ count: key, text }), next: (value: { count: number }) => ({ count: value.count + 1, text }) },
  ];
  const rows: BenchRow[] = [];
  for (const shape of shapes) rows.push(...rowsOf(shape, await measure(shape)));
  return rows;
}

function rowsOf({ name }: Shape, { plain, loaded, idle, writeMs }: Measured): BenchRow[] {
  const label = `heap snapshot, ${Math.round(idle.bytes / 1e6)} MB of ${name}`;
  const flink = "Flink's heap backend, 118 MB end to end";
  const rate = (loaded.rounds * BATCH) / loaded.readMs / 1000;
  const ratio = rate / plain.rate;
  const stopMs = loaded.longestRoundMs;
  return [
    { name: `${label}: cut`, figure: loaded.cutMs, unit: 'ms', anchor: undefined, anchorName: '', ratio: undefined, target: '<= 20 ms', isPass: loaded.cutMs <= 20, higherIsBetter: false },
    { name: `${label}: longest round while it is read`, figure: stopMs, unit: 'ms', anchor: plain.longestRoundMs, anchorName: 'no snapshot, same run', ratio: stopMs / plain.longestRoundMs, target: '<= 20 ms, or the longest without a snapshot and 20 ms', isPass: stopMs <= plain.longestRoundMs + 20, higherIsBetter: false },
    { name: `${label}: updates while it is read`, figure: rate, unit: 'M ops/s', anchor: plain.rate, anchorName: 'no snapshot, same run', ratio, target: '>= 85 %', isPass: ratio >= 0.85, higherIsBetter: true },
    { name: `${label}: whole, records going on`, figure: loaded.wholeMs, unit: 'ms', anchor: 3800, anchorName: flink, ratio: loaded.wholeMs / 3800, target: '', isPass: undefined, higherIsBetter: false },
    { name: `${label}: whole, idle slot`, figure: idle.wholeMs, unit: 'ms', anchor: writeMs, anchorName: 'write + fsync of the same bytes', ratio: idle.wholeMs / writeMs, target: '<= 1 s and <= 2 x', isPass: idle.wholeMs <= 1000 && idle.wholeMs <= 2 * writeMs, higherIsBetter: false },
  ];
}

async function measure({ type, keyCount, first, next }: Shape): Promise<Measured> {
  const memory = MemoryManager.unshared(2 ** 30);
  const backend = createHeapKeyedStateBackend({ keyType: Types.LONG, keyGroupRange: { start: 0, end: 127 }, maxParallelism: 128, memory, clock: new NodeClock(), isObjectReuse: false });
  const state = backend.getState({ kind: 'value', name: 'v', type }) as ValueState<unknown>;
  for (let key = 1; key <= keyCount; key++) {
    backend.setCurrentKey(key);
    state.update(first(key));
  }
  // Small integers, as records hold them: a Float64Array gives doubles, which are boxed.
  const keys = Array.from(randomKeys(1 << 20, keyCount));
  let at = 0;
  const batch = (): void => {
    for (let i = 0; i < BATCH; i++) {
      backend.setCurrentKey(keys[at + i]);
      state.update(next(state.value() as never));
    }
    at = (at + BATCH) % keys.length;
  };
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  try {
    // The first snapshot warms the code up and touches the memory for copies, as a job's first checkpoint does.
    const warming = await takeCheckpoint(backend, folder, 1, batch);
    const plain = runPlain(batch, warming.readMs);
    const loaded = await takeCheckpoint(backend, folder, 2, batch);
    const idle = await takeCheckpoint(backend, folder, 3);
    return { plain, loaded, idle, writeMs: writeAtOnce(folder, idle.bytes) };
  } finally {
    rmSync(folder, { recursive: true });
    backend.release();
  }
}

/** Rounds without a snapshot, for as long as one with it takes. */
function runPlain(batch: () => void, durationMs: number): PlainRounds {
  const start = performance.now();
  let rounds = 0;
  let longestRoundMs = 0;
  for (let last = start; last - start < durationMs; rounds++) {
    batch();
    const now = performance.now();
    longestRoundMs = Math.max(longestRoundMs, now - last);
    last = now;
  }
  return { rate: (rounds * BATCH) / (performance.now() - start) / 1000, longestRoundMs };
}

if (process.argv[1]?.endsWith('heap-snapshot-bench.js') === true) {
  for (const row of await heapSnapshotRows({ quick: process.argv.includes('--quick') })) {
    console.log(`${row.name.padEnd(70)} ${row.figure.toFixed(2).padStart(9)} ${row.unit.padEnd(8)} ${row.anchor?.toFixed(2) ?? ''} ${row.ratio?.toFixed(2) ?? ''} ${row.isPass === undefined ? '' : row.isPass ? 'pass' : 'SHORT'}`);
  }
}
