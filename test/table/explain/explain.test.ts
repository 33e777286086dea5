import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TableEnvironment } from '#table/api/table-environment';
import { inlineTables } from '../api/table-jobs.js';

const BIDS = "CREATE TABLE bids (auction BIGINT, price BIGINT, bidder STRING, at_time TIMESTAMP(3), WATERMARK FOR at_time AS at_time - INTERVAL '4' SECOND) WITH ('connector' = 'datagen', 'rows-per-second' = '10')";
const FEW = "CREATE TABLE few (auction BIGINT, price BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '20')";
const PRINTS = "CREATE TABLE counts (auction BIGINT, n BIGINT) WITH ('connector' = 'print')";

async function session(settings: Readonly<Record<string, string>> = {}): Promise<TableEnvironment> {
  const tables = inlineTables(settings);
  for (const sql of [BIDS, FEW, PRINTS]) await tables.executeSql(sql);
  return tables;
}

async function explained(tables: TableEnvironment, sql: string): Promise<string> {
  const result = await tables.executeSql(sql);
  for await (const { values } of result.collect()) return String(values[0]);
  return '';
}

/** The lines below a heading. */
function section(text: string, heading: string): readonly string[] {
  const lines = text.split('\n');
  const start = lines.indexOf(`== ${heading} ==`);
  assert.notEqual(start, -1, `there is a section ${heading} in\n${text}`);
  const end = lines.findIndex((line, index) => index > start && line === '');
  return lines.slice(start + 1, end);
}

describe('explain details', () => {
  test('a cost is that of a node and of all below it, rows by what the source says of itself', async () => {
    const text = await explained(await session(), 'EXPLAIN ESTIMATED_COST SELECT auction FROM few WHERE price > 3');
    assert.deepEqual(section(text, 'Optimized Physical Plan'), [
      'Calc(select=[auction], where=[(price > 3)]): rowcount = 5.0, cumulative cost = {25.0 rows, 40.0 cpu, 320.0 io, 0.0 network, 0.0 memory}',
      '+- TableSourceScan(table=[[default_catalog, default_database, few]], fields=[auction, price]): rowcount = 20.0, cumulative cost = {20.0 rows, 20.0 cpu, 320.0 io, 0.0 network, 0.0 memory}',
    ]);
    assert.ok(!section(text, 'Optimized Execution Plan').some((line) => line.includes('cost')));
  });

  test('the execution plan is JSON that names every operator of the job', async () => {
    const text = await explained(await session(), 'EXPLAIN JSON_EXECUTION_PLAN INSERT INTO counts SELECT auction, COUNT(*) FROM few GROUP BY auction');
    const plan = JSON.parse(text.slice(text.indexOf('{\n'))) as { readonly nodes: readonly { readonly type: string; readonly pact: string }[] };
    assert.deepEqual([plan.nodes[0]!.pact, plan.nodes.at(-1)!.pact], ['Data Source', 'Data Sink']);
    assert.ok(plan.nodes.some(({ type, pact }) => pact === 'Operator' && type.startsWith('GroupAggregate(groupBy=[auction]')));
  });

  test('explaining adds nothing to the job of the program', async () => {
    const tables = await session();
    await explained(tables, 'EXPLAIN JSON_EXECUTION_PLAN INSERT INTO counts SELECT auction, COUNT(*) FROM few GROUP BY auction');
    const result = await tables.executeSql('SELECT * FROM (VALUES (1)) AS t(a)');
    const rows: unknown[] = [];
    for await (const { values } of result.collect()) rows.push(values);
    assert.deepEqual(rows, [[1]]);
  });

  test('advice is numbered, given once, and stands at the nodes it is for', async () => {
    const text = await explained(await session(), 'EXPLAIN PLAN_ADVICE SELECT a.auction, b.price FROM bids AS a JOIN bids AS b ON a.auction = b.auction');
    assert.match(section(text, 'Optimized Physical Plan With Advice').join('\n'), /Join\(.*advice=\[1\]\)/);
    assert.match(text, /^advice\[1\]: \[WARNING\] The state of this operator grows/m);
    assert.doesNotMatch(text, /advice\[2\]/);
  });

  test('aggregation in two phases is advised where it could be and is not', async () => {
    const query = 'EXPLAIN PLAN_ADVICE SELECT auction, COUNT(*), MAX(price) FROM bids GROUP BY auction';
    const tables = await session();
    assert.match(await explained(tables, query), /^advice\[\d\]: \[ADVICE\] You might want to enable local-global two-phase optimization by configuring \('table.exec.mini-batch.enabled' to 'true'/m);
    assert.doesNotMatch(await explained(tables, 'EXPLAIN PLAN_ADVICE SELECT n, COUNT(DISTINCT auction) FROM (SELECT auction, COUNT(*) AS n FROM bids GROUP BY auction) GROUP BY n').then((text) => text.split('GroupAggregate(')[1]!.split('\n')[0]!), /advice=\[\d, \d\]/);
    const settings = { 'table.exec.mini-batch.enabled': 'true', 'table.exec.mini-batch.allow-latency': '1 s', 'table.exec.mini-batch.size': '100' };
    for (const [key, value] of Object.entries(settings)) await tables.executeSql(`SET '${key}' = '${value}'`);
    assert.doesNotMatch(await explained(tables, query), /two-phase/);
    await tables.executeSql("SET 'table.optimizer.agg-phase-strategy' = 'ONE_PHASE'");
    assert.match(await explained(tables, query), /\('table.optimizer.agg-phase-strategy' to 'AUTO'\)/);
  });

  test('a plan that nothing is wrong with has no advice', async () => {
    assert.match(await explained(await session(), 'EXPLAIN PLAN_ADVICE SELECT auction FROM bids'), /^No available advice\.\.\.$/m);
  });

  test('a statement set shares what its statements have in common, which is printed once', async () => {
    const text = await explained(await session(), 'EXPLAIN STATEMENT SET BEGIN INSERT INTO counts SELECT auction, COUNT(*) FROM bids GROUP BY auction; INSERT INTO counts SELECT auction, COUNT(*) + 1 FROM bids GROUP BY auction; END');
    const plan = text.slice(text.indexOf('== Optimized Execution Plan =='));
    assert.equal(plan.match(/TableSourceScan/g)?.length, 1);
    assert.match(plan, /Reused\(reference_id=\[1\]\)/);
  });

  test('EXPLAIN of an EXECUTE is that of its statement', async () => {
    const tables = await session();
    assert.equal(await explained(tables, 'EXPLAIN EXECUTE SELECT auction FROM bids'), await explained(tables, 'EXPLAIN SELECT auction FROM bids'));
  });
});

describe('estimated state', () => {
  const state = async (query: string, settings: Readonly<Record<string, string>> = {}): Promise<readonly string[]> => section(await explained(await session(settings), `EXPLAIN ${query}`), 'Estimated State');

  test('an aggregate keeps an entry per key, and warns that there may be ever more', async () => {
    assert.deepEqual(await state('SELECT auction, COUNT(*) FROM bids GROUP BY auction'), ["GroupAggregate: about 24 bytes per key (auction) (22.888mb for a million), grows with the number of keys  [WARNING] grows for ever: set 'table.exec.state.ttl'"]);
  });

  test('a time to live takes the warning away', async () => {
    assert.deepEqual(await state('SELECT auction, COUNT(*) FROM bids GROUP BY auction', { 'table.exec.state.ttl': '1 h' }), ['GroupAggregate: about 24 bytes per key (auction) (22.888mb for a million), grows with the number of keys, forgotten after 1 h without a change']);
  });

  test('an aggregate without keys stays as it is', async () => {
    assert.deepEqual(await state('SELECT COUNT(*) FROM bids'), ['GroupAggregate: about 16 bytes per query, stays as it is']);
  });

  test('DISTINCT keeps every value', async () => {
    assert.match((await state('SELECT auction, COUNT(DISTINCT bidder) AS n FROM bids GROUP BY auction'))[1]!, /per key \(auction\) and distinct value of .*grows with the number of rows/);
  });

  test('a join keeps the rows of both sides', async () => {
    const lines = await state('SELECT a.auction, b.price FROM bids AS a JOIN few AS b ON a.auction = b.auction');
    assert.match(lines[0]!, /^Join: about \d+ bytes per row of the left input .*WARNING/);
    assert.match(lines[1]!, /^Join: about \d+ bytes per row of the right input .*WARNING/);
  });

  test('windows and intervals give their state back', async () => {
    const window = await state("SELECT auction, COUNT(*) FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(at_time), INTERVAL '1' MINUTE)) GROUP BY auction, window_start, window_end");
    assert.match(window[0]!, /per open window and key \(auction\) .*given back as time passes$/);
    const interval = await state("SELECT a.auction FROM bids AS a JOIN bids AS b ON a.auction = b.auction AND a.at_time BETWEEN b.at_time - INTERVAL '1' MINUTE AND b.at_time");
    assert.ok(interval.every((line) => line.endsWith('given back as time passes')));
  });

  test('a bounded input ends, so nothing grows for ever', async () => {
    assert.ok((await state('SELECT auction, COUNT(*) FROM few GROUP BY auction')).every((line) => !line.includes('WARNING')));
  });

  test('a projection keeps nothing', async () => {
    assert.ok(!(await explained(await session(), 'EXPLAIN SELECT auction FROM bids')).includes('Estimated State'));
  });
});
