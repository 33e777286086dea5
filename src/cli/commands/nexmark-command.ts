// The options of `millrace nexmark`: read by the command and by shell completion.
import type { CommandSpec } from '#cli/arguments';
import { CONFIGURATION_OPTIONS } from '#cli/configuration-input';

export const NEXMARK_COMMAND: CommandSpec = {
  name: 'nexmark',
  usage: '[--query qN|all] [--events N | --input FILE] [options]',
  description: 'Runs queries of the Nexmark benchmark: over generated events into a blackhole, or over a file to its result.',
  options: [
    { name: 'query', value: 'qN|all', description: 'which query (default all)' },
    { name: 'events', value: 'N', description: 'how many events to generate (default 1,000,000)' },
    { name: 'input', value: 'FILE.ndjson[.gz]', description: 'reads recorded events and prints the result' },
    ...CONFIGURATION_OPTIONS,
    { name: 'api', value: 'sql|datastream', choices: ['sql', 'datastream'], description: 'how the queries are written (default sql)' },
    { name: 'side-input', value: 'FILE.csv', description: "side table of q13: lines key,value (default: keys 0 to 9,999)" },
    { name: 'source', value: 'full|push-down|recorded', choices: ['full', 'push-down', 'recorded'], description: 'full: the source makes every column; push-down: only those that the query reads; recorded: events lie in memory before the clock starts (default full)' },
    { name: 'event-rate', value: 'N', description: 'generated events per second of event time (default 100,000)' },
    { name: 'backend', value: 'hashmap|rocksdb', choices: ['hashmap', 'rocksdb'], description: 'state backend (default: that of the configuration)' },
    { name: 'sweep', value: 'key=v1,v2,…', description: 'runs once per value of a setting' },
    { name: 'format', value: 'table|ndjson', choices: ['table', 'ndjson'], description: 'how figures are printed (default table)' },
    { name: 'main-job', description: 'shows the hottest items with progress and a summary: what npm start runs' },
    { name: 'verbose', short: 'v', description: 'shows the whole stack when the job fails' },
    { name: 'help', short: 'h', description: 'this text' },
  ],
};
