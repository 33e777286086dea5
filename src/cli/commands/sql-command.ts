// The options of `millrace sql`: read by the command and by shell completion.
import type { CommandSpec } from '#cli/arguments';
import { CONFIGURATION_OPTIONS } from '#cli/configuration-input';

export const SQL_COMMAND: CommandSpec = {
  name: 'sql',
  usage: '[-f FILE | -e STATEMENT…] [options]',
  description: 'Runs SQL statements: of a file, of the command line, or, without either, line by line in a shell.',
  options: [
    { name: 'file', short: 'f', value: 'FILE', description: 'runs the statements of a file, one after the other' },
    { name: 'execute', short: 'e', value: 'STATEMENT', isRepeatable: true, description: 'runs statements; may be given several times' },
    { name: 'init', short: 'i', value: 'FILE', description: 'runs the statements of a file first, and prints nothing of them' },
    { name: 'format', value: 'table|ndjson|csv|changelog', choices: ['table', 'ndjson', 'csv', 'changelog'], description: 'how rows are printed (default table)' },
    ...CONFIGURATION_OPTIONS,
    { name: 'verbose', short: 'v', description: 'shows the whole stack when a job fails' },
    { name: 'help', short: 'h', description: 'this text' },
  ],
};
