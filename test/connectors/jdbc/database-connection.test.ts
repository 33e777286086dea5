import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import { DatabaseConnection } from '#platform/database/database-thread';
import type { DatabaseAddress } from '#platform/database/database-messages';
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
