// Runs the recovery job on worker threads, kills one of them in the middle when asked to, and reads what was committed.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalExecutor } from '#client/cluster-client/local-executor';
import type { LocalJobClient } from '#client/cluster-client/local-job-client';
import { createNodePlatform, type Platform } from '#client/platform';
import { Configuration } from '#core/config/configuration';
import { withJobExecutor } from '#datastream/environment/job-executor';
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import type { SpawnOptions, Threads, WorkerThread } from '#platform/threads/threads';
import recoveryJob, { type RecoveryArguments } from './recovery-job.js';
import regionJob, { type RegionArguments } from './region-job.js';
import schemaJob, { type SchemaArguments } from './schema-job.js';
import smallJob, { type SmallArguments } from './small-job.js';
import sqlJob, { type SqlArguments } from './sql-job.js';

interface JobModule {
  readonly url: URL;
  readonly build: (env: StreamExecutionEnvironment, args: readonly string[]) => void;
}

const RECOVERY_JOB: JobModule = { url: new URL('./recovery-job.js', import.meta.url), build: recoveryJob };
const REGION_JOB: JobModule = { url: new URL('./region-job.js', import.meta.url), build: regionJob };
const SCHEMA_JOB: JobModule = { url: new URL('./schema-job.js', import.meta.url), build: schemaJob };
const SQL_JOB: JobModule = { url: new URL('./sql-job.js', import.meta.url), build: sqlJob };
const SMALL_JOB: JobModule = { url: new URL('./small-job.js', import.meta.url), build: smallJob };
const ROWS = 1800;
const RATE = 2500;
export const SMALL = { 'taskmanager.memory.managed.size': '64 mb', 'taskmanager.memory.network.max': '64 mb' };

/** A folder of its own for one test: input, output and checkpoints. */
export class RecoveryFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'millrace-recovery-'));
  readonly checkpoints = join(this.path, 'checkpoints');
  readonly #input = join(this.path, 'input');

  constructor() {
    mkdirSync(this.#input);
    for (let file = 0; file < 3; file++) {
      writeFileSync(join(this.#input, `${file}.ndjson`), Array.from({ length: ROWS / 3 }, (_, n) => `{"key":"f${file}","n":${n}}\n`).join(''));
    }
  }

  arguments(output: string, more: Partial<RecoveryArguments> = {}): RecoveryArguments {
    return { outputDirectory: join(this.path, output), inputDirectory: this.#input, rows: ROWS, ratePerSecond: RATE, gateFiles: [], ...more };
  }

  /** Runs the job without a disturbance; gives the lines it commits. */
  async undisturbedLines(): Promise<readonly string[]> {
    const args = this.arguments('undisturbed');
    assert.equal((await runRecovery(args, 2, SMALL)).error, undefined);
    return committedLines(args.outputDirectory);
  }

  /** Lets the input pass the gate; gates are files of this folder. */
  open(gate: string): void {
    writeFileSync(this.gate(gate), '');
  }

  gate(name: string): string {
    return join(this.path, `gate-${name}`);
  }

  checkpointSettings(): Record<string, unknown> {
    return {
      ...SMALL, 'execution.checkpointing.interval': '50 ms', 'execution.checkpointing.dir': this.checkpoints,
      'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION', 'restart-strategy.type': 'none',
    };
  }

  /** The completed checkpoint with the highest number. */
  newestCheckpoint(): string | undefined {
    return completedCheckpoints(this.checkpoints).at(-1);
  }
}

/** Oldest first, over all jobs of the root. */
export function completedCheckpoints(root: string): readonly string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root).flatMap((job) => readdirSync(join(root, job)).map((name) => join(root, job, name)))
    .filter((path) => existsSync(join(path, '_metadata')))
    .toSorted((a, b) => numberOf(a) - numberOf(b));
}

function numberOf(path: string): number {
  return Number(/chk-(\d+)$/.exec(path)?.[1]);
}

/** Sorted lines of all visible part files. */
export function committedLines(outputDirectory: string): readonly string[] {
  if (!existsSync(outputDirectory)) return [];
  return readdirSync(outputDirectory).flatMap((group) => {
    const files = readdirSync(join(outputDirectory, group)).filter((name) => !name.startsWith('.'));
    return files.flatMap((name) => readFileSync(join(outputDirectory, group, name), 'utf8').split('\n').slice(0, -1).map((line) => `${group}: ${line}`));
  }).toSorted();
}

/** What is there too often (+) or too seldom (-), one line of each kind; empty when both are equal. */
export function difference(actual: readonly string[], expected: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const line of actual) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of expected) counts.set(line, (counts.get(line) ?? 0) - 1);
  const kinds = new Map<string, string[]>();
  for (const [line, count] of counts) {
    if (count === 0) continue;
    const kind = line.split(' ', 2).join(' ') + (count > 0 ? ' +' : ' -');
    kinds.set(kind, [...(kinds.get(kind) ?? []), `${count} x ${line}`]);
  }
  return [...kinds].map(([kind, odd]) => `${kind} ${odd.length} lines, such as ${odd[0]}`);
}

export interface Disturbance {
  /** Asked every 5 ms; true ends a worker. */
  readonly isDue: (job: LocalJobClient) => boolean;
}

/** Cancels instead, when `isDue` says so. */
export function cancelWhen(isDue: (job: LocalJobClient) => boolean): Disturbance {
  let isDone = false;
  return {
    isDue: (job) => {
      if (isDone || !isDue(job)) return false;
      isDone = true;
      void job.cancel();
      return false;
    },
  };
}

export interface RunOutcome {
  readonly error: (Error & { readonly code?: string }) | undefined;
  readonly job: LocalJobClient;
}

type Settings = Readonly<Record<string, unknown>>;

export function runRecovery(args: RecoveryArguments, parallelism: number, settings: Settings, disturbance?: Disturbance): Promise<RunOutcome> {
  return runJobModule(RECOVERY_JOB, args, parallelism, settings, disturbance);
}

export function runSmall(args: SmallArguments, parallelism: number, settings: Settings, disturbance?: Disturbance): Promise<RunOutcome> {
  return runJobModule(SMALL_JOB, args, parallelism, settings, disturbance);
}

export function runSql(args: SqlArguments, parallelism: number, settings: Settings, disturbance?: Disturbance): Promise<RunOutcome> {
  return runJobModule(SQL_JOB, args, parallelism, settings, disturbance);
}

export function runSchema(args: SchemaArguments, parallelism: number, settings: Settings, disturbance?: Disturbance): Promise<RunOutcome> {
  return runJobModule(SCHEMA_JOB, args, parallelism, settings, disturbance);
}

export function runRegions(args: RegionArguments, parallelism: number, settings: Settings, disturbance?: Disturbance): Promise<RunOutcome> {
  return runJobModule(REGION_JOB, args, parallelism, settings, disturbance);
}

async function runJobModule(module: JobModule, args: object, parallelism: number, settings: Settings, disturbance: Disturbance | undefined): Promise<RunOutcome> {
  const workers: WorkerThread[] = [];
  const platform = recordingPlatform(workers);
  const words = [JSON.stringify(args)];
  const executor = new LocalExecutor({
    platform, configuration: Configuration.fromMap({ 'parallelism.default': parallelism, ...settings }),
    program: (executionIndex, earlier) => ({ kind: 'module', url: module.url.href, args: words, executionIndex, earlier: [...earlier] }),
  });
  try {
    await withJobExecutor(executor, () => {
      const env = StreamExecutionEnvironment.getExecutionEnvironment();
      module.build(env, words);
      return env.executeAsync('recovery');
    });
    const job = executor.jobs[0]!;
    const watch = disturbance === undefined ? undefined : setInterval(() => {
      if (disturbance.isDue(job)) void workers.pop()?.terminate();
    }, 5);
    const error = await job.getJobExecutionResult().then(() => undefined, (thrown: Error) => thrown);
    clearInterval(watch);
    return { error, job };
  } finally {
    await executor.close();
  }
}

/** Once, when at least `count` checkpoints are complete; @param then what the test does with it. */
export function afterCheckpoints(count: number, then: () => void = () => undefined): Disturbance {
  let isDone = false;
  return {
    isDue: (job) => {
      if (isDone || job.details.checkpoints.completed < count) return false;
      isDone = true;
      then();
      return true;
    },
  };
}

/** The real platform, which notes the workers that it starts. */
function recordingPlatform(workers: WorkerThread[]): Platform {
  const platform = createNodePlatform();
  const { threads } = platform;
  const recording: Threads = {
    threadId: threads.threadId,
    isMainThread: threads.isMainThread,
    spawn: (entry: URL, options: SpawnOptions) => {
      const worker = threads.spawn(entry, options);
      workers.push(worker);
      return worker;
    },
    workerData: () => threads.workerData(),
    parentPort: () => threads.parentPort(),
    waitForBell: (cell, index, expected, timeoutMs) => threads.waitForBell(cell, index, expected, timeoutMs),
    waitForBellAsync: (cell, index, expected, timeoutMs) => threads.waitForBellAsync(cell, index, expected, timeoutMs),
    ring: (cell, index, count) => threads.ring(cell, index, count),
  };
  return { ...platform, threads: recording };
}
