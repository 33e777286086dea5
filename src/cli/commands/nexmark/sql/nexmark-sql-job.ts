// A query of the benchmark as SQL, in a program: tables, then one INSERT whose target the settings say.
import { nexmarkResultSink } from '#cli/commands/nexmark/sql/result-sink';
import { NEXMARK_STATEMENTS } from '#cli/commands/nexmark/sql/nexmark-statements';
import { nexmarkTables } from '#cli/commands/nexmark/sql/nexmark-tables';
import type { NexmarkSettings } from '#cli/commands/nexmark/nexmark-settings';
import { generatedSideInput } from '#cli/commands/nexmark/sql/side-input';
import { assert } from '#core/assert';
import type { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import { createTableEnvironment } from '#client/table-environment';
import type { TableObject } from '#table/factories/table-factory';

const RESULT = 'nexmark_result';

export async function nexmarkSqlJob(env: StreamExecutionEnvironment, settings: NexmarkSettings): Promise<unknown> {
  const statement = NEXMARK_STATEMENTS[settings.query];
  assert(statement !== undefined, `query ${settings.query} is known`);
  const tables = createTableEnvironment(env);
  for (const sql of [...nexmarkTables(settings), ...(statement.setUp ?? [])]) await tables.executeSql(sql);
  if (settings.sideInput === undefined) tables.registerTemporaryTable('side_input', { kind: 'table', table: generatedSideInput(tables.session.catalogs.qualify(['side_input'])) });
  else await tables.executeSql(`CREATE TABLE side_input (key BIGINT, \`value\` STRING) WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = '${settings.sideInput.replaceAll("'", "''")}')`);
  tables.session.set('pipeline.name', `Nexmark ${settings.query}`);
  if (settings.output === 'print') return tables.executeInto(statement.query, RESULT, { factory: nexmarkResultSink as TableObject });
  return tables.executeInto(statement.query, RESULT, { options: { connector: 'blackhole' } });
}
