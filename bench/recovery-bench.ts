// How long a job is away when its engine process is killed: from the kill to the first row it processes again, with its
// state back. Includes that the parent notices, the start of the engine, the program, and reading the checkpoint.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchRow } from './bench-row.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const PROGRAM = join(root, 'bench', 'programs', 'recovery.mjs');
const KEYS = 700_000;
const CHARS = 120;
const WAIT_MS_MAX = 120_000;

export async function recoveryRows(options: { readonly quick: boolean }): Promise<BenchRow[]> {
  const rounds = options.quick ? 1 : 3;
  const large: Recovery[] = [];
  for (let round = 0; round < rounds; round++) large.push(await recover(KEYS));
  const small = await recover(100);
  const ms = median(large.map((recovery) => recovery.ms));
  const bytes = large[0]!.bytes;
  return [
    row(`recovery to the first row, checkpoint of ${Math.round(bytes / 1e6)} MB, process killed`, ms, { target: '< 1 s', isPass: ms < 1000 }, small.ms),
    row('recovery to the first row, checkpoint of some kB, process killed', small.ms, { target: 'no target', isPass: undefined }, undefined),
  ];
}

interface Recovery {
  readonly ms: number;
  /** Of the checkpoint. */
  readonly bytes: number;
}

function row(name: string, figure: number, { target, isPass }: Pick<BenchRow, 'target' | 'isPass'>, anchor: number | undefined): BenchRow {
  return { name, figure, unit: 'ms', anchor, anchorName: anchor === undefined ? '' : 'with hardly any state, same run', ratio: anchor === undefined ? undefined : figure / anchor, target, isPass, higherIsBetter: false };
}

async function recover(keys: number): Promise<Recovery> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-recovery-bench-'));
  const child = spawn(process.execPath, [join(root, 'bin', 'millrace.mjs'), 'run', '-p', '2', `-Dexecution.checkpointing.dir=${directory}`, '-Dexecution.checkpointing.interval=1s',
    '-Dtaskmanager.memory.managed.size=800mb', '-Drestart-strategy.exponential-delay.initial-backoff=1ms', PROGRAM, String(keys), String(CHARS)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
  try {
    await until(() => stdout.includes('filled'), () => stderr);
    const atFilled = newestCheckpoint(directory)?.id ?? 0;
    await until(() => (newestCheckpoint(directory)?.id ?? 0) > atFilled + 1, () => stderr);
    const bytes = newestCheckpoint(directory)!.bytes;
    const engine = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')[0]);
    const killedMs = Date.now();
    process.kill(engine, 'SIGKILL');
    await until(() => /^first \d+ .*$/m.test(stdout), () => stderr);
    const [, firstMs, how] = /^first (\d+) (.*)$/m.exec(stdout)!;
    if (how !== 'with state') throw new Error(`the job began ${how}`);
    return { ms: Number(firstMs) - killedMs, bytes };
  } finally {
    const ended = new Promise((resolve) => child.on('close', resolve));
    child.kill('SIGTERM');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  }
}

function newestCheckpoint(directory: string): { readonly id: number; readonly bytes: number } | undefined {
  const all = readdirSync(directory).flatMap((job) => readdirSync(join(directory, job)).flatMap((name) => {
    const id = /^chk-(\d+)$/.exec(name)?.[1];
    if (id === undefined) return [];
    try {
      const files = readdirSync(join(directory, job, name));
      if (!files.includes('_metadata')) return [];
      return [{ id: Number(id), bytes: files.reduce((sum, file) => sum + statSync(join(directory, job, name, file)).size, 0) }];
    } catch {
      // Subsumed meanwhile.
      return [];
    }
  }));
  return all.sort((a, b) => a.id - b.id).at(-1);
}

async function until(condition: () => boolean, said: () => string): Promise<void> {
  const untilMs = performance.now() + WAIT_MS_MAX;
  while (!condition()) {
    if (performance.now() > untilMs) throw new Error(`it has not come: ${said()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
