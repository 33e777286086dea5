// A job of SQL with a compiled plan, stopped with a savepoint in the middle of its input, and gone on with: how the fixtures of
// released formats are made and read. On the calling thread.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { TableEnvironment } from '#table/api/table-environment';
import { clearValues, writtenValues } from '#table/factories/values-registry';
import { StreamExecutionEnvironment } from 'millrace';

const ROWS = 240;
const RATE = 120;
/** Of the sink `aggregated`, before the savepoint is taken. */
const ROWS_BEFORE = 80;

const input = (name: string, columns: string): string => `CREATE TABLE ${name} (id BIGINT, ${columns}, ts AS TO_TIMESTAMP_LTZ(id * 100, 3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
  WITH ('connector' = 'datagen', 'rows-per-second' = '${RATE}', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '${ROWS}')`;

/** A sink per family of operators: its columns and its query. */
const QUERIES: Readonly<Record<string, readonly [columns: string, query: string]>> = {
  aggregated: ['k BIGINT, n BIGINT, total BIGINT, most STRING, kinds BIGINT', 'SELECT k, COUNT(*), SUM(v), MAX(s), COUNT(DISTINCT MOD(v, 4)) FROM events GROUP BY k'],
  retracted: ['n BIGINT, least BIGINT', 'SELECT n, MIN(k) FROM (SELECT k, COUNT(*) AS n FROM events GROUP BY k) GROUP BY n'],
  joined: ['id BIGINT, other BIGINT', 'SELECT e.id, o.id FROM events AS e LEFT JOIN others AS o ON e.id = o.link'],
  near: ['id BIGINT, other BIGINT', "SELECT e.id, o.id FROM events AS e JOIN others AS o ON e.k = o.k AND e.ts BETWEEN o.ts - INTERVAL '0.2' SECOND(1, 1) AND o.ts"],
  semi: ['id BIGINT', 'SELECT id FROM events WHERE k IN (SELECT k FROM others WHERE link > 100)'],
  best: ['k BIGINT, id BIGINT, place BIGINT', 'SELECT k, id, place FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC) AS place FROM events) WHERE place <= 2'],
  newest: ['k BIGINT, id BIGINT', 'SELECT k, id FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) AS place FROM events) WHERE place = 1'],
  tumbled: ['k BIGINT, ends TIMESTAMP(3), n BIGINT', "SELECT k, window_end, SUM(v) FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '3' SECOND)) GROUP BY k, window_start, window_end"],
  sessions: ['s STRING, ends TIMESTAMP(3), n BIGINT', "SELECT s, window_end, COUNT(*) FROM TABLE(SESSION(TABLE events PARTITION BY s, DESCRIPTOR(ts), INTERVAL '0.5' SECOND(1, 1))) GROUP BY s, window_start, window_end"],
  moving: ['id BIGINT, total BIGINT', "SELECT id, SUM(v) OVER (PARTITION BY k ORDER BY ts RANGE BETWEEN INTERVAL '4' SECOND PRECEDING AND CURRENT ROW) FROM events"],
  matched: ['k BIGINT, a BIGINT, b BIGINT', "SELECT * FROM events MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES x.id AS a, LAST(y.id) AS b ONE ROW PER MATCH AFTER MATCH SKIP PAST LAST ROW PATTERN (x y{2}) DEFINE x AS MOD(x.v, 2) = 0)"],
  sorted: ['id BIGINT', 'SELECT id FROM others ORDER BY ts'],
};

export const SINKS = Object.keys(QUERIES);

const TABLES = [
  input('events', "k AS MOD(id, 5), v AS MOD(id * 7, 31), s AS CONCAT('s', CAST(MOD(id / 10, 3) AS STRING))"), input('others', 'k AS MOD(id, 5), link AS id * 2'),
  ...Object.entries(QUERIES).map(([name, [columns]]) => `CREATE TABLE ${name} (${columns}) WITH ('connector' = 'values')`),
];

/** Changes by sink, as text. */
export type Written = Readonly<Record<string, readonly string[]>>;

const writtenNow = (): Written => Object.fromEntries(SINKS.map((name) => [name, writtenValues(name).map(({ kind, values }) => `${kind}${JSON.stringify(values, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`)]));

async function session(settings: Readonly<Record<string, string>>): Promise<TableEnvironment> {
  clearValues();
  const environment = StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism: 1 });
  environment.configure(settings);
  return new TableEnvironment({ environment, clock: { now: () => 1_700_000_000_000 }, random: { nextDouble: () => 0.5 }, planFiles: { read: (path) => readFile(path, 'utf8'), write: () => Promise.reject(new Error('no plan is written here')) } });
}

/** Compiles, runs, and stops in the middle. @returns where the savepoint lies, the plan, and what was written before it. */
export async function takeSqlSavepoint(targetDirectory: string): Promise<{ readonly savepoint: string; readonly plan: string; readonly before: Written }> {
  const tables = await session({});
  for (const sql of TABLES) await tables.executeSql(sql);
  const plan = tables.compilePlanSql(`STATEMENT SET BEGIN ${Object.entries(QUERIES).map(([name, [, query]]) => `INSERT INTO ${name} ${query};`).join(' ')} END`);
  const result = await plan.execute();
  const job = result.getJobClient() as unknown as { stopWithSavepoint(options: { readonly targetDirectory: string }): Promise<string> };
  let hasEnded = false;
  const end = result.await().finally(() => { hasEnded = true; });
  while (!hasEnded && writtenValues('aggregated').length < ROWS_BEFORE) await setTimeout(5);
  if (hasEnded) await end.then(() => Promise.reject(new Error('the job ended before it could be stopped')));
  const savepoint = await job.stopWithSavepoint({ targetDirectory });
  await end;
  return { savepoint, plan: plan.asJsonString(), before: writtenNow() };
}

/** The rows that are there in the end. @param plan its file. @param from a fixture: `_metadata` and state, `plan.json`, `before.json`; undefined: from the start. */
export async function rowsAtEnd(plan: string, from: string | undefined): Promise<Written> {
  const tables = await session(from === undefined ? {} : { 'execution.state-recovery.path': from });
  const before = from === undefined ? {} : (JSON.parse(readFileSync(join(from, 'before.json'), 'utf8')) as Written);
  await (await (await tables.loadPlan(plan)).execute()).await();
  const after = writtenNow();
  return Object.fromEntries(SINKS.map((name) => [name, remaining([...(before[name] ?? []), ...after[name]!])]));
}

function remaining(changes: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const change of changes) {
    const row = change.slice(2);
    counts.set(row, (counts.get(row) ?? 0) + (change.startsWith('+') ? 1 : -1));
  }
  return [...counts].flatMap(([row, count]) => (count < 0 ? [`${row} is taken back too often`] : Array.from({ length: count }, () => row))).sort();
}
