import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StreamExecutionEnvironment } from 'millrace';
import { TableEnvironment } from '#table/api/table-environment';
import { stepsOf } from '../runtime/streaming-steps.js';

async function prepared(): Promise<TableEnvironment> {
  const environment = StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism: 1 });
  const tables = new TableEnvironment({ environment, clock: { now: () => 1_700_000_000_000 }, random: { nextDouble: () => 0.5 } });
  for (const name of ['o', 'c', 'd']) await tables.executeSql(`CREATE TABLE ${name} (id INT, x INT) WITH ('connector' = 'datagen')`);
  return tables;
}

const linesWith = (plan: string, word: string): string[] => plan.slice(plan.indexOf('== Optimized Execution Plan')).split('\n').filter((line) => line.includes(word));

describe('STATE_TTL hints', () => {
  test('give each input of a join its own time, by table name or alias', async () => {
    const plan = (await prepared()).explainSql("SELECT /*+ STATE_TTL('o' = '3 d', 'k' = '12 h') */ o.x FROM o JOIN c AS k ON o.id = k.id");
    assert.match(linesWith(plan, 'Join(')[0]!, /stateTtlHints=\[\[\[STATE_TTL options:\{LEFT=3 d, RIGHT=12 h\}\]\]\]/);
    assert.match(linesWith(plan, 'per row of the left')[0]!, /forgotten after 3 d without a change$/);
    assert.match(linesWith(plan, 'per row of the right')[0]!, /forgotten after 12 h without a change$/);
  });

  test('of joins of joins count for the tables that are inputs themselves, the first one of a name', async () => {
    const plan = (await prepared()).explainSql("SELECT /*+ STATE_TTL('o' = '1 d', 'd' = '3 d'), STATE_TTL('o' = '9 d') */ o.x FROM o JOIN c ON o.id = c.id JOIN d ON c.id = d.id");
    const [second, first] = linesWith(plan, 'Join(');
    assert.match(first!, /options:\{LEFT=1 d\}/);
    assert.match(second!, /options:\{RIGHT=3 d\}/);
  });

  test('are those of an aggregation or of DISTINCT over one input', async () => {
    const tables = await prepared();
    assert.match(linesWith(tables.explainSql("SELECT /*+ STATE_TTL('o' = '3 d') */ x, COUNT(*) FROM o GROUP BY x"), 'GroupAggregate(')[0]!, /options:\{0=3 d\}/);
    assert.match(linesWith(tables.explainSql("SELECT /*+ STATE_TTL('o' = '3 d') */ DISTINCT x FROM o"), 'GroupAggregate(')[0]!, /options:\{0=3 d\}/);
    await tables.executeSql("SET 'table.exec.mini-batch.enabled' = 'true'");
    await tables.executeSql("SET 'table.exec.mini-batch.allow-latency' = '1 s'");
    await tables.executeSql("SET 'table.exec.mini-batch.size' = '10'");
    assert.match(linesWith(tables.explainSql("SELECT /*+ STATE_TTL('o' = '3 d') */ x, COUNT(*) FROM o GROUP BY x"), 'GlobalGroupAggregate(')[0]!, /options:\{0=3 d\}/);
  });

  test('are kept by input in a compiled plan', async () => {
    const tables = await prepared();
    await tables.executeSql("CREATE TABLE s (x INT) WITH ('connector' = 'blackhole')");
    const plan = JSON.parse(tables.compilePlanSql("INSERT INTO s SELECT /*+ STATE_TTL('c' = '2 d') */ o.x FROM o JOIN c ON o.id = c.id").asJsonString()) as { nodes: { type: string; stateTtl?: unknown }[] };
    assert.deepEqual(plan.nodes.find(({ type }) => type === 'Join')?.stateTtl, ['0 ms', '2 d']);
  });

  test('win over table.exec.state.ttl where a job runs', async () => {
    const tables = { l: { ddl: ['id INT', 'v STRING'] }, r: { ddl: ['id INT', 'w STRING'] } };
    const others = Array.from({ length: 40 }, (_, n) => ['r', 1000 + n, 'other'] as const);
    const steps = await stepsOf(tables, "SELECT /*+ STATE_TTL('l' = '1 d', 'r' = '1 d') */ v, w FROM l JOIN r ON l.id = r.id", [['l', 1, 'a'], ...others, ['r', 1, 'b']], { 'table.exec.state.ttl': '1 ms' });
    assert.deepEqual(steps, [`${others.length + 1} +I["a","b"]`]);
  });

  test('that name no input, have no time or no names are refused', async () => {
    const tables = await prepared();
    assert.throws(() => tables.explainSql("SELECT /*+ STATE_TTL('nope' = '3 d') */ x, COUNT(*) FROM o GROUP BY x"), { code: 'SQL_VALIDATION', message: /The options of following hints cannot match the name of input tables or views: \n`nope` in `STATE_TTL`/ });
    assert.throws(() => tables.explainSql("SELECT /*+ STATE_TTL('o' = 'soon') */ x, COUNT(*) FROM o GROUP BY x"), /Invalid STATE_TTL hint: 'o' has the time 'soon'/);
    assert.throws(() => tables.explainSql('SELECT /*+ STATE_TTL(o) */ x, COUNT(*) FROM o GROUP BY x'), /Invalid STATE_TTL hint: it takes pairs/);
  });
});
