// One simulated run: a job from its beginning to its end, disturbed as its scenario says, its processes killed and started
// again, its output compared with the oracle's. Invariant: everything that happens follows from the seed.
import type { RecoveredJob } from '#cluster/messages/job-messages';
import { deserializeError } from '#core/errors/engine-error';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import { SimulatedDisk } from '#platform/files/simulated-disk';
import { SimulatedFiles } from '#platform/files/simulated-files';
import { SeededRandom } from '#platform/random/seeded-random';
import { expectedLines, OUTPUT_DIRECTORY } from './job.js';
import { drawScenario, type Disturbance, type Moment, type Scenario } from './scenario.js';
import { SimulatedCluster, type SubmittedJob } from './simulated-cluster.js';
import { RETRACTION } from './sql-pipelines.js';
import { drawSqlScenario, undisturbed } from './sql-scenario.js';
import { World } from './world.js';

/** A run that is not over by then does not end. */
const STEPS_MAX = 60_000;
/** An event that a disturbance waits for may not come. */
const WAIT_STEPS_MAX = 1500;
/** A file call in which something is to end may not come. */
const INTERRUPT_STEPS_MAX = 300;

export interface RunResult {
  readonly scenario: Scenario;
  /** Undefined when the output is right. */
  readonly failure: string | undefined;
  readonly steps: number;
  /** One line for each thing that happened, for those who look for a cause. */
  readonly story: readonly string[];
  /** What was committed. */
  readonly lines: readonly string[];
}

/** A snapshot that the job is to go on from, at another parallelism. */
interface Leaving {
  readonly thenParallelism: number;
  readonly claimMode: string;
  savepointPath: string | undefined;
}

export async function runSeed(seed: number): Promise<RunResult> {
  const random = new SeededRandom(seed);
  const scenario = drawScenario(seed, random.split());
  return new SimulatedRun(scenario, random).run(expectedLines(scenario.job));
}

/** A query of SQL; right is what it commits at parallelism 1 when nothing disturbs it. */
export async function runSqlSeed(seed: number): Promise<RunResult> {
  const random = new SeededRandom(seed);
  const scenario = drawSqlScenario(seed, random.split());
  const oracle = await new SimulatedRun(undisturbed(scenario), new SeededRandom(seed)).run();
  if (oracle.failure !== undefined) return { ...oracle, failure: `undisturbed: ${oracle.failure}` };
  return new SimulatedRun(scenario, random).run(oracle.lines);
}

class SimulatedRun {
  readonly #random: SeededRandom;
  readonly #scenario: Scenario;
  readonly #world: World;
  readonly #disk = new SimulatedDisk();
  readonly #story: string[] = [];
  #steps = 0;
  #cluster: SimulatedCluster;
  #job: SubmittedJob;
  #leaving: Leaving | undefined;
  #failure: string | undefined;
  /** The parent was told so by a process that was killed. */
  #isFinished = false;
  #next = 0;
  /** Steps until the next disturbance; undefined while its event has not come. */
  #countdown: number | undefined;
  #waitedSteps = 0;
  #interrupt: { readonly deadline: number; readonly act: () => void } | undefined;

  constructor(scenario: Scenario, random: SeededRandom) {
    this.#random = random;
    this.#scenario = scenario;
    this.#world = new World(this.#scenario.disturbances.length + 1);
    this.#cluster = this.#createCluster(0);
    this.#job = this.#submit(this.#scenario.parallelism, {});
  }

  /** @param expected none = whatever it commits. */
  async run(expected?: readonly string[]): Promise<RunResult> {
    while (this.#failure === undefined && !(await this.#advance())) {
      if (++this.#steps >= STEPS_MAX) this.#failure = `the job does not end within ${STEPS_MAX} steps: ${this.#state()}`;
    }
    const { violations } = this.#world.log;
    const lines = this.#scenario.job.sink === 'files' ? this.#visibleLines() : this.#world.log.committedRows;
    if (violations.length > 0) this.#failure ??= violations.slice(0, 3).join('; ');
    if (expected !== undefined) this.#failure ??= differenceOf(lines, expected);
    this.#cluster.kill();
    return { scenario: this.#scenario, failure: this.#failure, steps: this.#steps, story: this.#story, lines };
  }

  /** True when the job has come to the end of its input. */
  async #advance(): Promise<boolean> {
    const hasMoved = await this.#cluster.step();
    if (this.#cluster.threads.lifetime.hasEnded) this.#startAgain();
    if (this.#isFinished) return true;
    const { outcome } = this.#job;
    if (outcome !== undefined) return this.#onOutcome(outcome.status);
    if (!hasMoved) this.#failure = `nothing can happen any more: ${this.#state()}`;
    if (this.#interrupt !== undefined) this.#checkInterrupt();
    else this.#disturb();
    return false;
  }

  #onOutcome(status: string): boolean {
    const leaving = this.#leaving;
    if (status === 'CANCELED' && leaving !== undefined) {
      this.#goOnFrom(this.#cluster.dispatcher.details(this.#job.jobId).checkpoints.latestPath ?? this.#newestOnDisk(), leaving);
      return false;
    }
    if (status !== 'FINISHED') {
      const { outcome } = this.#job;
      this.#failure = `the job is ${status}: ${outcome?.status === 'FINISHED' ? '' : deserializeError(outcome!.error).message}`;
      return false;
    }
    if (leaving === undefined) return true;
    if (leaving.savepointPath !== undefined) this.#goOnFrom(leaving.savepointPath, leaving);
    return false;
  }

  /** @param newest undefined when the job has none of its own: then from what it was started from itself. */
  #goOnFrom(newest: string | undefined, { thenParallelism, claimMode }: Leaving): void {
    this.#leaving = undefined;
    const path = newest ?? this.#job.configuration['execution.state-recovery.path'];
    this.#tell(`goes on from ${String(path ?? 'the beginning')} at parallelism ${thenParallelism}, ${claimMode}`);
    this.#job = this.#submit(thenParallelism, path === undefined ? {} : { 'execution.state-recovery.path': path, 'execution.state-recovery.claim-mode': claimMode });
  }

  /** Of a job that was canceled before it had looked itself, as its user would find it. */
  #newestOnDisk(): string | undefined {
    const files = this.#filesOfHost();
    const directory = `/checkpoints/${this.#job.jobId}`;
    const whole = files.existsSync(directory) ? files.listSync(directory).filter(({ name, path }) => name.startsWith('chk-') && files.existsSync(`${path}/_metadata`)) : [];
    return whole.toSorted((a, b) => Number(a.name.slice(4)) - Number(b.name.slice(4))).at(-1)?.path;
  }

  #filesOfHost(): SimulatedFiles {
    return new SimulatedFiles({ clock: new SimulatedClock(), random: this.#random.split(), disk: this.#disk });
  }

  #createCluster(startMs: number): SimulatedCluster {
    const { job, workMsMax, stalls } = this.#scenario;
    return new SimulatedCluster({ random: this.#random.split(), disk: this.#disk, startMs, world: this.#world, job, workMsMax, stalls, onEvent: (event) => this.#onEvent(event) });
  }

  #submit(parallelism: number, settings: Readonly<Record<string, unknown>>): SubmittedJob {
    return this.#cluster.submit({ ...this.#scenario.settings, 'parallelism.default': parallelism, ...settings });
  }

  /** The supervising parent starts a process again that was killed. */
  #startAgain(): void {
    const nowMs = this.#cluster.clock.now() + 1;
    const { point, configuration, outcome } = this.#job;
    const leaving = this.#leaving;
    this.#interrupt = undefined;
    this.#leaving = undefined;
    this.#cluster = this.#createCluster(nowMs);
    if (outcome !== undefined) throw new Error('a process is killed while its job runs');
    if (point?.finished !== undefined) {
      this.#isFinished = leaving === undefined;
      if (leaving !== undefined) this.#goOnFrom(point.savepointPath, leaving);
      return;
    }
    const recovered: RecoveredJob | undefined = point === undefined ? undefined : { point, death: { timestamp: nowMs, cause: 'signal SIGKILL' } };
    this.#job = this.#cluster.submit(configuration, recovered);
  }

  #onEvent(event: Moment['after']): void {
    const disturbance = this.#scenario.disturbances[this.#next];
    if (disturbance?.at.after === event) this.#countdown ??= disturbance.at.steps;
  }

  #disturb(): void {
    const disturbance = this.#scenario.disturbances[this.#next];
    if (disturbance === undefined) return;
    if (disturbance.at.after === 'any' || ++this.#waitedSteps > WAIT_STEPS_MAX) this.#countdown ??= disturbance.at.steps;
    if (this.#countdown === undefined || --this.#countdown > 0) return;
    this.#countdown = undefined;
    this.#waitedSteps = 0;
    this.#next++;
    this.#tell(JSON.stringify(disturbance));
    this.#carryOut(disturbance);
    this.#world.stage++;
  }

  #carryOut(disturbance: Disturbance): void {
    switch (disturbance.kind) {
      case 'kill-slot': return this.#killSlot(disturbance);
      case 'kill-process': return this.#killProcess(disturbance);
      case 'throw':
        this.#world.isToThrow = true;
        return;
      case 'checkpoint': return this.#ask('checkpoint', (dispatcher) => dispatcher.triggerCheckpoint(this.#job.jobId));
      case 'savepoint': return this.#ask('savepoint', (dispatcher) => dispatcher.triggerSavepoint(this.#job.jobId, { targetDirectory: '/savepoints', formatType: disturbance.isNative ? 'NATIVE' : 'CANONICAL', stop: undefined }));
      case 'rescale': return this.#rescale(disturbance.parallelism);
      case 'stop': return this.#stop(disturbance);
      case 'cancel': return this.#cancel(disturbance);
      case 'slow-slot': return this.#slowDown(disturbance.delayMs);
      case 'disk-fault': return this.#failDisk(disturbance);
    }
  }

  #killSlot({ losesMessages, inFileCall }: Disturbance & { readonly kind: 'kill-slot' }): void {
    const worker = this.#anyWorker();
    if (worker === undefined) return;
    this.#when(inFileCall, this.#cluster.filesOf(worker.threadId), () => this.#cluster.threads.kill(worker, undefined, { losesMessages }));
  }

  #killProcess({ isPowerLost, inFileCall, isInMain }: Disturbance & { readonly kind: 'kill-process' }): void {
    const { workers } = this.#cluster.threads;
    const doors = [this.#cluster.files, ...(isInMain ? [] : workers).flatMap(({ threadId }) => this.#cluster.filesOf(threadId) ?? [])];
    const cluster = this.#cluster;
    this.#when(inFileCall, doors[this.#random.nextInt(doors.length)], () => {
      cluster.kill();
      if (isPowerLost) this.#disk.crash(this.#random);
    });
  }

  /** In the n-th file call from now, if there is one soon, else at once. */
  #when(call: number | undefined, files: SimulatedFiles | undefined, act: () => void): void {
    if (call === undefined || files === undefined) return act();
    this.#interrupt = { deadline: this.#steps + INTERRUPT_STEPS_MAX, act: () => { files.clearFaults(); act(); } };
    files.interruptAt(call, () => {
      this.#interrupt = undefined;
      act();
    });
  }

  #checkInterrupt(): void {
    const interrupt = this.#interrupt!;
    if (this.#steps < interrupt.deadline) return;
    this.#interrupt = undefined;
    interrupt.act();
  }

  #rescale(parallelism: number): void {
    const { vertices } = this.#cluster.dispatcher.details(this.#job.jobId);
    this.#ask('rescale', (dispatcher) => dispatcher.rescale(this.#job.jobId, Object.fromEntries(vertices.map(({ id }) => [id, parallelism]))));
  }

  #stop({ isNative, thenParallelism, claimMode }: Disturbance & { readonly kind: 'stop' | 'cancel' }): void {
    if (this.#leaving !== undefined) return;
    const leaving: Leaving = { thenParallelism, claimMode, savepointPath: undefined };
    this.#leaving = leaving;
    this.#ask('stop', (dispatcher) => dispatcher.triggerSavepoint(this.#job.jobId, { targetDirectory: '/savepoints', formatType: isNative ? 'NATIVE' : 'CANONICAL', stop: 'suspend' }).then((path) => {
      leaving.savepointPath = path;
    }, (error: unknown) => {
      if (this.#leaving === leaving) this.#leaving = undefined;
      throw error;
    }));
  }

  #cancel({ thenParallelism, claimMode }: Disturbance & { readonly kind: 'stop' | 'cancel' }): void {
    if (this.#leaving !== undefined) return;
    this.#leaving = { thenParallelism, claimMode, savepointPath: undefined };
    this.#ask('cancel', (dispatcher) => dispatcher.cancel(this.#job.jobId));
  }

  /** What a slot reports is on its way for a while. */
  #slowDown(delayMs: number): void {
    const worker = this.#anyWorker();
    worker?.hold();
    this.#cluster.clock.schedule(delayMs, () => worker?.letGo());
  }

  #anyWorker(): SimulatedCluster['threads']['workers'][number] | undefined {
    const { workers } = this.#cluster.threads;
    return workers[this.#random.nextInt(Math.max(1, workers.length))];
  }

  #failDisk({ ofSlot, call, tornBytes }: Disturbance & { readonly kind: 'disk-fault' }): void {
    const worker = this.#anyWorker();
    const files = ofSlot && worker !== undefined ? this.#cluster.filesOf(worker.threadId) : this.#cluster.files;
    files?.failAt(call, Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }), { isOfWrites: true, ...(tornBytes === undefined ? {} : { tornBytes }) });
  }

  /** What a client asks for may be refused: then the job goes on. */
  #ask(what: string, question: (dispatcher: SimulatedCluster['dispatcher']) => Promise<unknown>): void {
    const cluster = this.#cluster;
    question(cluster.dispatcher).then((answer) => this.#tell(`${what}: ${String(answer)}`), (error: unknown) => {
      this.#tell(`${what} refused: ${(error as Error).message}`);
    });
  }

  #tell(text: string): void {
    this.#story.push(`${this.#steps} ${Math.round(this.#cluster.clock.now())} ms: ${text}`);
  }

  #state(): string {
    const { status, restarts, executions, checkpoints } = this.#cluster.dispatcher.details(this.#job.jobId);
    return `${status}, ${restarts} restarts, ${checkpoints.completed} checkpoints, tasks ${executions.map(({ taskName, state }) => `${taskName.slice(0, 20)} ${state}`).join(', ')}, ${this.#next} disturbances`;
  }

  #visibleLines(): readonly string[] {
    const files = this.#filesOfHost();
    return this.#scenario.job.pipelines.flatMap((name) => {
      const directory = `${OUTPUT_DIRECTORY}/${name}`;
      if (!files.existsSync(directory)) return [];
      return files.listSync(directory).filter((entry) => !entry.name.startsWith('.'))
        .flatMap(({ path }) => Buffer.from(files.readSync(path)).toString('utf8').split('\n').slice(0, -1));
    });
  }
}

function differenceOf(actual: readonly string[], expected: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  const count = (line: string, times: number): void => {
    if (line.startsWith(RETRACTION)) count(line.slice(RETRACTION.length), -times);
    else counts.set(line, (counts.get(line) ?? 0) + times);
  };
  for (const line of actual) count(line, 1);
  for (const line of expected) count(line, -1);
  const odd = [...counts].filter(([, times]) => times !== 0);
  if (odd.length === 0) return undefined;
  const tooOften = odd.filter(([, times]) => times > 0);
  const missing = odd.filter(([, times]) => times < 0);
  return `${missing.length} of ${expected.length} lines are missing (${missing.slice(0, 3).map(([line]) => line).join('; ')}), ${tooOften.length} are too many (${tooOften.slice(0, 3).map(([line]) => line).join('; ')})`;
}
