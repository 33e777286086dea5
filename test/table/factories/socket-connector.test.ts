import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { after, describe, test } from 'node:test';
import { changesOf, inlineTables } from '../api/table-jobs.js';

const servers: Server[] = [];
after(() => { for (const server of servers) server.close(); });

/** Sends the pieces to whoever connects, and closes. */
function serve(...pieces: readonly string[]): Promise<number> {
  const server = createServer((socket) => {
    const send = (index: number): void => {
      if (index === pieces.length) socket.end();
      else socket.write(pieces[index]!, () => setTimeout(() => send(index + 1), 5));
    };
    send(0);
  });
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { readonly port: number }).port));
  });
}

async function read(columns: string, port: number, more: string, query = 'SELECT * FROM t'): Promise<string[]> {
  const tables = inlineTables();
  await tables.executeSql(`CREATE TABLE t ${columns} WITH ('connector' = 'socket', 'hostname' = '127.0.0.1', 'port' = '${port}', ${more})`);
  return changesOf(tables, query);
}

describe('the socket connector', () => {
  test('records may come in any pieces; the last one needs no end', async () => {
    assert.deepEqual(await read('(id INT, name STRING)', await serve('1,a\n2,', 'ü\n3', ',c'), "'format' = 'csv'"), ['+I[1,"a"]', '+I[2,"ü"]', '+I[3,"c"]']);
  });

  test('the delimiter is an option, and the format may bring changes', async () => {
    const records = '{"before":null,"after":{"id":1},"op":"c"}|{"before":{"id":1},"after":null,"op":"d"}|';
    assert.deepEqual(await read('(id INT)', await serve(records), "'format' = 'debezium-json', 'byte-delimiter' = '124'"), ['+I[1]', '-D[1]']);
  });

  test('a server that is not there is SOCKET_FAILED', async () => {
    await assert.rejects(read('(id INT)', 1, "'format' = 'csv'"), /127\.0\.0\.1:1: .*ECONNREFUSED.*check that a server listens there/);
  });

  test('options are checked', async () => {
    const code = 'TABLE_OPTION_INVALID';
    await assert.rejects(read('(id INT)', 70_000, "'format' = 'csv'"), { code, message: /Could not parse value '70000' for key 'port'/ });
    await assert.rejects(read('(id INT)', 1, "'byte-delimiter' = '10'"), { code, message: /Missing required options are: format/ });
    await assert.rejects(read('(id INT)', 1, "'format' = 'parquet'"), { code, message: /the format 'parquet' .* is one of files: give one of canal-json, csv/ });
    await assert.rejects(read('(id INT)', 1, "'format' = 'csv', 'byte-delimiter' = '256'"), { code, message: /give a byte from 0 to 255/ });
  });
});
