import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { DatabaseConnection } from '#platform/database/database-thread';
import type { DatabaseAddress } from '#platform/database/database-messages';
import { JdbcSource, type JdbcSplit } from '#connectors/jdbc/source';
import type { JdbcSourceReader } from '#connectors/jdbc/reader';
import { JdbcSink, type JdbcWrite } from '#connectors/jdbc/sink';
import { simulatedPlatform } from '#platform/simulated-platform';
import { RecordingSinkContext } from '../sink-context.js';
import { ReadStatus } from '#streaming/source/source';
import { DATABASE, PASSWORD, startPostgres, USER, type PostgresServer } from './postgres-server.js';

let server: PostgresServer | string;
before(async () => {
  server = await startPostgres();
  if (typeof server === 'string') console.log(`# SKIPPED: calls to databases are not tested against a server: ${server}`);
});
after(async () => {
  if (typeof server !== 'string') await server.stop();
});

const address = (port: number): DatabaseAddress => ({ host: '127.0.0.1', port, database: DATABASE, user: USER, password: PASSWORD, ssl: 'off', applicationName: 'test', initialStatements: [], connectTimeoutMs: 5000 });

function connect(context: TestContext): DatabaseConnection | undefined {
  if (typeof server === 'string') {
    context.skip(server);
    return undefined;
  }
  const connection = new DatabaseConnection(address(server.port));
  context.after(() => connection.close());
  return connection;
}

test('a server that is not there is DATABASE_UNREACHABLE', () => {
  const connection = new DatabaseConnection(address(1));
  try {
    assert.throws(() => connection.query('SELECT 1'), { code: 'DATABASE_UNREACHABLE' });
  } finally {
    connection.close();
  }
});

test('a call waits for its rows; posted calls are answered in their order', (context) => {
  const connection = connect(context);
  if (connection === undefined) return;
  assert.deepEqual(connection.query('SELECT $1::int + 1, NULL', ['41']), [['42', null]]);
  const first = connection.post({ kind: 'query', statement: { text: 'SELECT pg_sleep(0.05), 1', values: [] }, retriesMax: 0 });
  const second = connection.post({ kind: 'query', statement: { text: 'SELECT 2', values: [] }, retriesMax: 0 });
  assert.equal(connection.tryTake(second), undefined);
  assert.deepEqual(connection.take(second), [['2']]);
  assert.deepEqual(connection.tryTake(first), [['', '1']]);
});

test('questions that wait together are answered each for itself, those that fail too', (context) => {
  const connection = connect(context);
  if (connection === undefined) return;
  connection.query(`CREATE TABLE asked AS SELECT n, n || ' $1' AS "text $1" FROM generate_series(1, 100) n`);
  const ask = (n: number, text = `SELECT "text $1", '$1' FROM asked WHERE n <= $1 AND n > $2 ORDER BY n`): number => connection.post({ kind: 'query', statement: { text, values: [String(n), String(n - 2)] }, retriesMax: 0 });
  const ids = Array.from({ length: 90 }, (_, index) => ask(index));
  for (const [n, id] of ids.entries()) assert.deepEqual(connection.take(id), [n - 1, n].filter((each) => each > 0).map((each) => [`${each} $1`, '$1']), `question ${n}`);
  const quotients = [1, 0, 2].map((n) => connection.post({ kind: 'query', statement: { text: 'SELECT 10 / $1::int', values: [String(n)] }, retriesMax: 0 }));
  assert.deepEqual(connection.take(quotients[0]!), [['10']]);
  assert.throws(() => connection.take(quotients[1]!), /division by zero/);
  assert.deepEqual(connection.take(quotients[2]!), [['5']]);
});

test('a statement that the database refuses is DATABASE_STATEMENT_FAILED, and the connection goes on', (context) => {
  const connection = connect(context);
  if (connection === undefined) return;
  assert.throws(() => connection.query('SELECT nothing FROM nowhere'), { code: 'DATABASE_STATEMENT_FAILED', message: /relation "nowhere" does not exist/ });
  assert.deepEqual(connection.query('SELECT 1'), [['1']]);
});

test('a transaction is done as a whole or not at all', (context) => {
  const connection = connect(context);
  if (connection === undefined) return;
  connection.query('CREATE TABLE whole (id int primary key)');
  const insert = (id: string): { text: string; values: string[] } => ({ text: 'INSERT INTO whole VALUES ($1)', values: [id] });
  assert.throws(() => connection.transaction([insert('1'), insert('1')], { retriesMax: 0 }), /duplicate key/);
  connection.transaction([insert('2'), insert('3')], { retriesMax: 0 });
  assert.deepEqual(connection.query('SELECT id FROM whole ORDER BY id'), [['2'], ['3']]);
});

test('a transaction on a lost connection is tried again on a new one', async (context) => {
  const connection = connect(context);
  if (connection === undefined) return;
  connection.query('CREATE TABLE tried (id int)');
  await (server as PostgresServer).dropConnections();
  connection.transaction([{ text: 'INSERT INTO tried VALUES (1)', values: [] }], { retriesMax: 1 });
  assert.deepEqual(connection.query('SELECT id FROM tried'), [['1']]);
});

test('a scan that goes on from a checkpoint hands out the rows that were not handed out', async (context) => {
  const connection = connect(context);
  if (connection === undefined) return;
  connection.query("CREATE TABLE scanned AS SELECT n FROM generate_series(1, 250) n");
  const source = new JdbcSource<string>({ address: address((server as PostgresServer).port), statements: [100, 150].map((bound, index) => ({ text: `SELECT n FROM scanned WHERE n ${index === 0 ? '<=' : '>'} 100 AND n <> $1`, values: [String(bound)] })), toRow: ([cell]) => cell!, fetchRows: 30, limit: Number.POSITIVE_INFINITY });
  const rows: string[] = [];
  const readerOf = (splits: readonly JdbcSplit[]): JdbcSourceReader<string> => {
    const reader = source.createReader({ clock: { now: () => 0 } } as never);
    context.after(() => reader.close());
    reader.addSplits(splits);
    reader.notifyNoMoreSplits();
    return reader;
  };
  const read = async (reader: JdbcSourceReader<string>, most: number): Promise<void> => {
    for (let status: number = ReadStatus.MORE; rows.length < most && status !== ReadStatus.END;) {
      status = reader.poll({ room: 7, collect: (row) => rows.push(row) });
      if (status === ReadStatus.NOTHING) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  const first = readerOf([{ id: 'jdbc-0', index: 0, offset: 0 }, { id: 'jdbc-1', index: 1, offset: 0 }]);
  await read(first, 130);
  const splits = first.snapshot();
  assert.deepEqual(splits.map(({ index }) => index), [1]);
  await read(readerOf(splits), Number.POSITIVE_INFINITY);
  assert.deepEqual(rows, Array.from({ length: 250 }, (_, index) => String(index + 1)).filter((row) => row !== '100' && row !== '150'));
});

describe('the writer', () => {
  const write = (table: string, more: Partial<JdbcWrite<number>> = {}): JdbcWrite<number> => ({
    address: address(typeof server === 'string' ? 0 : server.port), keyOf: undefined, bufferRows: 3, bufferMs: 1000, retriesMax: 0, ...more,
    statementsOf: (rows) => [{ text: `INSERT INTO ${table} VALUES ${rows.map((_, index) => `($${index + 1})`).join(', ')}`, values: rows.map(String) }],
  });

  async function eventually(connection: DatabaseConnection, text: string, rows: readonly (readonly string[])[]): Promise<void> {
    for (let tries = 0; tries < 200 && JSON.stringify(connection.query(text)) !== JSON.stringify(rows); tries++) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(connection.query(text), rows);
  }

  test('writes when there are enough rows, when the first is old, and at a checkpoint', async (context) => {
    const connection = connect(context);
    if (connection === undefined) return;
    connection.query('CREATE TABLE gathered (n int)');
    const { clock, files } = simulatedPlatform({ seed: 1 });
    const writer = new JdbcSink(write('gathered')).createWriter(new RecordingSinkContext({ clock, files }));
    context.after(() => writer.close());
    for (const n of [1, 2, 3, 4]) writer.write(n);
    await eventually(connection, 'SELECT n FROM gathered ORDER BY n', [['1'], ['2'], ['3']]);
    clock.advance(999);
    assert.deepEqual(connection.query('SELECT count(*) FROM gathered'), [['3']]);
    clock.advance(1);
    await eventually(connection, 'SELECT n FROM gathered ORDER BY n', [['1'], ['2'], ['3'], ['4']]);
    writer.write(5);
    writer.flush();
    assert.deepEqual(connection.query('SELECT count(*) FROM gathered'), [['5']]);
  });

  test('of rows with equal keys the last one counts', (context) => {
    const connection = connect(context);
    if (connection === undefined) return;
    connection.query('CREATE TABLE keyed (n int)');
    const writer = new JdbcSink(write('keyed', { keyOf: (n) => String(n % 10), bufferRows: 100 })).createWriter(new RecordingSinkContext(simulatedPlatform({ seed: 1 })));
    context.after(() => writer.close());
    for (const n of [1, 2, 11, 21]) writer.write(n);
    writer.flush();
    assert.deepEqual(connection.query('SELECT n FROM keyed ORDER BY n'), [['2'], ['21']]);
  });

  test('a failure of what the clock sent is thrown at the latest at the checkpoint', (context) => {
    if (connect(context) === undefined) return;
    const { clock, files } = simulatedPlatform({ seed: 1 });
    const writer = new JdbcSink(write('nowhere_at_all')).createWriter(new RecordingSinkContext({ clock, files }));
    context.after(() => writer.close());
    writer.write(1);
    clock.advance(1000);
    assert.throws(() => writer.flush(), { code: 'DATABASE_STATEMENT_FAILED', message: /relation "nowhere_at_all" does not exist/ });
  });
});
