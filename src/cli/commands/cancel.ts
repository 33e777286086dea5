// `millrace cancel JOB`: ends a job of a running engine, without a savepoint.
import type { CommandSpec } from '#cli/arguments';
import type { CommandContext } from '#cli/command-context';
import { onlyArgument, runVerb, VERB_OPTIONS } from '#cli/rest-verb';

export const CANCEL_COMMAND: CommandSpec = {
  name: 'cancel',
  usage: '[options] JOB_ID',
  description: 'Cancels a job of a running engine. To go on from where it was, stop it instead.',
  options: VERB_OPTIONS,
};

export function runCancel(context: CommandContext): Promise<number> {
  return runVerb(CANCEL_COMMAND, context, async ({ parsed, client }) => {
    const jobId = onlyArgument(parsed, CANCEL_COMMAND, 'the id of a job');
    await client.cancel(jobId);
    return `Cancelled job ${jobId}.\n`;
  });
}
