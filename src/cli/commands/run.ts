// `millrace run JOB`: bundles a user's program and runs it on this host. Workers start first, the bundler beside them.
import { parseArguments, formatHelp, type CommandSpec } from '#cli/arguments';
import { EXIT_INTERRUPTED, type CommandContext } from '#cli/command-context';
import { CONFIGURATION_OPTIONS, readConfiguration } from '#cli/configuration-input';
import { CliError } from '#cli/errors';
import { JobProgress } from '#cli/output/job-progress';
import { bundleProgram } from '#client/submission/program-bundle';
import { cacheDirectory } from '#client/submission/cache-directory';
import { ScriptRun } from '#client/submission/program-run';
import { ClientError } from '#client/errors';
import type { Configuration } from '#core/config/configuration';
import { executionOptions } from '#core/config/options/execution-options';
import { stateRecoveryOptions } from '#core/config/options/state-recovery-options';
import { taskManagerOptions } from '#core/config/options/task-manager-options';
import { resolve } from 'node:path';

export const RUN_COMMAND: CommandSpec = {
  name: 'run',
  usage: '[options] JOB.(ts|js|mjs) [job arguments]',
  description: 'Runs a program on this host and waits for its end. Options of the job come behind its file.',
  endsAtArgument: true,
  options: [
    ...CONFIGURATION_OPTIONS,
    { name: 'from-savepoint', short: 's', value: 'PATH', description: 'starts from a checkpoint: its chk-N directory or its _metadata file' },
    { name: 'allow-non-restored-state', short: 'n', description: 'drops state of operators that the job no longer has' },
    { name: 'target', value: 'local', choices: ['local'], description: 'where the job runs' },
    { name: 'verbose', short: 'v', description: 'shows the whole stack when the job fails' },
    { name: 'help', short: 'h', description: 'this text' },
  ],
};

export async function runRun({ platform, words }: CommandContext): Promise<number> {
  const parsed = parseArguments(RUN_COMMAND, words);
  const { process, files, clock } = platform;
  if (parsed.values.has('help')) {
    process.writeStdout(formatHelp(RUN_COMMAND));
    return 0;
  }
  const [path, ...jobArguments] = parsed.positional;
  if (path === undefined) throw new CliError('USAGE_ARGUMENT_MISSING', 'millrace run needs the file of a program: millrace run JOB.ts');
  let configuration = withLocalDefaults(await readConfiguration(platform, parsed), process.hostCores);
  if (parsed.values.has('allow-non-restored-state')) configuration = configuration.set(stateRecoveryOptions.isUnclaimedStateIgnored, true);
  if (!files.existsSync(path)) throw new ClientError('PROGRAM_NOT_FOUND', `there is no program at ${path}: give the path of a .ts, .js or .mjs file`);
  const progress = new JobProgress(platform, { isForced: false });
  const run = new ScriptRun({ platform, configuration, argv: [resolve(path), ...jobArguments], onJob: (job) => progress.follow(job) });
  let isInterrupted = false;
  process.onSignal('SIGINT', () => {
    isInterrupted = true;
    void run.executor.cancelAll();
  });
  process.onSignal('SIGTERM', () => {
    isInterrupted = true;
    void run.executor.cancelAll();
  });
  run.executor.prestart(configuration.getOptional(taskManagerOptions.numberOfTaskSlots) ?? configuration.get(executionOptions.parallelismDefault));
  try {
    await run.run(await bundleProgram(files, path, cacheDirectory(process)));
    progress.stop();
    const last = run.executor.jobs.at(-1);
    if (last !== undefined && process.isStderrTerminal) process.writeStderr(progress.summary(last));
    return 0;
  } catch (thrown) {
    if (isInterrupted) return EXIT_INTERRUPTED;
    throw thrown;
  } finally {
    progress.stop();
    await run.executor.close();
    await clock.yieldToEventLoop();
  }
}

/** The local target runs as wide as the host unless told otherwise. */
export function withLocalDefaults(configuration: Configuration, hostCores: number): Configuration {
  return configuration.contains(executionOptions.parallelismDefault) ? configuration : configuration.set(executionOptions.parallelismDefault, hostCores);
}
