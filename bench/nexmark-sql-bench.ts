// Nexmark in SQL, whole engine process, `--source full`, heap, a checkpoint every 10 s: M events per CPU-second after the
// warm-up, beside what Flink 2.3 reached as shipped on another machine of the same kind, and the geometric mean of the ratios.
// Warm figures are slopes of events over CPU time between a shorter and a longer run. An event counts once, whatever reads it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchRow } from './bench-row.js';
import { commandOf, figuresOf, FLINK_K, geometricMean, KERNEL_QUERIES, kernelFigure, SHORT_RUN_SHARE, type NexmarkFigures, warmRate } from './nexmark-figures.js';

const RATIO_MIN = 8;
const MEAN_RATIO_MIN = 15;
const FLINK = 'Flink 2.3 heap, other machine';

export function nexmarkSqlRows(options: { readonly quick: boolean }): BenchRow[] {
  const events = options.quick ? 2_000_000 : 8_000_000;
  const checkpoints = mkdtempSync(join(tmpdir(), 'millrace-sql-bench-'));
  try {
    const rows = Object.entries(FLINK_K).flatMap(([query, flinkK]) => queryRows(query, flinkK, events, checkpoints));
    const mean = geometricMean(rows.filter(({ anchorName }) => anchorName === FLINK).map(({ ratio }) => ratio).filter((ratio) => ratio !== undefined));
    return [...rows, { name: 'geometric mean of the ratios to Flink heap', figure: mean, unit: 'times Flink', anchor: undefined, anchorName: '', ratio: undefined, target: `>= ${MEAN_RATIO_MIN}`, isPass: mean >= MEAN_RATIO_MIN, higherIsBetter: true }];
  } finally {
    rmSync(checkpoints, { recursive: true, force: true });
  }
}

function queryRows(query: string, flinkK: number, events: number, checkpoints: string): BenchRow[] {
  const short = sqlFigures(query, events * SHORT_RUN_SHARE, checkpoints);
  const long = sqlFigures(query, events, checkpoints);
  const warm = warmRate(short, long) / 1e6;
  const anchor = flinkK / 1000;
  const kernelM = KERNEL_QUERIES.some((name) => name === query) ? kernelFigure(query, Math.min(events, 4_000_000)) : undefined;
  return [
    ...(kernelM === undefined ? [] : [{ name: `${query} in SQL, share of kernel`, figure: warm, unit: 'M events/CPU-s', anchor: kernelM, anchorName: 'hand-written kernel, same run', ratio: warm / kernelM, target: 'reported', isPass: undefined, higherIsBetter: true }]),
    { name: `${query} in SQL, warm, p=1`, figure: warm, unit: 'M events/CPU-s', anchor, anchorName: FLINK, ratio: warm / anchor, target: `>= ${RATIO_MIN} x`, isPass: warm / anchor >= RATIO_MIN, higherIsBetter: true },
    { name: `${query} peak resident memory`, figure: long.peakRssBytes / 2 ** 20, unit: 'MiB', anchor: undefined, anchorName: '', ratio: undefined, target: 'reported', isPass: undefined, higherIsBetter: false },
  ];
}

function sqlFigures(query: string, events: number, checkpoints: string): NexmarkFigures {
  const settings = ['execution.checkpointing.interval=10s', `execution.checkpointing.dir=${checkpoints}`];
  return figuresOf(execFileSync(process.execPath, commandOf({ query, api: 'sql', events, parallelism: 1 }, settings), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
}
