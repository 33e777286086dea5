// The options of `millrace state`: read by the command and by shell completion.
import type { CommandSpec } from '#cli/arguments';
import { VERB_OPTIONS } from '#cli/rest-verb';

export const STATE_COMMAND: CommandSpec = {
  name: 'state',
  usage: 'ls|read PATH… | diff OLD NEW | read --job JOB_ID --uid UID --state NAME --key JSON [options]',
  description: 'Shows the state in checkpoints and savepoints: ls lists it, read prints its rows, diff what lies between two.',
  options: [
    { name: 'uid', value: 'UID', description: 'of the operator, or its id of 32 hex digits' },
    { name: 'state', value: 'NAME', description: 'one state of the operator' },
    { name: 'key', value: 'JSON', description: 'rows of that key only' },
    { name: 'limit', value: 'N', description: 'at most so many rows of each state' },
    { name: 'all', short: 'a', description: 'also what sources, sinks and engine operators keep for themselves' },
    { name: 'format', value: 'FORMAT', choices: ['table', 'ndjson', 'csv'], description: 'how rows are printed: table (default), ndjson, csv' },
    { name: 'json', description: 'the same as --format ndjson' },
    { name: 'job', value: 'JOB_ID', description: 'reads one key of a running job instead of a snapshot' },
    ...VERB_OPTIONS,
  ],
};
