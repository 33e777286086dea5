// Runs of `millrace nexmark` in a process of their own, and the figures of Flink that they are held against.
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Flink 2.3 as shipped, heap, mini-batch on, K events per CPU-second (measured once on another machine of the same kind). */
export const FLINK_K: Readonly<Record<string, number>> = {
  q0: 336, q1: 346, q2: 354, q3: 294, q4: 108, q5: 204, q7: 72.5, q8: 327, q9: 68.4, q10: 159, q11: 221, q12: 274, q13: 287, q14: 371, q15: 110, q16: 28.2, q17: 219, q18: 134, q19: 108, q20: 106, q21: 169, q22: 281,
};

/** The same with state in RocksDB, incremental checkpoints; of the queries that were measured so. */
export const FLINK_ROCKSDB_K: Readonly<Record<string, number>> = {
  q3: 331, q4: 64.5, q5: 94.1, q7: 49.7, q8: 314, q9: 41.1, q11: 60, q12: 268, q15: 105, q16: 27.4, q17: 238, q18: 113, q19: 96, q20: 51.3,
};

/** Events of the shorter of the two runs whose difference is a warm figure, as a share of those of the longer one. */
export const SHORT_RUN_SHARE = 0.25;

export interface NexmarkFigures {
  readonly events: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly eventsPerSecond: number;
  readonly eventsPerCpuSecond: number;
  readonly peakRssBytes: number;
  /** Absent where no state lies in RocksDB. */
  readonly hotTierHitRate?: number;
  readonly sstBytes: number;
}

export interface NexmarkBenchRun {
  readonly query: string;
  readonly api: 'sql' | 'datastream';
  readonly events: number;
  readonly parallelism: number;
}

/** Arguments of node, which then prints what figuresOf reads. @param settings `key=value`. */
export function commandOf({ query, api, events, parallelism }: NexmarkBenchRun, settings: readonly string[] = []): readonly string[] {
  return [join(root, 'bin', 'millrace.mjs'), 'nexmark', '--query', query, '--api', api, '--events', String(events), '-p', String(parallelism), '--format', 'ndjson', ...settings.flatMap((setting) => ['-D', setting])];
}

export function figuresOf(text: string): NexmarkFigures {
  return JSON.parse(text.trim().split('\n').at(-1)!) as NexmarkFigures;
}

/** Queries that have a hand-written kernel. */
export const KERNEL_QUERIES = ['q0', 'q1', 'q2', 'q3', 'q5', 'q8', 'q11'] as const;

/** M events per CPU-second of the query's hand-written kernel, in a process of its own. */
export function kernelFigure(query: string, events: number): number {
  const text = execFileSync(process.execPath, [join(root, 'dist', 'bench', 'kernels', 'nexmark-kernel-report.js'), String(events), query], { encoding: 'utf8' });
  return Number(/([\d.]+) M events\/CPU-s/.exec(text)![1]);
}

/** Events per CPU-second after the warm-up: what the longer run did beyond the shorter one. */
export function warmRate(short: NexmarkFigures, long: NexmarkFigures): number {
  return (long.events - short.events) / (long.cpuSeconds - short.cpuSeconds);
}

export function geometricMean(ratios: readonly number[]): number {
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
}
