// Rows of keyed state in RocksDB: read-modify-write of a 16-byte value through the state interface, with keys that fit the
// hot tier, skewed and uniform over more; and a checkpoint after one key in a hundred was updated. Wall time, since
// RocksDB's own threads work beside. Without the addon there are no rows; with the system's library (assertions on) the
// rows say so. Run alone: node --expose-gc dist/bench/rocksdb-state-bench.js [--quick]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Configuration } from '#core/config/configuration';
import { Types } from '#core/types/type-information';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import { NodeFiles } from '#platform/files/node-files';
import { NodeRandom } from '#platform/random/node-random';
import type { StateDescriptor, ValueState } from '#state/keyed/keyed-state';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import { createRocksDbKeyedStateBackend } from '#state/rocksdb/rocksdb-keyed-state-backend';
import { rocksDbSettingsOf } from '#state/rocksdb/rocksdb-settings';
import { RocksDbSlot } from '#state/rocksdb/rocksdb-slot';
import type { FileSet } from '#state/snapshot/file-set';
import type { SnapshotOutput } from '#state/snapshot/deferred-snapshot';
import { MemoryManager } from '#state/tables/memory-manager';
import type { BenchRow } from './bench-row.js';

const MANAGED_BYTES = 512 << 20;
/** Two doubles, the 16 bytes of the targets. */
const TYPE = Types.ROW({ count: Types.DOUBLE, sum: Types.DOUBLE });
const DESCRIPTOR: StateDescriptor = { kind: 'value', name: 'sums', type: TYPE };
const FLINK_OPS = 490_000;

export interface RocksDbStateBenchOptions {
  readonly quick: boolean;
}

interface Sums {
  readonly count: number;
  readonly sum: number;
}

export async function rocksdbStateRows({ quick }: RocksDbStateBenchOptions): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-rocksdb-state-bench-'));
  try {
    const slot = openSlot(folder);
    if (slot === undefined) return [];
    const build = `${slot.addon.about.link} ${slot.addon.about.rocksdbVersion}`;
    const keyCount = quick ? 400_000 : 2_000_000;
    const operations = quick ? 300_000 : 1_000_000;
    const rows: BenchRow[] = [];
    rows.push(opsRow('keys fit the hot tier', new Subject(slot, folder, 20_000), operations * 4, 16_000_000, build, (random) => Math.floor(random * 20_000)));
    const large = new Subject(slot, folder, keyCount);
    large.load();
    rows.push(opsRow(`skewed over ${keyCount} keys`, large, operations, 600_000, build, (random) => Math.floor(keyCount ** random) % keyCount));
    rows.push(opsRow(`uniform over ${keyCount} keys`, large, operations, 200_000, build, (random) => Math.floor(random * keyCount)));
    rows.push(...await checkpointRows(large, build));
    large.close();
    slot.close();
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function openSlot(folder: string): RocksDbSlot | undefined {
  const memory = new MemoryManager(new SharedArrayBuffer(MANAGED_BYTES), { budgetBytes: MANAGED_BYTES });
  try {
    return RocksDbSlot.open({ settings: rocksDbSettingsOf(Configuration.fromMap({ 'state.backend.rocksdb.use-bloom-filter': 'true', 'state.backend.rocksdb.writebuffer.size': '16 mb' })), memory, temporaryDirectory: folder });
  } catch (error) {
    console.error(`  no rows: ${(error as Error).message}`);
    return undefined;
  }
}

class Subject {
  readonly keyCount: number;
  readonly backend: KeyedStateBackend;
  readonly #state: ValueState<Sums>;
  #seed = 0x2545f491;

  constructor(slot: RocksDbSlot, folder: string, keyCount: number) {
    this.keyCount = keyCount;
    this.backend = createRocksDbKeyedStateBackend({
      keyType: Types.LONG, keyGroupRange: { start: 0, end: 127 }, maxParallelism: 128, clock: new SimulatedClock(), slot, files: new NodeFiles(new NodeRandom()), directory: join(folder, `keys-${keyCount}`),
    });
    this.#state = this.backend.getState(DESCRIPTOR) as ValueState<Sums>;
  }

  load(): void {
    for (let key = 0; key < this.keyCount; key++) this.update(key);
  }

  /** Read, modify, write. */
  update(key: number): void {
    this.backend.setCurrentKey(key);
    const before = this.#state.value();
    this.#state.update(before === null ? { count: 1, sum: key } : { count: before.count + 1, sum: before.sum + key });
  }

  run(operations: number, keyOf: (random: number) => number): void {
    for (let i = 0; i < operations; i++) {
      this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) | 0;
      this.update(keyOf((this.#seed >>> 0) / 2 ** 32));
    }
  }

  close(): void {
    this.backend.release();
  }
}

function opsRow(name: string, subject: Subject, operations: number, target: number, build: string, keyOf: (random: number) => number): BenchRow {
  let best = 0;
  for (let round = 0; round < 4; round++) {
    const before = process.hrtime.bigint();
    subject.run(operations, keyOf);
    if (round > 0) best = Math.max(best, operations / (Number(process.hrtime.bigint() - before) / 1e9));
  }
  return {
    name: `keyed state, RocksDB, read-modify-write, ${name}`, figure: best, unit: `/s (${build})`, anchor: FLINK_OPS, anchorName: '/s, flink-benchmarks', ratio: best / FLINK_OPS,
    target: `>= ${target} /s`, isPass: best >= target, higherIsBetter: true,
  };
}

/** What stops the record thread, what goes on beside, and the bytes that are new, after one key in a hundred was updated. */
async function checkpointRows(subject: Subject, build: string): Promise<BenchRow[]> {
  const first = await checkpoint(subject, 1);
  for (let n = 0; n < subject.keyCount / 100; n++) subject.update(n * 100);
  const second = await checkpoint(subject, 2);
  const known = new Set(first.files.map((file) => file.name));
  const allBytes = second.files.reduce((sum, file) => sum + file.bytes, 0);
  const newBytes = second.files.reduce((sum, file) => sum + (file.sharedId !== undefined && known.has(file.name) ? 0 : file.bytes), 0);
  const share = (newBytes / allBytes) * 100;
  return [
    { name: 'checkpoint cut, RocksDB, 1 % of the keys updated', figure: second.cutMs, unit: `ms stopped (${build})`, anchor: second.longestMs, anchorName: 'ms, longest slice between records', ratio: undefined, target: '<= 20 ms', isPass: second.cutMs <= 20, higherIsBetter: false },
    { name: 'incremental bytes, RocksDB, 1 % of the keys updated', figure: share, unit: `% of ${allBytes} bytes`, anchor: second.wholeMs, anchorName: 'ms until the files are there', ratio: undefined, target: '<= 1.5 %', isPass: share <= 1.5, higherIsBetter: false },
  ];
}

async function checkpoint(subject: Subject, checkpointId: number): Promise<{ readonly files: FileSet['files']; readonly cutMs: number; readonly longestMs: number; readonly wholeMs: number }> {
  const sets: FileSet[] = [];
  const output: SnapshotOutput = { isFull: false, keyed: () => ({ write: () => {} }), items: () => () => {}, files: (set) => void sets.push(set) };
  const start = performance.now();
  const { deferred = [] } = subject.backend.snapshot({ checkpointId, timestamp: 0, isSavepoint: false, isIncremental: true });
  const cutMs = performance.now() - start;
  let longestMs = 0;
  for (const part of deferred) {
    for (;;) {
      const sliceStart = performance.now();
      const step = part.step(output, () => performance.now() - sliceStart < 1);
      longestMs = Math.max(longestMs, performance.now() - sliceStart);
      if (step === 'done') break;
      if (step !== 'more') await step;
    }
  }
  const wholeMs = performance.now() - start;
  for (const part of deferred) part.release();
  return { files: sets[0]!.files, cutMs, longestMs, wholeMs };
}

if (process.argv[1]?.endsWith('rocksdb-state-bench.js') === true) {
  for (const row of await rocksdbStateRows({ quick: process.argv.includes('--quick') })) console.log(row);
}
