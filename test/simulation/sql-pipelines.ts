// Operator families of SQL as pipelines of simulated jobs. What they commit is a changelog: a line that begins with `-` takes
// back an equal line without it. Invariant: what remains depends on the rows alone, as in the pipelines of the DataStream API.
import { StreamTableEnvironment, type ChangelogRecord } from '#client/stream-table-environment';
import type { DataStream } from '#datastream/stream/data-stream';
import { Schema } from '#table/fluent/schema';
import { $, call } from '#table/fluent/expressions';
import type { Table } from '#table/fluent/table';
import { RowKind } from '#table/runtime/row-kind';
import type { Row } from './input.js';
import type { JobPart } from './pipelines.js';
import { EXTENT, HIGHEST } from './table-aggregates.js';

/** Takes a line back. */
export const RETRACTION = '-';

const SCHEMA = Schema.newBuilder().column('s', 'INT NOT NULL').column('n', 'INT NOT NULL').column('key', 'STRING NOT NULL').column('lane', 'STRING NOT NULL').column('time', 'BIGINT NOT NULL')
  .column('value', 'INT NOT NULL').column('pad', 'STRING NOT NULL').columnByMetadata('rowtime', 'TIMESTAMP_LTZ(3)').watermark('rowtime', 'SOURCE_WATERMARK()').build();

const MINI_BATCH = { 'table.exec.mini-batch.enabled': 'true', 'table.exec.mini-batch.allow-latency': '20 ms', 'table.exec.mini-batch.size': '7' };

/** A versioned table. */
const NEWEST_B = 'SELECT lane, n, rowtime FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY lane ORDER BY rowtime DESC) AS r FROM b) WHERE r = 1';

/** Rows of a key may come from several splits in any order: only rows of one lane have an order that all runs share. */
export const SQL_PIPELINES: readonly JobPart[] = [
  sql('group aggregation', 'SELECT `key`, COUNT(*), SUM(`value`), MIN(`value`), MAX(`value`), COUNT(DISTINCT lane) FILTER (WHERE `value` > 20) FROM a GROUP BY `key`'),
  sql('group aggregation over updates', 'SELECT c, COUNT(*), MAX(total), MIN(total) FROM (SELECT `key`, COUNT(*) AS c, SUM(`value`) AS total FROM a GROUP BY `key`) GROUP BY c'),
  sql('group aggregation in mini-batches', 'SELECT `key`, COUNT(*), SUM(`value`), MAX(`value`), COUNT(DISTINCT lane) FROM a GROUP BY `key`', MINI_BATCH),
  sql('group aggregation in two phases', 'SELECT `key`, COUNT(*), SUM(`value`), AVG(`value`) FROM a GROUP BY `key`', { ...MINI_BATCH, 'table.optimizer.agg-phase-strategy': 'TWO_PHASE' }),
  sql('grouping sets', 'SELECT `key`, lane, COUNT(*), SUM(`value`) FROM a GROUP BY GROUPING SETS ((`key`), (lane), ())'),
  sql('tumbling window', 'SELECT `key`, window_start, COUNT(*), SUM(`value`), COUNT(DISTINCT lane) FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(rowtime), INTERVAL \'0.1\' SECOND)) GROUP BY `key`, window_start, window_end'),
  sql('hopping window', 'SELECT `key`, window_end, COUNT(*), MIN(`value`) FROM TABLE(HOP(TABLE a, DESCRIPTOR(rowtime), INTERVAL \'0.04\' SECOND, INTERVAL \'0.12\' SECOND)) GROUP BY `key`, window_start, window_end'),
  sql('cumulating window', 'SELECT `key`, window_end, SUM(`value`) FROM TABLE(CUMULATE(TABLE a, DESCRIPTOR(rowtime), INTERVAL \'0.05\' SECOND, INTERVAL \'0.2\' SECOND)) GROUP BY `key`, window_start, window_end'),
  sql('session window', 'SELECT `key`, window_start, window_end, COUNT(*), SUM(`value`) FROM TABLE(SESSION(TABLE a PARTITION BY `key`, DESCRIPTOR(rowtime), INTERVAL \'0.06\' SECOND)) GROUP BY `key`, window_start, window_end'),
  sql('window top-N', `SELECT window_end, \`key\`, s, n, r FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, \`key\` ORDER BY \`value\` DESC, s, n) AS r
    FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(rowtime), INTERVAL '0.1' SECOND))) WHERE r <= 2`),
  sql('window deduplication', `SELECT window_end, lane, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, lane ORDER BY rowtime DESC) AS r
    FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(rowtime), INTERVAL '0.1' SECOND))) WHERE r = 1`),
  sql('window join', `SELECT l.window_end, l.s, l.n, r.s, r.n FROM (SELECT * FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(rowtime), INTERVAL '0.1' SECOND))) l
    JOIN (SELECT * FROM TABLE(TUMBLE(TABLE b, DESCRIPTOR(rowtime), INTERVAL '0.1' SECOND))) r ON l.window_start = r.window_start AND l.window_end = r.window_end AND l.\`key\` = r.\`key\``),
  sql('legacy group window', 'SELECT `key`, TUMBLE_START(rowtime, INTERVAL \'0.1\' SECOND), SUM(`value`) FROM a GROUP BY `key`, TUMBLE(rowtime, INTERVAL \'0.1\' SECOND)'),
  sql('over rows', 'SELECT lane, n, SUM(`value`) OVER (PARTITION BY lane ORDER BY rowtime ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) FROM a'),
  sql('over a range', 'SELECT `key`, s, n, COUNT(*) OVER (PARTITION BY `key` ORDER BY rowtime RANGE BETWEEN INTERVAL \'0.05\' SECOND PRECEDING AND CURRENT ROW) FROM a'),
  sql('regular join', 'SELECT a.`key`, a.s, a.n, b.s, b.n FROM a JOIN b ON a.`key` = b.`key` AND ABS(a.`time` - b.`time`) < 40'),
  sql('outer join of updates', 'SELECT l.`key`, l.c, r.c FROM (SELECT `key`, COUNT(*) AS c FROM a WHERE `value` < 60 GROUP BY `key`) l FULL JOIN (SELECT `key`, COUNT(*) AS c FROM b WHERE `value` > 60 GROUP BY `key`) r ON l.`key` = r.`key`'),
  sql('semi join', 'SELECT s, n FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.`key` = a.`key` AND b.`value` = a.`value`)'),
  sql('anti join', 'SELECT s, n FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.`key` = a.`key` AND b.`value` > a.`value`)'),
  sql('interval join', 'SELECT a.s, a.n, b.s, b.n FROM a JOIN b ON a.`key` = b.`key` AND a.rowtime BETWEEN b.rowtime - INTERVAL \'0.02\' SECOND AND b.rowtime + INTERVAL \'0.02\' SECOND'),
  sql('outer interval join', 'SELECT a.s, a.n, b.s, b.n FROM a LEFT JOIN b ON a.`key` = b.`key` AND a.`value` < b.`value` AND a.rowtime BETWEEN b.rowtime - INTERVAL \'0.02\' SECOND AND b.rowtime + INTERVAL \'0.02\' SECOND'),
  sql('temporal join', 'SELECT a.s, a.n, v.n FROM a LEFT JOIN newest_b FOR SYSTEM_TIME AS OF a.rowtime AS v ON a.lane = v.lane'),
  sql('top-N', 'SELECT `key`, s, n, r FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY `key` ORDER BY `value` DESC, s, n) AS r FROM a) WHERE r <= 3'),
  sql('top-N over updates', 'SELECT `key`, c FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY c DESC, `key`) AS r FROM (SELECT `key`, COUNT(*) AS c FROM a GROUP BY `key`)) WHERE r <= 3'),
  sql('deduplication of the first', 'SELECT lane, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY lane ORDER BY rowtime) AS r FROM a) WHERE r = 1'),
  sql('deduplication of the last', 'SELECT lane, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY lane ORDER BY rowtime DESC) AS r FROM a) WHERE r = 1'),
  sql('set operations', '(SELECT `key`, `value` FROM a INTERSECT SELECT `key`, `value` FROM b) UNION ALL (SELECT `key`, `value` FROM a EXCEPT SELECT `key`, `value` FROM b)'),
  sql('sort by time', 'SELECT s, n, `time` FROM a ORDER BY rowtime, s, n'),
  sql('match recognize', `SELECT * FROM a MATCH_RECOGNIZE (PARTITION BY lane ORDER BY rowtime MEASURES FIRST(UP.n) AS f, LAST(UP.n) AS l, DOWN.n AS d
    AFTER MATCH SKIP PAST LAST ROW PATTERN (UP+ DOWN) DEFINE UP AS UP.\`value\` > 30, DOWN AS DOWN.\`value\` <= 30)`),
  sql('distinct aggregation over buckets', 'SELECT lane, COUNT(DISTINCT `key`), COUNT(DISTINCT `value`) FILTER (WHERE `value` > 20), COUNT(*), MAX(`value`) FROM a GROUP BY lane', { 'table.optimizer.distinct-agg.split.enabled': 'true' }),
  table('table aggregation, rows made anew', (tables) => tables.from('a').groupBy($('key')).flatAggregate(call('highest', $('value')).as('high', 'place'))),
  table('table aggregation of updates, rows that change', (tables) => tables.sqlQuery('SELECT `key`, lane, CAST(COUNT(*) AS INT) AS c FROM a GROUP BY `key`, lane').groupBy($('key')).flatAggregate(call('extent', $('c')).as('edge', 'score'))),
];

function table(name: string, write: (tables: StreamTableEnvironment) => Table): JobPart {
  return pipeline(name, write, { hasTwoInputs: false, options: {} });
}

function sql(name: string, query: string, options: Readonly<Record<string, string>> = {}): JobPart {
  const write = (tables: StreamTableEnvironment): Table => {
    if (query.includes('newest_b')) tables.createTemporaryView('newest_b', tables.sqlQuery(NEWEST_B));
    return tables.sqlQuery(query);
  };
  return pipeline(name, write, { hasTwoInputs: /\b(newest_)?b\b/.test(query), options });
}

function pipeline(name: string, write: (tables: StreamTableEnvironment) => Table, { hasTwoInputs, options }: { readonly hasTwoInputs: boolean; readonly options: Readonly<Record<string, string>> }): JobPart {
  return {
    name: `sql ${name}`,
    hasTwoInputs,
    build: (first, second) => {
      const tables = new StreamTableEnvironment({ environment: first.environment, clock: { now: () => 0 }, random: { nextDouble: () => 0.5 } });
      tables.setOption('table.local-time-zone', 'UTC');
      for (const [key, value] of Object.entries(options)) tables.setOption(key, value);
      tables.createTemporaryView('a', first, SCHEMA);
      if (second !== first) tables.createTemporaryView('b', second, SCHEMA);
      tables.createTemporarySystemFunction('highest', HIGHEST);
      tables.createTemporarySystemFunction('extent', EXTENT);
      return tables.toChangelogStream(write(tables)).map((change) => lineOf(name, change));
    },
  };
}

function lineOf(name: string, { $kind, ...columns }: ChangelogRecord): string {
  const isRetraction = $kind === RowKind.UPDATE_BEFORE || $kind === RowKind.DELETE;
  return `${isRetraction ? RETRACTION : ''}${name} ${JSON.stringify(Object.values(columns), (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))}`;
}
