// A program being run by the client: builds its jobs' graphs under recorded globals (scripts) or as it is (job modules),
// starts them, and tells whether it did what a program must. Thread: main.
import { LocalExecutor, type LocalExecutorOptions } from '#client/cluster-client/local-executor';
import { ClientError } from '#client/errors';
import { errorPlace } from '#client/submission/error-place';
import { RECOVERY_VARIABLE, RecoveryJournal } from '#client/submission/recovery-journal';
import { LATE_EXECUTE_MS } from '#client/submission/program-loader';
import { ProgramGlobals } from '#client/submission/program-globals';
import { runProgramModule } from '#client/submission/run-program';
import type { ProgramRecording } from '#cluster/messages/program-reference';
import { EngineError } from '#core/errors/engine-error';
import type { JobClient } from '#datastream/environment/job-client';
import { withJobExecutor, type JobExecutor, type JobSubmission } from '#datastream/environment/job-executor';
import type { StreamGraph } from '#graph/stream-graph/stream-graph';

export interface ScriptOptions extends Omit<LocalExecutorOptions, 'program' | 'journal'> {
  /** What the program finds in argv behind node: its own path and its arguments. */
  readonly argv: readonly string[];
}

/** Runs one script; `executor` runs its jobs. Make one per script. */
export class ScriptRun {
  readonly executor: LocalExecutor;
  readonly #options: ScriptOptions;
  /** When the program went on: at its start, and behind each of its jobs. */
  readonly #times: number[];
  #timeIndex = 0;
  readonly #globals: ProgramGlobals;
  #url = '';

  constructor(options: ScriptOptions) {
    this.#options = options;
    const { process, random, clock } = options.platform;
    const start = options.recovered?.start;
    const env = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[0] !== RECOVERY_VARIABLE && entry[1] !== undefined));
    this.#times = start === undefined ? [Math.trunc(clock.now())] : [...start.times];
    const recording: ProgramRecording = { argv: options.argv, env, cwd: process.cwd(), seed: start?.seed ?? random.nextInt(2 ** 31), times: this.#times };
    this.#globals = new ProgramGlobals(recording, { isMuted: false });
    this.executor = new LocalExecutor({
      ...options,
      journal: new RecoveryJournal(process, () => ({ url: this.#url, seed: recording.seed, times: this.#times })),
      program: (executionIndex, earlier) => ({ kind: 'script', url: this.#url, recording: { ...recording, times: [...this.#times] }, executionIndex, earlier }),
    });
  }

  /**
   * Imports the built program and waits for all jobs it starts.
   * Throws PROGRAM_FAILED, PROGRAM_NOT_EXECUTED, or the failure of a job.
   */
  async run(url: URL): Promise<void> {
    this.#url = url.href;
    const { clock } = this.#options.platform;
    const executionCount = (): number => this.executor.executionCount;
    this.#globals.install(0);
    try {
      await withJobExecutor(this.#recordingExecutor(), async () => {
        await runProgramModule(url.href, this.#options.argv.slice(1), { executionCount });
        if (executionCount() === 0) await clock.sleep(LATE_EXECUTE_MS);
      });
    } catch (thrown) {
      throw programFailure(thrown);
    } finally {
      this.#globals.close();
    }
    if (executionCount() === 0) {
      throw new ClientError('PROGRAM_NOT_EXECUTED', `the program ${this.#options.argv[0] ?? url.href} ended without starting a job: call env.execute(), or export a job function as default`);
    }
    for (const job of this.executor.jobs) await job.getJobExecutionResult();
  }

  /** Globals are the program's until it starts a job, and again once it has the job's result. */
  #recordingExecutor(): JobExecutor {
    const { executor } = this;
    return {
      configuration: executor.configuration,
      execute: async (streamGraph: StreamGraph, submission: JobSubmission): Promise<JobClient> => {
        this.#globals.restore();
        const client = await executor.execute(streamGraph, submission);
        return this.#resuming(client);
      },
    };
  }

  #resuming(client: JobClient): JobClient {
    return {
      jobId: client.jobId,
      getJobStatus: () => client.getJobStatus(),
      cancel: () => client.cancel(),
      collectedRows: (sinkUid) => client.collectedRows(sinkUid),
      getJobExecutionResult: async () => {
        try {
          return await client.getJobExecutionResult();
        } finally {
          if (this.#times.length === ++this.#timeIndex) this.#times.push(Math.trunc(this.#options.platform.clock.now()));
          this.#globals.restore();
          this.#globals.install(this.#timeIndex);
        }
      },
    };
  }
}

/** What a user's program threw, unless it is an error of the engine with a code of its own. */
export function programFailure(thrown: unknown): EngineError {
  if (thrown instanceof EngineError) return thrown;
  const said = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new ClientError('PROGRAM_FAILED', `the program failed: ${said}${errorPlace(thrown)}`, { cause: thrown });
}
