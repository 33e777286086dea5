// `millrace rescale JOB`: gives a running job another parallelism. It takes a checkpoint and goes on from it.
import { countOf, type CommandSpec, type ParsedArguments } from '#cli/arguments';
import type { CommandContext } from '#cli/command-context';
import { onlyArgument, runVerb, usage, VERB_OPTIONS } from '#cli/rest-verb';
import type { ResourceRequirements } from '#rest/handlers/resource-handlers';

export const RESCALE_COMMAND: CommandSpec = {
  name: 'rescale',
  usage: '[options] JOB_ID',
  description: 'Gives a running job another parallelism, from a checkpoint that is taken for it. Needs execution.checkpointing.dir.',
  options: [
    { name: 'parallelism', short: 'p', value: 'N', description: 'of all vertices whose parallelism the program does not set' },
    { name: 'vertex', value: 'ID=N', isRepeatable: true, description: 'of one vertex, by its id' },
    ...VERB_OPTIONS,
  ],
};

export function runRescale(context: CommandContext): Promise<number> {
  return runVerb(RESCALE_COMMAND, context, async ({ parsed, client }) => {
    const jobId = onlyArgument(parsed, RESCALE_COMMAND, 'the id of a job');
    const all = countOf(parsed, 'parallelism');
    const single = verticesIn(parsed);
    if (all === undefined && single.size === 0) throw usage('USAGE_ARGUMENT_MISSING', 'millrace rescale needs a parallelism: -p N, or --vertex ID=N');
    const before = await client.resourceRequirements(jobId);
    const wanted = new Map(Object.entries(before).map(([id, { parallelism, isParallelismSet }]) => [id, isParallelismSet === true ? parallelism.upperBound : all ?? parallelism.upperBound]));
    for (const [id, parallelism] of single) wanted.set(id, parallelism);
    await client.updateResourceRequirements(jobId, Object.fromEntries([...wanted].map(([id, upperBound]) => [id, { parallelism: { lowerBound: 1, upperBound } }])));
    const changed = [...wanted].filter(([id, parallelism]) => before[id]?.parallelism.upperBound !== parallelism);
    if (changed.length === 0) return `Job ${jobId} has this parallelism already.\n`;
    return `Job ${jobId} rescaled.\n${changed.map(([id, parallelism]) => `  ${nameOf(before, id)}: ${before[id]?.parallelism.upperBound ?? '?'} -> ${parallelism}\n`).join('')}`;
  });
}

/** Throws USAGE_VALUE_INVALID. */
function verticesIn(parsed: ParsedArguments): ReadonlyMap<string, number> {
  return new Map((parsed.values.get('vertex') ?? []).map((text) => {
    const [, id, parallelism] = /^([^=]+)=(\d+)$/.exec(text) ?? [];
    if (id === undefined || parallelism === undefined) throw usage('USAGE_VALUE_INVALID', `--vertex was given '${text}': give the id of a vertex and its parallelism, ID=N`);
    return [id, Number(parallelism)];
  }));
}

function nameOf(requirements: ResourceRequirements, id: string): string {
  return requirements[id]?.name ?? id;
}
