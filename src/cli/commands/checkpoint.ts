// `millrace checkpoint JOB`: takes a checkpoint of a running job now.
import type { CommandSpec } from '#cli/arguments';
import type { CommandContext } from '#cli/command-context';
import { onlyArgument, runVerb, VERB_OPTIONS } from '#cli/rest-verb';

export const CHECKPOINT_COMMAND: CommandSpec = {
  name: 'checkpoint',
  usage: '[options] JOB_ID',
  description: 'Takes a checkpoint of a running job without waiting for its interval.',
  options: [
    { name: 'full', description: 'a whole one, also where checkpoints are incremental' },
    ...VERB_OPTIONS,
  ],
};

export function runCheckpoint(context: CommandContext): Promise<number> {
  return runVerb(CHECKPOINT_COMMAND, context, async ({ parsed, client }) => {
    const jobId = onlyArgument(parsed, CHECKPOINT_COMMAND, 'the id of a job');
    const id = await client.checkpoint(jobId, { checkpointType: parsed.values.has('full') ? 'FULL' : 'CONFIGURED', triggerId: null });
    return `Checkpoint ${id} completed.\n`;
  });
}
