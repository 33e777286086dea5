// `millrace state read --job JOB_ID --uid UID --state NAME --key JSON`: what a running job's state holds for one key.
import { valueOf } from '#cli/arguments';
import type { CommandContext } from '#cli/command-context';
import { STATE_COMMAND } from '#cli/commands/state-command';
import { formatTable } from '#cli/output/figures-text';
import { cellText, csvLine } from '#cli/output/state-values';
import { runVerb, usage } from '#cli/rest-verb';

export function readStateOfJob(context: CommandContext): Promise<number> {
  return runVerb(STATE_COMMAND, context, async ({ parsed, client }) => {
    const [action, surplus] = parsed.positional;
    const [job, uid, state, key] = ['job', 'uid', 'state', 'key'].map((name) => valueOf(parsed, name));
    if (action !== 'read' || surplus !== undefined) throw usage('USAGE_VALUE_INVALID', 'millrace state --job reads one key: millrace state read --job JOB_ID --uid UID --state NAME --key JSON');
    if (job === undefined || uid === undefined || state === undefined || key === undefined) throw usage('USAGE_ARGUMENT_MISSING', 'millrace state read --job needs --uid, --state and --key: state of a running job is read key by key');
    const rows = await client.state(job, uid, state, key) as readonly Readonly<Record<string, unknown>>[];
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    const cells = rows.map((row) => columns.map((column) => cellText(row[column])));
    switch (parsed.values.has('json') ? 'ndjson' : valueOf(parsed, 'format') ?? 'table') {
      case 'ndjson': return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
      case 'csv': return [columns, ...cells].map(csvLine).join('');
      default: return rows.length === 0 ? 'No rows.\n' : formatTable(columns, cells);
    }
  });
}
