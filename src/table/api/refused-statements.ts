// Statements that are Flink's but have nothing to act on here: refused by one line that says what there is instead.
import { TableError } from '#table/errors';
import type { Statement } from '#table/parser/ast-statement';

/** In place of ALTER and DROP too. */
export const MATERIALIZED_TABLE_REFUSAL = 'materialized tables are not supported: CREATE TABLE … AS SELECT, or INSERT INTO, starts a job that keeps a table up to date, and STOP JOB ends it';

const REFUSALS: Partial<Readonly<Record<Statement['kind'], string>>> = {
  jar: "there are no jars: functions are exports of TypeScript modules, CREATE FUNCTION f AS 'module#export' LANGUAGE TYPESCRIPT",
  update: 'UPDATE needs a connector that changes rows in place, and there is none: write the new rows with INSERT INTO a table with a primary key',
  delete: 'DELETE needs a connector that changes rows in place, and there is none: write what is to stay into another table',
  truncate: 'TRUNCATE TABLE needs a connector that can empty its table, and there is none',
  'analyze-table': 'ANALYZE TABLE collects statistics, and nothing is planned by statistics here',
  'call-procedure': 'there are no procedures: SHOW FUNCTIONS lists what can be called in a query',
  'create-model': 'models are not supported',
  'create-connection': 'connections are not supported: give the options of the connector in WITH',
  'create-materialized-table': MATERIALIZED_TABLE_REFUSAL,
  shell: 'HELP, CLEAR, QUIT and EXIT are words of the shell, which millrace sql without statements is',
};

/** What to say of a statement that nothing carries out. */
export function refusedStatement({ kind }: Statement): TableError {
  return new TableError('TABLE_NOT_SUPPORTED', REFUSALS[kind] ?? `the statement ${kind.replaceAll('-', ' ').toUpperCase()} is not supported`);
}
