// Nexmark in SQL, whole engine process, `--source full`, heap, a checkpoint every 10 s: M events per CPU-second after the
// warm-up, beside what Flink 2.3 reached as shipped on another machine of the same kind, and the geometric mean of the ratios.
// Warm figures are slopes of events over CPU time between a shorter and a longer run. An event counts once, whatever reads it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchRow } from './bench-row.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
/** Flink 2.3 as shipped, heap, mini-batch on, K events per CPU-second. */
const FLINK_K: Readonly<Record<string, number>> = {
  q0: 336, q1: 346, q2: 354, q3: 294, q4: 108, q5: 204, q7: 72.5, q8: 327, q9: 68.4, q10: 159, q11: 221, q12: 274, q13: 287, q14: 371, q15: 110, q16: 28.2, q17: 219, q18: 134, q19: 108, q20: 106, q21: 169, q22: 281,
};
const RATIO_MIN = 8;
const MEAN_RATIO_MIN = 15;
const SHORT_RUN_SHARE = 0.25;

interface SqlFigures {
  readonly events: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

export function nexmarkSqlRows(options: { readonly quick: boolean }): BenchRow[] {
  const events = options.quick ? 2_000_000 : 8_000_000;
  const checkpoints = mkdtempSync(join(tmpdir(), 'millrace-sql-bench-'));
  try {
    const rows = Object.entries(FLINK_K).flatMap(([query, flinkK]) => queryRows(query, flinkK, events, checkpoints));
    const ratios = rows.map(({ ratio }) => ratio).filter((ratio) => ratio !== undefined);
    const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
    return [...rows, { name: 'geometric mean of the ratios to Flink heap', figure: mean, unit: 'times Flink', anchor: undefined, anchorName: '', ratio: undefined, target: `>= ${MEAN_RATIO_MIN}`, isPass: mean >= MEAN_RATIO_MIN, higherIsBetter: true }];
  } finally {
    rmSync(checkpoints, { recursive: true, force: true });
  }
}

function queryRows(query: string, flinkK: number, events: number, checkpoints: string): BenchRow[] {
  const short = sqlFigures(query, events * SHORT_RUN_SHARE, checkpoints);
  const long = sqlFigures(query, events, checkpoints);
  const warm = (long.events - short.events) / (long.cpuSeconds - short.cpuSeconds) / 1e6;
  const anchor = flinkK / 1000;
  return [
    { name: `${query} in SQL, warm, p=1`, figure: warm, unit: 'M events/CPU-s', anchor, anchorName: 'Flink 2.3 heap, other machine', ratio: warm / anchor, target: `>= ${RATIO_MIN} x`, isPass: warm / anchor >= RATIO_MIN, higherIsBetter: true },
    { name: `${query} peak resident memory`, figure: long.peakRssBytes / 2 ** 20, unit: 'MiB', anchor: undefined, anchorName: '', ratio: undefined, target: 'reported', isPass: undefined, higherIsBetter: false },
  ];
}

function sqlFigures(query: string, events: number, checkpoints: string): SqlFigures {
  const settings = ['-D', 'execution.checkpointing.interval=10s', '-D', `execution.checkpointing.dir=${checkpoints}`];
  const words = [join(root, 'bin', 'millrace.mjs'), 'nexmark', '--query', query, '--api', 'sql', '--events', String(events), '-p', '1', '--format', 'ndjson', ...settings];
  const text = execFileSync(process.execPath, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const figures = JSON.parse(text.trim().split('\n').at(-1)!) as SqlFigures;
  return { ...figures, events };
}
