// The statements whose plans are kept: the queries of Nexmark, and one or two of each family of operators.
import { NEXMARK_STATEMENTS } from '#cli/commands/nexmark/sql/nexmark-statements';
import type { TableEnvironment } from '#table/api/table-environment';
import { logicalTree } from '#table/logical/logical-text';
import type { Query } from '#table/parser/ast-query';
import { parseStatement } from '#table/parser/parser';
import { Planner } from '#table/planner/planner';
import { StatementValidator } from '#table/validator/statement-validator';
import { inlineTables } from '../api/table-jobs.js';

const WATERMARK = "WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND";
const TABLES = [
  `CREATE TABLE person (id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, state STRING, \`dateTime\` TIMESTAMP(3), extra STRING, ${WATERMARK}) WITH ('connector' = 'datagen')`,
  `CREATE TABLE auction (id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT, \`dateTime\` TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra STRING, ${WATERMARK}) WITH ('connector' = 'datagen')`,
  `CREATE TABLE bid (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, \`dateTime\` TIMESTAMP(3), extra STRING, ${WATERMARK}) WITH ('connector' = 'datagen')`,
  "CREATE TABLE side_input (`key` BIGINT, `value` STRING) WITH ('connector' = 'filesystem', 'path' = '/nowhere', 'format' = 'csv')",
  "CREATE TABLE rates (currency STRING, rate DECIMAL(10, 2), at_time TIMESTAMP(3), WATERMARK FOR at_time AS at_time, PRIMARY KEY (currency) NOT ENFORCED) WITH ('connector' = 'datagen')",
  "CREATE TABLE changes (id BIGINT, v STRING, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = '/nowhere', 'format' = 'debezium-json')",
];

const FAMILIES: Readonly<Record<string, string>> = {
  'aggregate': 'SELECT bidder, COUNT(*), SUM(price) FILTER (WHERE price > 3), COUNT(DISTINCT auction) FROM bid GROUP BY bidder HAVING COUNT(*) > 1',
  'grouping-sets': 'SELECT bidder, auction, SUM(price) FROM bid GROUP BY ROLLUP (bidder, auction)',
  'distinct': 'SELECT DISTINCT channel FROM bid',
  'aggregate-of-aggregate': 'SELECT n, COUNT(*) FROM (SELECT bidder, COUNT(*) AS n FROM bid GROUP BY bidder) GROUP BY n',
  'hop-window': "SELECT auction, window_end, COUNT(*) FROM TABLE(HOP(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '5' SECOND, INTERVAL '10' SECOND)) GROUP BY auction, window_start, window_end",
  'cumulate-window': "SELECT window_end, SUM(price) FROM TABLE(CUMULATE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '5' SECOND, INTERVAL '10' SECOND)) GROUP BY window_start, window_end",
  'session-window': "SELECT bidder, COUNT(*) FROM TABLE(SESSION(TABLE bid PARTITION BY bidder, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND)) GROUP BY bidder, window_start, window_end",
  'group-window': "SELECT bidder, TUMBLE_END(`dateTime`, INTERVAL '10' SECOND), COUNT(*) FROM bid GROUP BY bidder, TUMBLE(`dateTime`, INTERVAL '10' SECOND)",
  'window-top-n': "SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY price DESC) AS place FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))) WHERE place <= 3",
  'over': "SELECT bidder, SUM(price) OVER (PARTITION BY bidder ORDER BY `dateTime` RANGE BETWEEN INTERVAL '10' SECOND PRECEDING AND CURRENT ROW) FROM bid",
  'join': 'SELECT a.id, b.price FROM auction AS a JOIN bid AS b ON a.id = b.auction WHERE a.category = 10 AND b.price > a.reserve',
  'outer-join': 'SELECT a.id, b.price FROM auction AS a LEFT JOIN bid AS b ON a.id = b.auction AND b.price > 10',
  'semi-join': 'SELECT id FROM auction WHERE id IN (SELECT auction FROM bid WHERE price > 10)',
  'anti-join': 'SELECT id FROM auction AS a WHERE NOT EXISTS (SELECT 1 FROM bid AS b WHERE b.auction = a.id)',
  'interval-join': "SELECT a.id, b.price FROM auction AS a JOIN bid AS b ON a.id = b.auction AND b.`dateTime` BETWEEN a.`dateTime` AND a.`dateTime` + INTERVAL '10' SECOND",
  'temporal-join': 'SELECT b.price * r.rate FROM bid AS b JOIN rates FOR SYSTEM_TIME AS OF b.`dateTime` AS r ON b.channel = r.currency',
  'window-join': "SELECT l.auction FROM (SELECT * FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))) AS l JOIN (SELECT * FROM TABLE(TUMBLE(TABLE auction, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))) AS r ON l.auction = r.id AND l.window_start = r.window_start AND l.window_end = r.window_end",
  'top-n': 'SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY price DESC) AS place FROM bid) WHERE place <= 3',
  'deduplicate': 'SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY `dateTime` ASC) AS place FROM bid) WHERE place = 1',
  'sort': 'SELECT * FROM bid ORDER BY `dateTime`',
  'limit': 'SELECT price FROM bid ORDER BY price DESC LIMIT 5',
  'sets': 'SELECT auction FROM bid INTERSECT SELECT id FROM auction',
  'union': 'SELECT auction FROM bid UNION SELECT id FROM auction',
  'unnest': 'SELECT b.auction, u.part FROM bid AS b CROSS JOIN UNNEST(ARRAY[b.channel, b.url]) AS u(part)',
  'match': 'SELECT * FROM bid MATCH_RECOGNIZE (PARTITION BY auction ORDER BY `dateTime` MEASURES LAST(up.price) AS top ONE ROW PER MATCH AFTER MATCH SKIP PAST LAST ROW PATTERN (low up+ down) DEFINE up AS up.price > low.price, down AS down.price < low.price)',
  'changelog': 'SELECT v, COUNT(*) FROM changes GROUP BY v',
  'scalar-sub-query': 'SELECT id FROM auction WHERE reserve > (SELECT MAX(price) FROM bid)',
};

const REORDER_JOINS = { 'table.optimizer.join-reorder-enabled': 'true' };

const BATCH = { 'execution.runtime-mode': 'batch' };

/** Those that a batch plans otherwise than a stream: no changes, no times, every order. */
const IN_BATCH = ['aggregate', 'aggregate-of-aggregate', 'distinct', 'hop-window', 'group-window', 'window-top-n', 'over', 'join', 'outer-join', 'interval-join', 'window-join', 'top-n', 'deduplicate', 'sort', 'sets', 'scalar-sub-query'];

/** Statements that are planned with settings of their own. */
const WITH_SETTINGS: Readonly<Record<string, Planned>> = {
  'reordered-joins': {
    query: 'SELECT p.name, b.price, r.rate FROM person AS p, rates AS r, bid AS b, auction AS a WHERE p.id = a.seller AND b.auction = a.id AND r.currency = b.channel AND a.category = 10 AND a.reserve > 5',
    setUp: [], settings: REORDER_JOINS,
  },
  'reordered-joins-through-views': {
    query: 'SELECT v.top, p.name FROM (SELECT a.seller AS seller, b.price + 1 AS top, b.channel AS channel FROM auction AS a, bid AS b WHERE b.auction = a.id) AS v, person AS p, rates AS r WHERE p.id = v.seller AND r.rate = v.top AND p.state = r.currency AND p.name = p.city',
    setUp: [], settings: REORDER_JOINS,
  },
};

interface Planned {
  readonly query: string;
  readonly setUp: readonly string[];
  readonly settings?: Readonly<Record<string, string>>;
}

export const PLANNED: ReadonlyMap<string, Planned> = new Map<string, Planned>([
  ...Object.entries(NEXMARK_STATEMENTS).map(([name, { query, setUp = [] }]) => [`nexmark-${name}`, { query, setUp }] as const),
  ...Object.entries(FAMILIES).map(([name, query]) => [name, { query, setUp: [] }] as const),
  ...Object.entries(WITH_SETTINGS),
  ...IN_BATCH.map((name) => [`batch-${name}`, { query: FAMILIES[name]!, setUp: [], settings: BATCH }] as const),
  ['batch-sort-by-value', { query: 'SELECT auction, price FROM bid ORDER BY price DESC, channel', setUp: [], settings: BATCH }],
]);

/** Syntax tree, optimised, physical and execution plan with what each operator sends, costs aside. */
export async function planOf(name: string): Promise<string> {
  const { query, setUp, settings = {} } = PLANNED.get(name)!;
  const tables: TableEnvironment = inlineTables(settings);
  // A batch reads tables that end.
  const definitions = settings === BATCH ? TABLES.map((sql) => sql.replace("'connector' = 'datagen'", "'connector' = 'datagen', 'number-of-rows' = '1000'")) : TABLES;
  for (const sql of [...definitions, ...setUp.filter((sql) => !sql.includes('FUNCTION'))]) await tables.executeSql(sql);
  const [tree, physical] = tables.explainSql(query, 'CHANGELOG_MODE').split('== Optimized Physical Plan ==');
  const logical = new StatementValidator(query, tables.session).query(parseStatement(query) as Query);
  const optimized = logicalTree(new Planner(tables.session).optimized(logical));
  return `${query.trim()}\n\n${tree!}== Optimized Logical Plan ==\n${optimized}\n\n== Optimized Physical Plan ==${physical!}`;
}
