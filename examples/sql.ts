// Sums orders per item in SQL, with a function of its own:  npx millrace run examples/sql.ts
// Each change of a sum is printed: -U takes the old sum back, +U gives the new one.
import type { StreamExecutionEnvironment } from 'millrace';
import { createTableEnvironment, type UserScalarFunction } from 'millrace/table';

/** What CREATE FUNCTION names: SQL types, and how a value is computed. */
export const discounted: UserScalarFunction = { kind: 'scalar', arguments: ['INT', 'INT'], result: 'INT', eval: (price: number, percent: number) => Math.round((price * (100 - percent)) / 100) };

export default async function sqlExample(env: StreamExecutionEnvironment): Promise<void> {
  const tables = createTableEnvironment(env);
  await tables.executeSql(`CREATE TEMPORARY FUNCTION discounted AS '${import.meta.filename}#discounted' LANGUAGE TYPESCRIPT`);
  await tables.executeSql("CREATE VIEW orders AS SELECT * FROM (VALUES ('apple', 100), ('pear', 250), ('apple', 60)) AS t (item, price)");
  await tables.executeSql("CREATE TABLE sums (item STRING, total INT) WITH ('connector' = 'print')");
  const result = await tables.executeSql('INSERT INTO sums SELECT item, SUM(discounted(price, 10)) FROM orders GROUP BY item');
  await result.await();
}

// Output at parallelism 1, sorted:
//   +I[apple, 90]
//   +I[pear, 225]
//   +U[apple, 144]
//   -U[apple, 90]
