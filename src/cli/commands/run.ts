// `millrace run JOB`: bundles a user's program and runs it on this host. Loads little, so that the workers start first;
// the rest of the engine and the bundler load beside them (run-program.ts).
import { resolve } from 'node:path';
import { parseArguments, formatHelp, type CommandSpec } from '#cli/arguments';
import type { CommandContext } from '#cli/command-context';
import { CONFIGURATION_OPTIONS, readConfiguration } from '#cli/configuration-input';
import { CliError } from '#cli/errors';
import { ClientError } from '#client/errors';
import { prestartSlots } from '#client/mini-cluster/prestarted-slots';
import type { Configuration } from '#core/config/configuration';
import { executionOptions } from '#core/config/options/execution-options';
import { stateRecoveryOptions } from '#core/config/options/state-recovery-options';

export const RUN_COMMAND: CommandSpec = {
  name: 'run',
  usage: '[options] JOB.(ts|js|mjs) [job arguments]',
  description: 'Runs a program on this host and waits for its end. Options of the job come behind its file.',
  endsAtArgument: true,
  options: [
    ...CONFIGURATION_OPTIONS,
    { name: 'from-savepoint', aliases: ['fromSavepoint'], short: 's', value: 'PATH', description: 'starts from a checkpoint or savepoint: its directory or its _metadata file' },
    { name: 'allow-non-restored-state', aliases: ['allowNonRestoredState'], short: 'n', description: 'drops state of operators that the job no longer has' },
    { name: 'claim-mode', aliases: ['claimMode', 'restoreMode'], short: 'cm', value: 'MODE', choices: ['claim', 'no_claim'], description: 'claim: the job owns the snapshot it starts from, and removes it when it needs it no more; no_claim (default): it stays' },
    { name: 'target', value: 'local', choices: ['local'], description: 'where the job runs' },
    { name: 'verbose', short: 'v', description: 'shows the whole stack when the job fails' },
    { name: 'help', short: 'h', description: 'this text' },
  ],
};

export async function runRun({ platform, words }: CommandContext): Promise<number> {
  const parsed = parseArguments(RUN_COMMAND, words);
  const { process, files } = platform;
  if (parsed.values.has('help')) {
    process.writeStdout(formatHelp(RUN_COMMAND));
    return 0;
  }
  const [path, ...jobArguments] = parsed.positional;
  if (path === undefined) throw new CliError('USAGE_ARGUMENT_MISSING', 'millrace run needs the file of a program: millrace run JOB.ts');
  let configuration = withLocalDefaults(await readConfiguration(platform, parsed), process.hostCores);
  if (parsed.values.has('allow-non-restored-state')) configuration = configuration.set(stateRecoveryOptions.isUnclaimedStateIgnored, true);
  if (!files.existsSync(path)) throw new ClientError('PROGRAM_NOT_FOUND', `there is no program at ${path}: give the path of a .ts, .js or .mjs file`);
  const spares = prestartSlots(platform, configuration);
  const { runProgramFile } = await import('#cli/commands/run-program');
  return runProgramFile({ platform, configuration, spares, path: resolve(path), jobArguments });
}

/** The local target runs as wide as the host unless told otherwise. */
export function withLocalDefaults(configuration: Configuration, hostCores: number): Configuration {
  return configuration.contains(executionOptions.parallelismDefault) ? configuration : configuration.set(executionOptions.parallelismDefault, hostCores);
}
