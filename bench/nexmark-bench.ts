// Nexmark, whole engine process, DataStream API, `--source full`: M events per CPU-second (all threads, start-up and
// compiler included) against the hand-written kernel of the same query in a process of its own, in the same run. Wall rates
// are those after the warm-up, for every parallelism alike: the slope between a shorter and a longer run, so that what each
// worker pays once (loading, compiling) falls out.
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { BenchRow } from './bench-row.js';
import { commandOf, figuresOf, FLINK_K, KERNEL_QUERIES as QUERIES, kernelFigure, SHORT_RUN_SHARE, type NexmarkFigures } from './nexmark-figures.js';

/** M events per CPU-second that must be reached on the machine where the kernels were first timed; elsewhere the share of the kernel counts. */
const TARGET_M: Readonly<Record<string, number>> = { q0: 1.7, q1: 1.7, q2: 1.7, q3: 1.7, q5: 1.4, q8: 1.6, q11: 1.4 };
const KERNEL_SHARE_MIN = 0.24;
const WALL_SPEEDUP_MIN = 1.6;
/** Where the machine itself gives two processes less than WALL_SPEEDUP_MIN / this, the speed-up is held against what it gives. */
const CEILING_SHARE_MIN = 0.9;
/** A slope of two wall times is off by a third at times: the median of so many is told. */
const WALL_ROUNDS = 3;

export async function nexmarkRows(options: { readonly quick: boolean }): Promise<BenchRow[]> {
  const events = options.quick ? 8_000_000 : 40_000_000;
  const rows: BenchRow[] = [];
  for (const query of QUERIES) {
    const kernelM = kernelFigure(query, Math.min(events, 4_000_000));
    const one = engineFigure(query, events, 1);
    const engineM = one.eventsPerCpuSecond / 1e6;
    const rounds = options.quick ? 1 : WALL_ROUNDS;
    const warmOne = await medianOf(rounds, (round) => warmRate(engineFigure(query, events * SHORT_RUN_SHARE, 1), round === 0 ? one : engineFigure(query, events, 1)));
    const warmTwo = await medianOf(rounds, () => warmRate(engineFigure(query, events * SHORT_RUN_SHARE, 2), engineFigure(query, events, 2)));
    const ceiling = await medianOf(rounds, async () => warmRate(await twoProcesses(query, events * SHORT_RUN_SHARE), await twoProcesses(query, events)));
    const wanted = Math.min(WALL_SPEEDUP_MIN, CEILING_SHARE_MIN * (ceiling / warmOne));
    rows.push(
      row(`${query} events per CPU-second, p=1 (share of kernel)`, engineM, 'M events/CPU-s', kernelM, 'hand-written kernel, same run', `>= ${KERNEL_SHARE_MIN * 100} % of the kernel`, engineM / kernelM >= KERNEL_SHARE_MIN),
      row(`${query} events per CPU-second, p=1 (times Flink heap)`, engineM, 'M events/CPU-s', FLINK_K[query]! / 1000, 'Flink 2.3 heap, other machine', `>= ${TARGET_M[query]} M`, engineM >= TARGET_M[query]!),
      row(`${query} warm wall rate p=2 over p=1`, warmTwo / 1e6, 'M events/s', warmOne / 1e6, 'p=1, same run', `>= ${wanted.toFixed(2)} x (${WALL_SPEEDUP_MIN}, or ${CEILING_SHARE_MIN} of the ceiling)`, warmTwo / warmOne >= wanted),
      row(`${query} ceiling of this machine: two processes of p=1`, ceiling / 1e6, 'M events/s', warmOne / 1e6, 'one process, same run', 'reported', undefined),
      row(`${query} peak resident memory, p=1`, one.peakRssBytes / 2 ** 20, 'MiB', undefined, '', 'reported', undefined),
    );
  }
  return rows;
}

async function medianOf(rounds: number, measure: (round: number) => number | Promise<number>): Promise<number> {
  const figures: number[] = [];
  for (let round = 0; round < rounds; round++) figures.push(await measure(round));
  return figures.sort((a, b) => a - b)[Math.floor(rounds / 2)]!;
}

function row(name: string, figure: number, unit: string, anchor: number | undefined, anchorName: string, target: string, isPass: boolean | undefined): BenchRow {
  return { name, figure, unit, anchor, anchorName, ratio: anchor === undefined ? undefined : figure / anchor, target, isPass, higherIsBetter: true };
}

function engineFigure(query: string, events: number, parallelism: number): NexmarkFigures {
  return figuresOf(execFileSync(process.execPath, commandOf({ query, api: 'datastream', events, parallelism }), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
}

/** Events per second by which the longer run differs from the shorter one. */
function warmRate(short: Pick<NexmarkFigures, 'events' | 'seconds'>, long: Pick<NexmarkFigures, 'events' | 'seconds'>): number {
  return (long.events - short.events) / (long.seconds - short.seconds);
}

/** Two engine processes at once, each with one slot and half of the events: no program on two cores does better. */
async function twoProcesses(query: string, events: number): Promise<Pick<NexmarkFigures, 'events' | 'seconds'>> {
  const run = async (): Promise<NexmarkFigures> => figuresOf((await promisify(execFile)(process.execPath, commandOf({ query, api: 'datastream', events: events / 2, parallelism: 1 }), { encoding: 'utf8' })).stdout);
  const [first, second] = await Promise.all([run(), run()]);
  return { events: first.events + second.events, seconds: (first.seconds + second.seconds) / 2 };
}
