// Kills real processes: runs a program through the command line, ends its engine with SIGKILL at moments chosen by a seed,
// some of them in the midst of a checkpoint, savepoint, commit or restore, lets its parent start it again or starts it anew
// at another parallelism, and reads what was committed in the end.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Random } from '#platform/random/random';
import { SeededRandom } from '#platform/random/seeded-random';
import { completedCheckpoints } from './recovery-run.js';
import type { KillArguments } from './kill-program.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const PROGRAM = join(root, 'test', 'recovery', 'kill-program.ts');

/** When the engine is killed. */
export const MOMENTS = ['whenever', 'checkpoint', 'commit', 'restore', 'savepoint', 'rescale'] as const;
export type Moment = (typeof MOMENTS)[number];

/** What is open for longer was left so by an engine that is dead. */
const OPEN_MS_MAX = 400;

const JSON_BODY = { 'content-type': 'application/json' };

export interface CampaignOptions {
  readonly seed: number;
  readonly kills: number;
  readonly events: number;
  /** A folder of its own. */
  readonly directory: string;
  readonly say?: (line: string) => void;
}

export interface Kill {
  readonly moment: Moment;
  /** Whether the parent was killed too and the program started anew at this parallelism. */
  readonly startedAnewAt: number | undefined;
  /** Files at the moment: a checkpoint that is not complete, parts that are not committed. */
  readonly isCheckpointOpen: boolean;
  readonly isCommitOpen: boolean;
}

export interface CampaignReport {
  readonly kills: readonly Kill[];
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly expected: readonly string[];
  readonly committed: readonly string[];
  /** Visible names that a reader of the output would take for data, and hidden ones that were left. */
  readonly leftHidden: readonly string[];
  /** What engines have left in the folder for temporary files. */
  readonly leftTemporary: readonly string[];
}

/** The undisturbed run first, then the disturbed one. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const { directory, events, say = () => undefined } = options;
  const argumentsFor = (name: string, gateFile: string): KillArguments => ({ outputDirectory: join(directory, name), events, gateFile, slowRows: 6 });
  const gateFile = join(directory, 'gate');
  writeFileSync(join(directory, 'open'), '');
  const undisturbed = new EngineRun(directory, argumentsFor('undisturbed', join(directory, 'open')), 2, undefined);
  const ended = await undisturbed.ended;
  if (ended !== 0) throw new Error(`the undisturbed run ended with ${ended}: ${undisturbed.stderr}`);
  const expected = linesBelow(join(directory, 'undisturbed'));
  say(`undisturbed: ${expected.length} lines`);

  const campaign = new Campaign(options, argumentsFor('disturbed', gateFile));
  for (let i = 0; i < options.kills; i++) say(`kill ${i + 1}: ${JSON.stringify(await campaign.kill(MOMENTS[i % MOMENTS.length]!))}`);
  writeFileSync(gateFile, '');
  const exitCode = await campaign.run.ended;
  const output = join(directory, 'disturbed');
  return { kills: campaign.kills, exitCode, stderr: campaign.run.stderr, expected, committed: linesBelow(output), leftHidden: filesBelow(output).filter((path) => /\/\.[^/]*$/.test(path)), leftTemporary: readdirSync(join(directory, 'tmp')) };
}

class Campaign {
  readonly kills: Kill[] = [];
  readonly #random: Random;
  readonly #directory: string;
  readonly #checkpoints: string;
  readonly #args: KillArguments;
  run: EngineRun;

  constructor({ seed, directory }: CampaignOptions, args: KillArguments) {
    this.#random = new SeededRandom(seed);
    this.#directory = directory;
    this.#checkpoints = join(directory, 'checkpoints');
    this.#args = args;
    this.run = new EngineRun(directory, args, 1 + this.#random.nextInt(3), undefined);
  }

  async kill(moment: Moment): Promise<Kill> {
    await this.#until(moment);
    const engine = this.run.enginePid();
    const isCommandKilled = this.#random.nextInt(3) === 0 || engine === undefined;
    const restarts = this.run.restartCount;
    const open = openFiles(this.#checkpoints, this.#args.outputDirectory);
    const parallelism = 1 + this.#random.nextInt(3);
    if (isCommandKilled) {
      this.run.child.kill('SIGKILL');
      await this.run.ended;
    }
    if (engine !== undefined) process.kill(engine, 'SIGKILL');
    if (engine !== undefined) await gone(engine);
    // An engine that had not come to submitting its job is not started again: nothing of it is known yet.
    const isAnew = isCommandKilled || (await this.run.isOver(restarts));
    if (isAnew && !isCommandKilled && completedCheckpoints(this.#checkpoints).at(-1) !== this.run.from) throw new Error(`the job had completed checkpoints and was not taken up again: ${this.#state()}`);
    if (isAnew) this.run = new EngineRun(this.#directory, this.#args, parallelism, completedCheckpoints(this.#checkpoints).at(-1));
    const kill = { moment, startedAnewAt: isAnew ? parallelism : undefined, ...open };
    this.kills.push(kill);
    return kill;
  }

  async #until(moment: Moment): Promise<void> {
    const pause = (msMax: number): Promise<void> => sleep(this.#random.nextInt(msMax));
    if (moment === 'restore') return pause(900);
    await this.#progress();
    switch (moment) {
      case 'whenever': return pause(1200);
      case 'checkpoint':
        await this.#wait(() => openFiles(this.#checkpoints, this.#args.outputDirectory).isCheckpointOpen);
        return pause(15);
      case 'commit': {
        const before = completedCheckpoints(this.#checkpoints).at(-1);
        await this.#wait(() => completedCheckpoints(this.#checkpoints).at(-1) !== before);
        return pause(6);
      }
      case 'savepoint':
        void this.run.triggerSavepoint(join(this.#directory, 'savepoints'));
        return pause(80);
      case 'rescale':
        void this.run.rescale(1 + this.#random.nextInt(3));
        return pause(500);
    }
  }

  /** Where the run stands, for messages. */
  #state(): string {
    const newest = listed(this.#checkpoints).flatMap((job) => listed(job)).filter((path) => /chk-\d+$/.test(path)).toSorted((a, b) => (statSync(a, { throwIfNoEntry: false })?.mtimeMs ?? 0) - (statSync(b, { throwIfNoEntry: false })?.mtimeMs ?? 0)).slice(-2);
    return `exit code ${this.run.child.exitCode}, newest checkpoints ${newest.map((path) => `${path}: ${listed(path).map((file) => basename(file)).join(' ')}`).join('; ')}, stderr:\n${this.run.stderr}`;
  }

  /** The engine that runs now has completed a checkpoint. */
  async #progress(): Promise<void> {
    const before = completedCheckpoints(this.#checkpoints).at(-1);
    await this.#wait(() => completedCheckpoints(this.#checkpoints).at(-1) !== before);
  }

  async #wait(condition: () => boolean): Promise<void> {
    const hasEnded = (): boolean => this.run.child.exitCode !== null;
    await waitFor(() => condition() || hasEnded(), () => this.#state());
    if (hasEnded()) throw new Error(`the program ended before the campaign did: ${this.#state()}`);
  }
}

/** The command with its engine process. */
class EngineRun {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** The checkpoint it began with. */
  readonly from: string | undefined;
  stderr = '';

  constructor(directory: string, args: KillArguments, parallelism: number, from: string | undefined) {
    for (const name of ['checkpoints', 'tmp']) mkdirSync(join(directory, name), { recursive: true });
    this.from = from;
    this.child = spawn(process.execPath, [join(root, 'bin', 'millrace.mjs'), 'run', '-p', String(parallelism), ...(from === undefined ? [] : ['-s', from]),
      '-Dtaskmanager.memory.managed.size=64mb', '-Dtaskmanager.memory.network.max=64mb', '-Drest.port=0', `-Dexecution.checkpointing.dir=${join(directory, 'checkpoints')}`,
      '-Dexecution.checkpointing.interval=100ms', '-Dexecution.checkpointing.num-retained=2', '-Drestart-strategy.exponential-delay.initial-backoff=1ms', PROGRAM, JSON.stringify(args),
    ], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, MILLRACE_CACHE_DIR: join(directory, 'cache'), TMPDIR: join(directory, 'tmp') } });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => { this.stderr += text; });
    this.ended = new Promise((resolve) => this.child.on('exit', (code) => resolve(code)));
  }

  /** How often the command has started its engine again. */
  get restartCount(): number {
    return this.stderr.split('it is started again').length - 1;
  }

  /** Behind the death of an engine: true when the command has ended with it, false when it has started another. */
  async isOver(restartsBefore: number): Promise<boolean> {
    await waitFor(() => this.child.exitCode !== null || this.restartCount > restartsBefore, () => this.stderr);
    return this.child.exitCode !== null;
  }

  /** Undefined between two engines. */
  enginePid(): number | undefined {
    try {
      const children = readFileSync(`/proc/${this.child.pid}/task/${this.child.pid}/children`, 'utf8').trim();
      return children === '' ? undefined : Number(children.split(' ')[0]);
    } catch {
      return undefined;
    }
  }

  triggerSavepoint(targetDirectory: string): Promise<void> {
    return this.#ask(async (job) => {
      await fetch(`${job}/savepoints`, { method: 'POST', headers: JSON_BODY, body: JSON.stringify({ 'target-directory': targetDirectory }) });
    });
  }

  rescale(parallelism: number): Promise<void> {
    return this.#ask(async (job) => {
      const requirements = await (await fetch(`${job}/resource-requirements`)).json() as Record<string, unknown>;
      const wanted = Object.fromEntries(Object.keys(requirements).map((id) => [id, { parallelism: { lowerBound: 1, upperBound: parallelism } }]));
      await fetch(`${job}/resource-requirements`, { method: 'PUT', headers: JSON_BODY, body: JSON.stringify(wanted) });
    });
  }

  /** What comes of it is of no interest: the engine may be killed meanwhile. */
  async #ask(call: (job: string) => Promise<void>): Promise<void> {
    const address = this.stderr.match(/REST endpoint: (\S+)/g)?.at(-1)?.split(' ').at(-1);
    if (address === undefined) return;
    try {
      const { jobs } = await (await fetch(`${address}/v1/jobs/overview`)).json() as { readonly jobs: readonly { readonly jid: string }[] };
      await call(`${address}/v1/jobs/${jobs[0]?.jid}`);
    } catch {
      // The engine was killed meanwhile.
    }
  }
}

/** Of the job that runs now; what earlier ones have left open stays so. */
function openFiles(checkpoints: string, output: string): Pick<Kill, 'isCheckpointOpen' | 'isCommitOpen'> {
  const isNew = (path: string): boolean => Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < OPEN_MS_MAX;
  const folders = listed(checkpoints).flatMap((job) => listed(job)).filter((path) => /chk-\d+$/.test(path) && isNew(path));
  return { isCheckpointOpen: folders.some((path) => !existsSync(join(path, '_metadata'))), isCommitOpen: filesBelow(output).some((path) => path.endsWith('.pending') && isNew(path)) };
}

function listed(directory: string): readonly string[] {
  try {
    return readdirSync(directory).map((name) => join(directory, name));
  } catch {
    // Removed meanwhile.
    return [];
  }
}

function filesBelow(directory: string): readonly string[] {
  return listed(directory).flatMap((path) => {
    const entry = statSync(path, { throwIfNoEntry: false });
    return entry === undefined ? [] : entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/** Sorted lines of what is committed, with the folder they are in. */
function linesBelow(directory: string): readonly string[] {
  return filesBelow(directory).filter((path) => !/\/\.[^/]*$/.test(path))
    .flatMap((path) => readFileSync(path, 'utf8').split('\n').slice(0, -1).map((line) => `${dirname(path).slice(directory.length + 1)}: ${line}`)).toSorted();
}

async function gone(pid: number): Promise<void> {
  await waitFor(() => {
    try {
      process.kill(pid, 0);
      // A zombie is gone too, though its parent has not yet heard.
      return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
      return true;
    }
  });
}

/** @param said what the command has said, for the message. */
async function waitFor(condition: () => boolean, said: () => string = () => ''): Promise<void> {
  const untilMs = performance.now() + 180_000;
  while (!condition()) {
    if (performance.now() > untilMs) throw new Error(`what the campaign waits for has not come within three minutes: ${said()}`);
    await sleep(2);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
