// The statements of a SQL session as a job module: run again in each worker, they make the graph of the statement that started the
// job. `args[0]` holds them as JSON. Nothing is printed here.
import { StatementEnvironment } from '#cli/commands/sql/statement-environment';
import { createStatementTables } from '#client/table-environment';
import type { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';

export interface SqlProgram {
  readonly statements: readonly string[];
}

export default async function sqlJob(_environment: StreamExecutionEnvironment, args: readonly string[]): Promise<void> {
  const { statements } = JSON.parse(args[0] ?? '{"statements":[]}') as SqlProgram;
  const environment = new StatementEnvironment();
  const tables = createStatementTables(environment);
  for (const statement of statements) {
    environment.renew();
    const result = await tables.executeSql(statement);
    await result.await();
  }
}
