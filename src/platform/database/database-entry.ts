// The thread that holds connections to databases: requests of one connection are carried out in their order, those of
// different ones side by side. Invariant: every request is answered once, and the cell is counted up behind each answer.
import { workerData, type MessagePort } from 'node:worker_threads';
import type { DatabaseAnswer, DatabaseCells, DatabaseMessage } from '#platform/database/database-messages';
import { failureOf, PostgresSession } from '#platform/database/postgres-session';

const { port, cell } = workerData as { readonly port: MessagePort; readonly cell: Int32Array };
const sessions = new Map<number, PostgresSession>();
/** Of each connection, the end of what was asked of it. */
const last = new Map<number, Promise<void>>();

function answer(message: DatabaseAnswer): void {
  port.postMessage(message);
  Atomics.add(cell, 0, 1);
  Atomics.notify(cell, 0);
}

async function carryOut({ id, connection, request }: DatabaseMessage): Promise<void> {
  let rows: readonly DatabaseCells[] = [];
  try {
    if (request.kind === 'open') sessions.set(connection, new PostgresSession(request.address));
    else if (request.kind === 'close') await close(connection);
    else rows = await sessions.get(connection)!.perform(request);
    answer({ id, rows, failure: undefined });
  } catch (thrown) {
    answer({ id, rows: [], failure: failureOf(thrown) });
  }
}

async function close(connection: number): Promise<void> {
  await sessions.get(connection)?.close();
  sessions.delete(connection);
  last.delete(connection);
}

port.on('message', (message: DatabaseMessage) => {
  const { connection } = message;
  last.set(connection, (last.get(connection) ?? Promise.resolve()).then(() => carryOut(message)));
});
port.on('close', () => {
  void Promise.all([...last.values()]).then(() => Promise.all([...sessions.keys()].map(close)));
});
