// The thread that holds connections to databases: requests of one connection are carried out in their order, those of
// different ones side by side. Invariant: every request is answered once, and the cell is counted up behind each answer.
import { workerData, type MessagePort } from 'node:worker_threads';
import type { DatabaseAnswer, DatabaseCells, DatabaseMessage } from '#platform/database/database-messages';
import { failureOf, PostgresSession } from '#platform/database/postgres-session';

const { port, cell } = workerData as { readonly port: MessagePort; readonly cell: Int32Array };
/** Questions of one text that are asked as one statement. */
const TOGETHER_MAX = 64;

interface Lane {
  /** What was asked and not begun. */
  readonly queue: DatabaseMessage[];
  session: PostgresSession | undefined;
  /** Ends when the queue is empty. */
  running: Promise<void> | undefined;
}

const lanes = new Map<number, Lane>();

function answer(message: DatabaseAnswer): void {
  port.postMessage(message);
  Atomics.add(cell, 0, 1);
  Atomics.notify(cell, 0);
}

async function run(lane: Lane): Promise<void> {
  for (let message = lane.queue.shift(); message !== undefined; message = lane.queue.shift()) {
    const together = [message, ...takeAlike(lane.queue, message)];
    if (together.length === 1 || !(await askTogether(lane, together))) for (const one of together) await carryOut(lane, one);
  }
  lane.running = undefined;
}

/** Takes the questions at the front of the queue that have the text of the first. */
function takeAlike(queue: DatabaseMessage[], { request }: DatabaseMessage): DatabaseMessage[] {
  if (request.kind !== 'query' || request.statement.values.length === 0) return [];
  const { text } = request.statement;
  const end = queue.findIndex((message) => message.request.kind !== 'query' || message.request.statement.text !== text);
  return queue.splice(0, Math.min(end < 0 ? queue.length : end, TOGETHER_MAX - 1));
}

/** False when it failed: then each is asked by itself, and those that are at fault fail. */
async function askTogether({ session }: Lane, messages: readonly DatabaseMessage[]): Promise<boolean> {
  try {
    const statements = messages.flatMap(({ request }) => (request.kind === 'query' ? [request.statement] : []));
    const found = await session!.askTogether(statements);
    for (const [index, { id }] of messages.entries()) answer({ id, rows: found[index]!, failure: undefined });
    return true;
  } catch {
    return false;
  }
}

async function carryOut(lane: Lane, { id, connection, request }: DatabaseMessage): Promise<void> {
  let rows: readonly DatabaseCells[] = [];
  try {
    if (request.kind === 'open') lane.session = new PostgresSession(request.address);
    else if (request.kind === 'close') await close(connection);
    else rows = await lane.session!.perform(request);
    answer({ id, rows, failure: undefined });
  } catch (thrown) {
    answer({ id, rows: [], failure: failureOf(thrown) });
  }
}

async function close(connection: number): Promise<void> {
  const session = lanes.get(connection)?.session;
  lanes.delete(connection);
  await session?.close();
}

port.on('message', (message: DatabaseMessage) => {
  let lane = lanes.get(message.connection);
  if (lane === undefined) lanes.set(message.connection, lane = { queue: [], session: undefined, running: undefined });
  lane.queue.push(message);
  lane.running ??= Promise.resolve().then(() => run(lane));
});
port.on('close', () => {
  for (const [connection, { running }] of lanes) void (running ?? Promise.resolve()).then(() => close(connection));
});
