// The statements of a SQL session as a job module: run again in each worker, they make the graph of the statement that started the
// job. `args[0]` holds them as JSON. Nothing is printed here.
import type { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import { createTableEnvironment } from '#client/table-environment';

export interface SqlProgram {
  readonly statements: readonly string[];
}

export default async function sqlJob(env: StreamExecutionEnvironment, args: readonly string[]): Promise<void> {
  const { statements } = JSON.parse(args[0] ?? '{"statements":[]}') as SqlProgram;
  const tables = createTableEnvironment(env);
  for (const statement of statements) {
    const result = await tables.executeSql(statement);
    await result.await();
  }
}
