// The heavy part of `millrace run`: bundles the program while the workers load, runs it, cancels it on a signal.
// Invariant: when it has settled, no worker is left.
import { EXIT_INTERRUPTED } from '#cli/command-context';
import { JobProgress } from '#cli/output/job-progress';
import { startEndpoint } from '#cli/rest-endpoint';
import { releaseSlots } from '#client/mini-cluster/prestarted-slots';
import type { Platform } from '#client/platform';
import { cacheDirectory } from '#client/submission/cache-directory';
import { bundleProgram } from '#client/submission/program-bundle';
import { readRecovery } from '#client/submission/recovery-journal';
import { ScriptRun } from '#client/submission/program-run';
import type { Configuration } from '#core/config/configuration';
import type { RestServer } from '#rest/server/rest-server';
import type { SpareSlot } from '#taskmanager/task-executor/worker-slot';

export interface ProgramFileRun {
  readonly platform: Platform;
  readonly configuration: Configuration;
  /** Owned by the run from here on. */
  readonly spares: readonly SpareSlot[];
  /** Absolute. */
  readonly path: string;
  readonly jobArguments: readonly string[];
}

/** The exit code; rejects with what went wrong. */
export async function runProgramFile({ platform, configuration, spares, path, jobArguments }: ProgramFileRun): Promise<number> {
  const { process, files } = platform;
  const progress = new JobProgress(platform, { isForced: false });
  const recovered = readRecovery(process);
  const run = new ScriptRun({ recovered, platform, configuration, spares, argv: [path, ...jobArguments], onJob: (job) => progress.follow(job) });
  let isInterrupted = false;
  let endpoint: RestServer | undefined;
  const interrupt = (): void => {
    isInterrupted = true;
    void run.executor.cancelAll();
  };
  process.onSignal('SIGINT', interrupt);
  process.onSignal('SIGTERM', interrupt);
  try {
    const program = recovered === undefined ? await bundleProgram(files, path, cacheDirectory(process)) : new URL(recovered.start.url);
    if (isInterrupted) return EXIT_INTERRUPTED;
    endpoint = await startEndpoint(platform, configuration, run.executor.dispatcher);
    await run.run(program);
    progress.stop();
    const last = run.executor.jobs.at(-1);
    if (last !== undefined && process.isStderrTerminal) process.writeStderr(progress.summary(last));
    return 0;
  } catch (thrown) {
    if (isInterrupted) return EXIT_INTERRUPTED;
    throw thrown;
  } finally {
    progress.stop();
    if (!isInterrupted) await endpoint?.awaitLastAnswers();
    await endpoint?.close();
    await run.executor.close();
    await releaseSlots(spares);
  }
}
