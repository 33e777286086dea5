// `millrace stop JOB`: ends a job with a savepoint that it can be started again from.
import { valueOf, type CommandSpec } from '#cli/arguments';
import type { CommandContext } from '#cli/command-context';
import { onlyArgument, runVerb, VERB_OPTIONS } from '#cli/rest-verb';

export const STOP_COMMAND: CommandSpec = {
  name: 'stop',
  usage: '[options] JOB_ID',
  description: 'Stops a job with a savepoint: sources stop first, sinks commit what the savepoint covers.',
  options: [
    { name: 'savepoint-path', aliases: ['savepointPath'], short: 'p', value: 'DIR', description: 'folder of the savepoint, default execution.checkpointing.savepoint-dir' },
    { name: 'drain', short: 'd', description: 'brings event time to its end first, so that every window fires: for a job that does not go on' },
    { name: 'type', value: 'FORMAT', choices: ['canonical', 'native'], description: 'format of the savepoint, canonical or native' },
    ...VERB_OPTIONS,
  ],
};

export function runStop(context: CommandContext): Promise<number> {
  return runVerb(STOP_COMMAND, context, async ({ parsed, client }) => {
    const jobId = onlyArgument(parsed, STOP_COMMAND, 'the id of a job');
    const location = await client.stop(jobId, {
      targetDirectory: valueOf(parsed, 'savepoint-path') ?? null, drain: parsed.values.has('drain'),
      formatType: (valueOf(parsed, 'type') ?? 'canonical').toUpperCase(), triggerId: null,
    });
    return `Savepoint completed. Path: ${location}\n`;
  });
}
