// The engine process as a whole: time from its start to the first result of a one-line job, idle footprint, and how
// fast the main thread answers while slots are saturated.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchRow } from './bench-row.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const CLOCK_TICK_MS = 10;
/** V8 gives back what the start needed in the first seconds; idle begins after that. */
const SETTLE_MS = 15_000;

export async function engineRows(options: { readonly quick: boolean }): Promise<BenchRow[]> {
  const rounds = options.quick ? 5 : 15;
  const program = join(root, 'bench', 'programs', 'one-line.mjs');
  const shell = median(Array.from({ length: rounds }, () => timeToFirstLine([join(root, 'bin', 'millrace.mjs'), 'run', program])));
  const engine = median(Array.from({ length: rounds }, () => timeToFirstLine(['--enable-source-maps', join(root, 'dist', 'bundles', 'cli.js'), 'run', program])));
  const probe = JSON.parse(execFileSync(process.execPath, [join(root, 'dist', 'bench', 'latency-probe.js'), options.quick ? '2000' : '6000'], { encoding: 'utf8' })) as { p50: number; p99: number };
  const idle = await idleFigures(options.quick ? 3000 : 10_000);
  return [
    row('first result of a one-line job, from the engine process', engine, 'ms', '< 300 ms', engine < 300),
    row('first result of a one-line job, from the shell', shell, 'ms', '< 400 ms', shell < 400),
    row('status round trip while slots are saturated, p50', probe.p50, 'ms', '< 10 ms', probe.p50 < 10),
    row('status round trip while slots are saturated, p99', probe.p99, 'ms', '< 50 ms', probe.p99 < 50),
    row('idle engine process with two slots, resident', idle.residentMib, 'MiB', '< 150 MB', idle.residentMib * 1.048576 < 150),
    row('idle engine process with two slots, CPU', idle.cpuShare * 100, '% of one core', '< 1 %', idle.cpuShare < 0.01),
  ];
}

function row(name: string, figure: number, unit: string, target: string, isPass: boolean): BenchRow {
  return { name, figure, unit, anchor: undefined, anchorName: '', ratio: undefined, target, isPass, higherIsBetter: false };
}

/** ms until the process has printed its first line; the time is taken in this process, so node's own start is included. */
function timeToFirstLine(args: readonly string[]): number {
  const script = `
    const { spawn } = require('node:child_process');
    const start = performance.now();
    const child = spawn(process.execPath, ${JSON.stringify(args)}, { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.once('data', () => { process.stdout.write(String(performance.now() - start)); });
  `;
  return Number(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }));
}

/** An engine whose two slots wait for rows of a slow source. */
async function idleFigures(ms: number): Promise<{ residentMib: number; cpuShare: number }> {
  const child = spawn(process.execPath, [join(root, 'dist', 'bundles', 'cli.js'), 'run', '-p', '2', join(root, 'bench', 'programs', 'idle.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const before = cpuMs(child.pid!);
    await new Promise((resolve) => setTimeout(resolve, ms));
    const cpuShare = (cpuMs(child.pid!) - before) / ms;
    const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1];
    return { residentMib: Number(resident) / 1024, cpuShare };
  } finally {
    child.kill('SIGKILL');
  }
}

function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * CLOCK_TICK_MS;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
