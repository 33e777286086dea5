// `millrace list`: the jobs of a running engine, one line each.
import type { CommandSpec } from '#cli/arguments';
import type { CommandContext } from '#cli/command-context';
import { runVerb, VERB_OPTIONS } from '#cli/rest-verb';
import type { JobOverview } from '#rest/messages/job-overview';

export const LIST_COMMAND: CommandSpec = {
  name: 'list',
  usage: '[options]',
  description: 'Shows running and scheduled jobs of a running engine, newest last.',
  options: [
    { name: 'running', short: 'r', description: 'running and restarting jobs only' },
    { name: 'scheduled', short: 's', description: 'scheduled jobs only' },
    { name: 'all', short: 'a', description: 'jobs that have ended as well' },
    { name: 'json', description: 'one line of JSON per job' },
    ...VERB_OPTIONS,
  ],
};

const ENDED = ['FINISHED', 'FAILED', 'CANCELED'];
const SCHEDULED = ['CREATED', 'INITIALIZING'];

export function runList(context: CommandContext): Promise<number> {
  return runVerb(LIST_COMMAND, context, async ({ parsed, client }) => {
    const { values } = parsed;
    const jobs = (await client.jobs()).filter(({ state }) => {
      if (ENDED.includes(state)) return values.has('all');
      return values.has('all') || values.has('running') === values.has('scheduled') || values.has('scheduled') === SCHEDULED.includes(state);
    }).toSorted((a, b) => a['start-time'] - b['start-time']);
    if (values.has('json')) return jobs.map((job) => `${JSON.stringify(job)}\n`).join('');
    return jobs.length === 0 ? 'No jobs.\n' : jobs.map(lineOf).join('');
  });
}

function lineOf(job: JobOverview): string {
  const started = new Date(job['start-time']).toISOString().slice(0, 19).replace('T', ' ');
  return `${started} : ${job.jid} : ${job.name} (${job.state})\n`;
}
