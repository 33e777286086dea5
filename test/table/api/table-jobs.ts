// Runs SQL over rows of a test, in the calling thread: tables of rows with their changes, and the changes of a query or a sink.
import { StreamExecutionEnvironment } from 'millrace';
import { TableEnvironment } from '#table/api/table-environment';
import { rowKindName } from '#table/runtime/row-kind';

export function inlineTables(settings: Readonly<Record<string, string>> = {}): TableEnvironment {
  const environment = StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism: 1 });
  const tables = new TableEnvironment({ environment, clock: { now: () => 1_700_000_000_000 }, random: { nextDouble: () => 0.5 } });
  for (const [key, value] of Object.entries({ 'table.local-time-zone': 'UTC', ...settings })) tables.session.set(key, value);
  return tables;
}

/** The changes of a query as `+I[1, a]`. */
export async function changesOf(tables: TableEnvironment, query: string): Promise<string[]> {
  const result = await tables.executeSql(query);
  const rows: string[] = [];
  for await (const { kind, values } of result.collect()) rows.push(`${rowKindName(kind)}${JSON.stringify(values, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))}`);
  return rows;
}
