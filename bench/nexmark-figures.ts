// Runs of `millrace nexmark` in a process of their own, and the figures of Flink that they are held against.
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Flink 2.3 as shipped, heap, mini-batch on, K events per CPU-second (measured once on another machine of the same kind). */
export const FLINK_K: Readonly<Record<string, number>> = {
  q0: 336, q1: 346, q2: 354, q3: 294, q4: 108, q5: 204, q7: 72.5, q8: 327, q9: 68.4, q10: 159, q11: 221, q12: 274, q13: 287, q14: 371, q15: 110, q16: 28.2, q17: 219, q18: 134, q19: 108, q20: 106, q21: 169, q22: 281,
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
