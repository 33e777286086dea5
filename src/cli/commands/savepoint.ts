// `millrace savepoint JOB [DIR]`: takes a savepoint of a running job; with --dispose removes one; `savepoint check` compares one.
import { valueOf, type CommandSpec } from '#cli/arguments';
import type { CommandContext } from '#cli/command-context';
import { onlyArgument, runVerb, usage, VERB_OPTIONS } from '#cli/rest-verb';

export const SAVEPOINT_COMMAND: CommandSpec = {
  name: 'savepoint',
  usage: '[options] JOB_ID [DIR] | check SAVEPOINT JOB',
  description: 'Takes a savepoint of a running job into DIR, default execution.checkpointing.savepoint-dir.',
  options: [
    { name: 'dispose', short: 'd', value: 'PATH', description: 'removes that savepoint instead' },
    { name: 'type', value: 'FORMAT', choices: ['canonical', 'native'], description: 'format of the savepoint, canonical or native' },
    { name: 'detached', description: 'prints the id of the request and does not wait' },
    ...VERB_OPTIONS,
  ],
};

export async function runSavepoint(context: CommandContext): Promise<number> {
  if (context.words[0] === 'check') return (await import('#cli/commands/savepoint-check')).runSavepointCheck({ ...context, words: context.words.slice(1) });
  return runVerb(SAVEPOINT_COMMAND, context, async ({ parsed, client }) => {
    const disposed = valueOf(parsed, 'dispose');
    if (disposed !== undefined) {
      if (parsed.positional[0] !== undefined) throw usage('USAGE_ARGUMENT_SURPLUS', `millrace savepoint --dispose takes the path alone, got '${parsed.positional[0]}' too`);
      await client.dispose(disposed);
      return `Savepoint '${disposed}' disposed.\n`;
    }
    const [, directory, ...surplus] = parsed.positional;
    const jobId = onlyArgument({ ...parsed, positional: [...parsed.positional.slice(0, 1), ...surplus] }, SAVEPOINT_COMMAND, 'the id of a job and a folder');
    const body = { 'target-directory': directory ?? null, 'cancel-job': false, formatType: (valueOf(parsed, 'type') ?? 'canonical').toUpperCase(), triggerId: null };
    if (parsed.values.has('detached')) return `Savepoint triggered. Request: ${await client.triggerSavepoint(jobId, body)}\n`;
    return `Savepoint completed. Path: ${await client.savepoint(jobId, body)}\n`;
  });
}
