import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StreamExecutionEnvironment } from 'millrace';
import { compilePlan, loadPlan } from '#table/api/compiled-plans';
import { modificationsOf, insertsOf } from '#table/api/insert-statements';
import type { PlanFiles } from '#table/api/plan-files';
import { TableEnvironment } from '#table/api/table-environment';
import { parseStatement } from '#table/parser/parser';
import { NEXMARK_STATEMENTS } from '#cli/commands/nexmark/sql/nexmark-statements';

/** Plan files of a test, in memory. */
class MemoryFiles implements PlanFiles {
  readonly texts = new Map<string, string>();

  read(path: string): Promise<string | undefined> {
    return Promise.resolve(this.texts.get(path));
  }

  write(path: string, text: string): Promise<void> {
    this.texts.set(path, text);
    return Promise.resolve();
  }
}

const BIDS = "CREATE TABLE bids (auction BIGINT, price BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '4', 'fields.auction.kind' = 'sequence', 'fields.auction.start' = '1', 'fields.auction.end' = '4')";
const COUNTS = "CREATE TABLE counts (auction BIGINT, n BIGINT, PRIMARY KEY (auction) NOT ENFORCED) WITH ('connector' = 'blackhole')";
const INSERT = 'INSERT INTO counts SELECT auction, COUNT(*) FROM bids GROUP BY auction';

function tablesWith(files: PlanFiles, isReplayed = false): { readonly tables: TableEnvironment; readonly environment: StreamExecutionEnvironment } {
  const environment = StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism: 1 });
  return { environment, tables: new TableEnvironment({ environment, clock: { now: () => 1_700_000_000_000 }, random: { nextDouble: () => 0.5 }, planFiles: files, isReplayed }) };
}

async function prepared(files: PlanFiles = new MemoryFiles(), statements: readonly string[] = [BIDS, COUNTS]): Promise<ReturnType<typeof tablesWith>> {
  const made = tablesWith(files);
  for (const sql of statements) await made.tables.executeSql(sql);
  return made;
}

const uidsOf = ({ transformations }: StreamExecutionEnvironment): readonly string[] => transformations.all.flatMap(({ uid }) => (uid === undefined ? [] : [uid]));

describe('compiled plans', () => {
  test('a compiled statement runs from its file, with the uids that are in it', async () => {
    const files = new MemoryFiles();
    const { tables, environment } = await prepared(files);
    await tables.executeSql(`COMPILE PLAN 'p.json' FOR ${INSERT}`);
    await (await tables.executeSql("EXECUTE PLAN 'p.json'")).await();
    assert.deepEqual(uidsOf(environment), ['1_table-source-scan', '2_calc', '3_group-aggregate', '4_calc', '5_sink_2', '5_sink_1', '5_sink']);
  });

  test('the tables need not be there: the plan holds them', async () => {
    const files = new MemoryFiles();
    await (await prepared(files)).tables.executeSql(`COMPILE PLAN 'p.json' FOR ${INSERT}`);
    const bare = tablesWith(files);
    await (await bare.tables.executeSql("EXECUTE PLAN 'p.json'")).await();
    assert.ok(uidsOf(bare.environment).includes('3_group-aggregate'));
  });

  test('without its tables too, a table that is read twice is one source, and entries of lists that are undefined stay so', async () => {
    const files = new MemoryFiles();
    await (await prepared(files, [BIDS, COUNTS, "CREATE TABLE pairs (auction BIGINT, price BIGINT) WITH ('connector' = 'blackhole')"])).tables.executeSql(`COMPILE PLAN 'p.json' FOR STATEMENT SET BEGIN ${INSERT}; INSERT INTO pairs SELECT /*+ STATE_TTL('b' = '1 h') */ a.auction, b.price FROM bids AS a JOIN bids AS b ON a.auction = b.auction; END`);
    const bare = tablesWith(files);
    await (await bare.tables.executeSql("EXECUTE PLAN 'p.json'")).await();
    assert.equal(uidsOf(bare.environment).filter((uid) => uid.includes('scan')).length, 1);
  });

  test('uids and times to live that were changed in the file are used', async () => {
    const files = new MemoryFiles();
    const { tables, environment } = await prepared(files);
    await tables.executeSql(`COMPILE PLAN 'p.json' FOR ${INSERT}`);
    files.texts.set('p.json', files.texts.get('p.json')!.replace('3_group-aggregate', 'my-counts').replace('"stateTtl": "0 ms"', '"stateTtl": "1 h"'));
    await (await tables.executeSql("EXECUTE PLAN 'p.json'")).await();
    assert.ok(uidsOf(environment).includes('my-counts'));
    files.texts.set('p.json', files.texts.get('p.json')!.replace('"1 h"', '"often"'));
    await assert.rejects(async () => tables.executeSql("EXECUTE PLAN 'p.json'"), { code: 'TABLE_OPTION_INVALID' });
  });

  test('a plan is planned with the settings it was compiled with', async () => {
    const files = new MemoryFiles();
    const { tables } = await prepared(files);
    tables.session.set('table.exec.state.ttl', '5 min');
    await tables.executeSql(`COMPILE PLAN 'p.json' FOR ${INSERT}`);
    const plan = JSON.parse(files.texts.get('p.json')!) as { readonly settings: Record<string, string>; readonly nodes: readonly { readonly type: string; readonly stateTtl?: string }[] };
    assert.equal(plan.settings['table.exec.state.ttl'], '5 min');
    assert.deepEqual(plan.nodes.filter(({ stateTtl }) => stateTtl !== undefined).map(({ type, stateTtl }) => [type, stateTtl]), [['GroupAggregate', '5 min']]);
  });

  test('a file that is there is not replaced, unless it is forced', async () => {
    const files = new MemoryFiles();
    const { tables } = await prepared(files);
    await tables.executeSql(`COMPILE PLAN 'p.json' FOR ${INSERT}`);
    await assert.rejects(async () => tables.executeSql(`COMPILE PLAN 'p.json' FOR ${INSERT}`), { code: 'TABLE_PLAN_INVALID' });
    const first = files.texts.get('p.json');
    await tables.executeSql(`COMPILE PLAN 'p.json' IF NOT EXISTS FOR ${INSERT.replace('COUNT(*)', 'SUM(price)')}`);
    assert.equal(files.texts.get('p.json'), first);
    tables.session.set('table.plan.force-recompile', 'true');
    await tables.executeSql(`COMPILE PLAN 'p.json' FOR ${INSERT.replace('COUNT(*)', 'SUM(price)')}`);
    assert.notEqual(files.texts.get('p.json'), first);
  });

  test('COMPILE AND EXECUTE compiles once and then runs what is there', async () => {
    const files = new MemoryFiles();
    const { tables } = await prepared(files);
    await (await tables.executeSql(`COMPILE AND EXECUTE PLAN 'p.json' FOR ${INSERT}`)).await();
    const first = files.texts.get('p.json');
    await (await tables.executeSql(`COMPILE AND EXECUTE PLAN 'p.json' FOR ${INSERT.replace('COUNT(*)', 'SUM(price)')}`)).await();
    assert.equal(files.texts.get('p.json'), first);
  });

  test('a program that runs again in a worker writes no file', async () => {
    const files = new MemoryFiles();
    const { tables } = tablesWith(files, true);
    for (const sql of [BIDS, COUNTS, `COMPILE PLAN 'p.json' FOR ${INSERT}`]) await tables.executeSql(sql);
    assert.equal(files.texts.size, 0);
  });

  test('a plan of other operators, another version or no JSON is refused', async () => {
    const files = new MemoryFiles();
    const { tables } = await prepared(files);
    await tables.executeSql(`COMPILE PLAN 'p.json' FOR ${INSERT}`);
    const good = files.texts.get('p.json')!;
    for (const bad of [good.replace('groupBy=[auction]', 'groupBy=[price]'), good.replace('"planVersion": 1', '"planVersion": 9'), '{', '{"planVersion": 1}']) {
      files.texts.set('p.json', bad);
      await assert.rejects(async () => tables.executeSql("EXECUTE PLAN 'p.json'"), { code: 'TABLE_PLAN_INVALID' });
    }
    await assert.rejects(async () => tables.executeSql("EXECUTE PLAN 'nowhere.json'"), { code: 'TABLE_PLAN_INVALID' });
  });

  test('a table whose columns are others now is refused, unless the plan is enforced', async () => {
    const files = new MemoryFiles();
    await (await prepared(files)).tables.executeSql(`COMPILE PLAN 'p.json' FOR ${INSERT}`);
    const { tables } = await prepared(files, [BIDS.replace('price BIGINT', 'price STRING'), COUNTS]);
    await assert.rejects(async () => tables.executeSql("EXECUTE PLAN 'p.json'"), { code: 'TABLE_PLAN_INVALID' });
    tables.session.set('table.plan.restore.catalog-objects', 'ALL_ENFORCED');
    await (await tables.executeSql("EXECUTE PLAN 'p.json'")).await();
  });

  test('a plan that keeps only names needs the tables', async () => {
    const files = new MemoryFiles();
    const { tables } = await prepared(files);
    tables.session.set('table.plan.compile.catalog-objects', 'IDENTIFIER');
    await tables.executeSql(`COMPILE PLAN 'p.json' FOR ${INSERT}`);
    await (await tables.executeSql("EXECUTE PLAN 'p.json'")).await();
    await assert.rejects(async () => tablesWith(files).tables.executeSql("EXECUTE PLAN 'p.json'"), { code: 'TABLE_PLAN_INVALID' });
  });

  test('batch mode has no compiled plans', async () => {
    const { tables } = await prepared();
    tables.session.set('execution.runtime-mode', 'batch');
    await assert.rejects(async () => tables.executeSql(`COMPILE PLAN 'p.json' FOR ${INSERT}`), { code: 'TABLE_NOT_SUPPORTED' });
  });
});

describe('plans of all kinds', () => {
  const TABLES = [
    "CREATE TABLE person (id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, state STRING, `dateTime` TIMESTAMP(3), extra STRING, WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND) WITH ('connector' = 'datagen')",
    "CREATE TABLE auction (id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT, `dateTime` TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra STRING, WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND) WITH ('connector' = 'datagen')",
    "CREATE TABLE bid (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, `dateTime` TIMESTAMP(3), extra STRING, WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND) WITH ('connector' = 'datagen')",
    "CREATE TABLE side_input (`key` BIGINT, `value` STRING) WITH ('connector' = 'filesystem', 'path' = '/nowhere', 'format' = 'csv')",
  ];
  for (const [name, { query, setUp = [] }] of Object.entries(NEXMARK_STATEMENTS)) {
    if (setUp.length > 0) continue;
    test(`${name} of Nexmark is the same plan after it has been JSON`, async () => {
      const { tables } = await prepared(new MemoryFiles(), TABLES);
      await tables.executeSql(`CREATE TEMPORARY VIEW v AS ${query}`);
      const described = await tables.executeSql('DESCRIBE v');
      const columns: string[] = [];
      for await (const { values } of described.collect()) columns.push(`\`${String(values[0])}\` ${String(values[1]).replaceAll(/ \*.*\*/g, '')}`);
      await tables.executeSql(`CREATE TABLE \`result\` (${columns.join(', ')}) WITH ('connector' = 'print')`);
      const text = 'INSERT INTO `result` SELECT * FROM v';
      const compiled = compilePlan(modificationsOf(insertsOf(parseStatement(text), text, ''), text, tables.session), tables.session, {});
      // Loading compares every operator with those in the file.
      assert.equal(loadPlan(compiled, 'p.json', tables.session).nodes.size, (JSON.parse(compiled) as { readonly nodes: readonly unknown[] }).nodes.length);
    });
  }
});

describe('ids of statements', () => {
  const uidOfAggregate = async (statement: string): Promise<string> => {
    const { tables, environment } = await prepared();
    await (await tables.executeSql(statement)).await();
    return uidsOf(environment).find((uid) => uid.endsWith('_group-aggregate'))!;
  };

  test('the same statement has the same ids, a changed one has others', async () => {
    const first = await uidOfAggregate(INSERT);
    assert.equal(await uidOfAggregate(INSERT), first);
    assert.notEqual(await uidOfAggregate(INSERT.replace('FROM bids', 'FROM bids WHERE price > 3')), first);
    assert.notEqual(await uidOfAggregate(INSERT.replace('COUNT(*)', 'SUM(price)')), first);
  });

  test('two statements of one text in one job have ids of their own', async () => {
    const { tables, environment } = await prepared();
    tables.session.set('table.optimizer.reuse-sub-plan-enabled', 'false');
    await (await tables.executeSql(`EXECUTE STATEMENT SET BEGIN ${INSERT}; ${INSERT}; END`)).await();
    const uids = uidsOf(environment);
    assert.equal(new Set(uids).size, uids.length);
  });
});
