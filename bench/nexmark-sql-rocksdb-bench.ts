// Nexmark in SQL with keyed state in RocksDB, incremental checkpoints every 10 s: M events per CPU-second after the warm-up,
// beside what Flink 2.3 reached with its RocksDB on another machine of the same kind. Managed memory is small, so that state
// outgrows it: how often beside each figure; a query whose state does not is told apart and left out of the mean.
// Without the addon there are no rows; with the system's library (assertions on) the rows say so.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RocksDbAddon, rocksDbErrorCode } from '#state/rocksdb/native/rocksdb-addon';
import type { BenchRow } from './bench-row.js';
import { commandOf, figuresOf, FLINK_ROCKSDB_K, geometricMean, SHORT_RUN_SHARE, type NexmarkFigures, warmRate } from './nexmark-figures.js';

const RATIO_MIN = 1.5;
const MEAN_RATIO_MIN = 5;
const MANAGED_BYTES = 16 << 20;
/** Of managed memory, which holds the hot tier, the block cache and write buffers. */
const STATE_TIMES_MIN = 4;

export function nexmarkSqlRocksDbRows(options: { readonly quick: boolean }): BenchRow[] {
  const build = tryBuild();
  if (build === undefined) return [];
  const events = options.quick ? 2_000_000 : 8_000_000;
  const measured = Object.entries(FLINK_ROCKSDB_K).map(([query, flinkK]) => measure(query, flinkK, events));
  const counted = measured.filter(({ stateTimes }) => stateTimes >= STATE_TIMES_MIN).map(({ ratio }) => ratio);
  const rows = measured.flatMap((each) => queryRows(each, build));
  if (counted.length === 0) return rows;
  const mean = geometricMean(counted);
  return [...rows, {
    name: `geometric mean of the ${counted.length} queries whose state is ${STATE_TIMES_MIN} times managed memory`, figure: mean, unit: `times Flink (${build})`, anchor: undefined, anchorName: '', ratio: undefined,
    target: `>= ${MEAN_RATIO_MIN}`, isPass: mean >= MEAN_RATIO_MIN, higherIsBetter: true,
  }];
}

interface Measured {
  readonly query: string;
  readonly warm: number;
  readonly anchor: number;
  readonly ratio: number;
  readonly stateTimes: number;
  readonly hitRate: number;
  readonly sstBytes: number;
}

function measure(query: string, flinkK: number, events: number): Measured {
  const short = runQuery(query, events * SHORT_RUN_SHARE);
  const long = runQuery(query, events);
  const warm = warmRate(short, long) / 1e6;
  const anchor = flinkK / 1000;
  return { query, warm, anchor, ratio: warm / anchor, stateTimes: long.sstBytes / MANAGED_BYTES, hitRate: long.hotTierHitRate ?? Number.NaN, sstBytes: long.sstBytes };
}

function queryRows({ query, warm, anchor, ratio, stateTimes, hitRate, sstBytes }: Measured, build: string): BenchRow[] {
  const hasOutgrown = stateTimes >= STATE_TIMES_MIN;
  const figure = { anchor: undefined, anchorName: '', ratio: undefined, target: 'reported', isPass: undefined, higherIsBetter: true };
  return [
    {
      name: `${query} in SQL on RocksDB, warm, p=1${hasOutgrown ? '' : ', state near memory'}`, figure: warm, unit: `M events/CPU-s (${build})`, anchor, anchorName: 'Flink 2.3 RocksDB, other machine', ratio,
      target: `>= ${RATIO_MIN} x`, isPass: hasOutgrown ? ratio >= RATIO_MIN : undefined, higherIsBetter: true,
    },
    { ...figure, name: `${query} reads answered by the hot tier`, figure: hitRate * 100, unit: '%' },
    { ...figure, name: `${query} bytes in files`, figure: sstBytes / 2 ** 20, unit: `MiB, ${stateTimes.toFixed(1)} x managed memory`, higherIsBetter: false },
  ];
}

function runQuery(query: string, events: number): NexmarkFigures {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-sql-rocksdb-bench-'));
  try {
    const settings = [
      'state.backend.type=rocksdb', 'state.backend.rocksdb.metrics.total-sst-files-size=true', `state.backend.rocksdb.localdir=${join(folder, 'databases')}`, `taskmanager.memory.managed.size=${MANAGED_BYTES}b`,
      'execution.checkpointing.interval=10s', 'execution.checkpointing.incremental=true', `execution.checkpointing.dir=${join(folder, 'checkpoints')}`,
    ];
    return figuresOf(execFileSync(process.execPath, commandOf({ query, api: 'sql', events, parallelism: 1 }, settings), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How the addon was linked, and the version of RocksDB. */
function tryBuild(): string | undefined {
  try {
    const { about } = RocksDbAddon.load();
    return `${about.link} ${about.rocksdbVersion}`;
  } catch (error) {
    if (rocksDbErrorCode(error) !== 'ROCKSDB_UNAVAILABLE') throw error;
    console.log(`  no rows: ${(error as Error).message}`);
    return undefined;
  }
}
