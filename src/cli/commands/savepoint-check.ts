// `millrace savepoint check SAVEPOINT JOB`: says operator by operator what would become of a snapshot's state, before
// anything is stopped. Exit code 0 when the job would start, 1 when something is refused or the snapshot is damaged.
import { resolve } from 'node:path';
import { formatHelp, parseArguments, type CommandSpec } from '#cli/arguments';
import type { CommandContext } from '#cli/command-context';
import { withLocalDefaults } from '#cli/commands/run';
import { createCheckpointStorage } from '#state/checkpoint-storage/storage-by-path';
import { CONFIGURATION_OPTIONS, readConfiguration } from '#cli/configuration-input';
import { CliError } from '#cli/errors';
import { formatTable } from '#cli/output/figures-text';
import { ClientError } from '#client/errors';
import { graphOfProgram } from '#client/savepoint/program-graph';
import { checkSavepoint, type OperatorCheck, type SavepointCheck } from '#client/savepoint/savepoint-check';
import { stateRecoveryOptions } from '#core/config/options/state-recovery-options';

export const SAVEPOINT_CHECK_COMMAND: CommandSpec = {
  name: 'savepoint check',
  usage: '[options] SAVEPOINT JOB.(ts|js|mjs) [-- job arguments]',
  description: 'Says what would be restored, migrated, dropped or refused if JOB were started from SAVEPOINT. Starts nothing; runs open() of functions.',
  options: [
    ...CONFIGURATION_OPTIONS,
    { name: 'allow-non-restored-state', aliases: ['allowNonRestoredState'], short: 'n', description: 'state of operators that the job no longer has may be dropped' },
    { name: 'json', description: 'one line of JSON' },
    { name: 'help', short: 'h', description: 'this text' },
  ],
};

export async function runSavepointCheck({ platform, words }: CommandContext): Promise<number> {
  const parsed = parseArguments(SAVEPOINT_CHECK_COMMAND, words);
  const { process, files } = platform;
  if (parsed.values.has('help')) {
    process.writeStdout(formatHelp(SAVEPOINT_CHECK_COMMAND));
    return 0;
  }
  const [savepoint, path, ...jobArguments] = parsed.positional;
  if (savepoint === undefined || path === undefined) throw new CliError('USAGE_ARGUMENT_MISSING', `millrace savepoint check needs a savepoint and the file of a program: millrace savepoint check ${SAVEPOINT_CHECK_COMMAND.usage}`);
  if (!files.existsSync(path)) throw new ClientError('PROGRAM_NOT_FOUND', `there is no program at ${path}: give the path of a .ts, .js or .mjs file`);
  const configuration = withLocalDefaults(await readConfiguration(platform, parsed), process.hostCores);
  const streamGraph = await graphOfProgram(platform, resolve(path), jobArguments, configuration);
  const isUnclaimedStateIgnored = parsed.values.has('allow-non-restored-state') || configuration.get(stateRecoveryOptions.isUnclaimedStateIgnored);
  const { clock, random } = platform;
  const check = await checkSavepoint({ platform: { files, clock, random, process, storage: createCheckpointStorage(files, configuration) }, savepoint, streamGraph, isUnclaimedStateIgnored });
  process.writeStdout(parsed.values.has('json') ? `${JSON.stringify(check)}\n` : checkText(check));
  const refused = check.operators.filter(({ outcome }) => outcome === 'refused');
  if (refused.length > 0) {
    throw new ClientError('SAVEPOINT_REFUSED', `the job would not start from ${savepoint}: state of ${refused.map(nameOf).join(', ')} cannot be restored, see ${parsed.values.has('json') ? 'the notes' : 'above'}`);
  }
  return 0;
}

function checkText(check: SavepointCheck): string {
  const rows = check.operators.flatMap((operator) => states(operator).length === 0
    ? [[nameOf(operator), '', '', operator.outcome, operator.notes.join('; ')]]
    : states(operator).map(({ name, kind, outcome, notes }, index) => [nameOf(operator), name, kind, outcome, [...(index === 0 ? operator.notes : []), ...notes].join('; ')]));
  return `${check.savepoint}: checkpoint ${check.checkpointId}\n${formatTable(['operator', 'state', 'kind', 'outcome', 'notes'], rows)}`;
}

/** What the engine keeps for itself is told as a whole. */
function states(operator: OperatorCheck): OperatorCheck['states'] {
  return operator.states.filter(({ kind }) => kind !== 'internal');
}

function nameOf({ uid, name, operatorId }: OperatorCheck): string {
  return uid ?? name ?? operatorId;
}
