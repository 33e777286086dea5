// A session of `millrace sql` over real worker threads: what runs after what, and what the workers run again.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { SqlSession } from '#cli/commands/sql/sql-session';
import type { LocalJobClient } from '#client/cluster-client/local-job-client';
import { createNodePlatform } from '#client/platform';
import { Configuration } from '#core/config/configuration';
import type { TableResult } from '#table/api/table-result';

const folder = mkdtempSync(join(tmpdir(), 'millrace-sql-session-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const ENDLESS = "CREATE TABLE endless (a INT) WITH ('connector' = 'datagen', 'rows-per-second' = '20')";
const NOWHERE = "CREATE TABLE nowhere (a INT) WITH ('connector' = 'blackhole')";

async function withSession(body: (session: SqlSession) => Promise<void>, settings: Readonly<Record<string, string>> = {}): Promise<void> {
  const session = await SqlSession.open(createNodePlatform(), Configuration.fromMap({ 'parallelism.default': 1, 'execution.checkpointing.savepoint-dir': `file://${folder}/savepoints`, ...settings }), () => undefined);
  try {
    await body(session);
  } finally {
    await session.cancelAll();
    await session.close();
  }
}

async function rowsOf(result: TableResult): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for await (const { values } of result.collect()) rows.push([...values]);
  return rows;
}

describe('a SQL session', () => {
  test('a job that failed holds up nothing that comes after it', async () => {
    await withSession(async (session) => {
      await assert.rejects(async () => rowsOf(await session.execute("SELECT CAST(a AS INT) FROM (VALUES ('x')) AS t(a)")), { code: 'SQL_FUNCTION_FAILED' });
      assert.deepEqual(await rowsOf(await session.execute('SELECT 2 AS two')), [[2]]);
    });
  });

  test('a job that still runs holds up nothing, and is listed until it is stopped', async () => {
    await withSession(async (session) => {
      for (const sql of [ENDLESS, NOWHERE]) await session.execute(sql);
      const job = (await session.execute('INSERT INTO nowhere SELECT a FROM endless')).getJobClient()!;
      assert.deepEqual(await rowsOf(await session.execute('SELECT 2 AS two')), [[2]]);
      const listed = await rowsOf(await session.execute('SHOW JOBS'));
      assert.deepEqual(listed.map(([id, name, status]) => [id === job.jobId, name, status === 'FINISHED']), [
        [true, 'insert-into_default_catalog.default_database.nowhere', false], [false, 'collect', true],
      ]);
      await session.execute(`STOP JOB '${job.jobId}'`);
      assert.equal((await rowsOf(await session.execute(`DESCRIBE JOB '${job.jobId}'`)))[0]![2], 'CANCELED');
      assert.equal(session.runningJobs.length, 0);
    });
  });

  test('SET of what a job runs with holds for the jobs that start afterwards, until RESET', async () => {
    await withSession(async (session) => {
      for (const sql of [ENDLESS, NOWHERE, "SET 'execution.checkpointing.interval' = '20 ms'", `SET 'execution.checkpointing.dir' = 'file://${folder}/set'`, "SET 'parallelism.default' = '2'"]) await session.execute(sql);
      const insert = async (): Promise<LocalJobClient> => (await session.execute('INSERT INTO nowhere SELECT a FROM endless')).getJobClient() as LocalJobClient;
      const job = await insert();
      while (job.details.checkpoints.completed === 0 && job.details.endedMs === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.equal(job.details.error, undefined);
      assert.deepEqual(job.details.vertices.map(({ parallelism }) => parallelism), [2]);
      await job.cancel();
      await session.execute('RESET');
      const plain = await insert();
      assert.deepEqual(plain.details.vertices.map(({ parallelism }) => parallelism), [1]);
    });
  });

  test('STOP JOB WITH SAVEPOINT tells where the savepoint is', async () => {
    await withSession(async (session) => {
      for (const sql of [ENDLESS, NOWHERE]) await session.execute(sql);
      const job = (await session.execute('INSERT INTO nowhere SELECT a FROM endless')).getJobClient()!;
      while ((await rowsOf(await session.execute(`DESCRIBE JOB '${job.jobId}'`)))[0]![2] !== 'RUNNING') await new Promise((resolve) => setTimeout(resolve, 20));
      const [[path]] = await rowsOf(await session.execute(`STOP JOB '${job.jobId}' WITH SAVEPOINT`)) as [[string]];
      assert.match(path, /savepoint-/);
    });
  });

  test('cancelling a statement leaves the jobs of earlier ones alone', async () => {
    await withSession(async (session) => {
      for (const sql of [ENDLESS, NOWHERE]) await session.execute(sql);
      await session.execute('INSERT INTO nowhere SELECT a FROM endless');
      const result = await session.execute('SELECT a FROM endless');
      const ended = assert.rejects(rowsOf(result));
      await session.cancelStatement();
      await ended;
      assert.equal(session.runningJobs.length, 1);
    });
  });

  test('a statement set of several statements is one job, and the session goes on behind it', async () => {
    await withSession(async (session) => {
      await session.execute(`CREATE TABLE lines (a INT) WITH ('connector' = 'filesystem', 'path' = '${folder}/lines', 'format' = 'json')`);
      for (const sql of ['BEGIN STATEMENT SET', 'INSERT INTO lines VALUES (1)', 'INSERT INTO lines SELECT 2']) assert.equal((await session.execute(sql)).getJobClient(), undefined);
      await (await session.execute('END')).await();
      assert.deepEqual((await rowsOf(await session.execute('SELECT a FROM lines'))).sort(), [[1], [2]]);
    });
  });

  test('a table made by a query is there for the statements behind it', async () => {
    await withSession(async (session) => {
      await (await session.execute(`CREATE TABLE made WITH ('connector' = 'filesystem', 'path' = '${folder}/made', 'format' = 'json') AS SELECT 7 AS a`)).await();
      assert.deepEqual(await rowsOf(await session.execute('SELECT a FROM made')), [[7]]);
    });
  });

  test('a job of another session is not stopped', async () => {
    await withSession((session) => assert.rejects(session.execute("STOP JOB '00000000000000000000000000000000'"), { code: 'TABLE_JOB_UNKNOWN' }));
  });
});

describe('a statement and its state', () => {
  const SOURCE = "CREATE TABLE clicks (who INT, n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '50', 'fields.who.min' = '1', 'fields.who.max' = '3')";
  const SINK = "CREATE TABLE counts (who INT, n BIGINT) WITH ('connector' = 'blackhole')";
  const INSERT = 'INSERT INTO counts SELECT who, COUNT(*) FROM clicks GROUP BY who';

  async function statusOf(session: SqlSession, statement: string): Promise<{ readonly job: string; readonly status: string }> {
    for (const sql of [SOURCE, SINK]) await session.execute(sql);
    const client = (await session.execute(statement)).getJobClient()!;
    for (;;) {
      const status = String((await rowsOf(await session.execute(`DESCRIBE JOB '${client.jobId}'`)))[0]![2]);
      if (['RUNNING', 'FAILED', 'FINISHED'].includes(status)) {
        if (status === 'FAILED') await client.getJobExecutionResult();
        return { job: client.jobId, status };
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** The savepoint that the statement's job stops with. */
  async function savepointOf(statement: string): Promise<string> {
    let path = '';
    await withSession(async (session) => {
      const { job } = await statusOf(session, statement);
      path = String((await rowsOf(await session.execute(`STOP JOB '${job}' WITH SAVEPOINT`)))[0]![0]);
    });
    return path;
  }

  test('the same statement goes on from its savepoint, a changed one is refused with advice', async () => {
    const from = { 'execution.state-recovery.path': await savepointOf(INSERT) };
    await withSession(async (session) => assert.equal((await statusOf(session, INSERT)).status, 'RUNNING'), from);
    await withSession((session) => assert.rejects(statusOf(session, INSERT.replace('COUNT(*)', 'SUM(n)')), { code: 'RESTORE_OPERATOR_MISSING', message: /the statement has changed.*COMPILE PLAN/ }), from);
  });

  test('a compiled plan goes on from its savepoint', async () => {
    const plan = `${folder}/counts.json`;
    const from = { 'execution.state-recovery.path': await savepointOf(`COMPILE AND EXECUTE PLAN '${plan}' FOR ${INSERT}`) };
    await withSession(async (session) => assert.equal((await statusOf(session, `EXECUTE PLAN '${plan}'`)).status, 'RUNNING'), from);
  });
});
