// Calls to databases that block, as JDBC's do: a thread of its own holds the connections, the slot waits for its answer or looks
// for it from time to time. One thread per thread that asks; it ends with the last connection. Any thread.
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import { PlatformError } from '#platform/errors';
import type { DatabaseAddress, DatabaseAnswer, DatabaseCells, DatabaseMessage, DatabaseRequest, DatabaseStatement } from '#platform/database/database-messages';

declare const __MILLRACE_BUNDLED__: boolean | undefined;

const ENTRY = typeof __MILLRACE_BUNDLED__ !== 'undefined' && __MILLRACE_BUNDLED__ ? new URL('./database.js', import.meta.url) : new URL('./database-entry.js', import.meta.url);
/** A wait is looked up after this, should a wake-up be missed. */
const WAIT_MS_MAX = 1000;

class DatabaseThread {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  /** How many answers were posted. */
  readonly #cell = new Int32Array(new SharedArrayBuffer(4));
  readonly #answers = new Map<number, DatabaseAnswer>();
  /** How many of them were received. */
  #received = 0;
  #lastId = 0;
  connections = 0;
  lastConnection = 0;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(ENTRY, { name: 'database', workerData: { port: port2, cell: this.#cell }, transferList: [port2] });
    this.#worker.on('error', () => undefined);
    this.#worker.unref();
    this.#port.unref();
  }

  post(connection: number, request: DatabaseRequest): number {
    const id = ++this.#lastId;
    this.#port.postMessage({ id, connection, request } satisfies DatabaseMessage);
    return id;
  }

  tryTake(id: number): DatabaseAnswer | undefined {
    while (this.#received !== Atomics.load(this.#cell, 0)) {
      const received = receiveMessageOnPort(this.#port);
      // It is counted before it is seen here.
      if (received === undefined) break;
      this.#received = (this.#received + 1) | 0;
      const answer = (received as { readonly message: DatabaseAnswer }).message;
      this.#answers.set(answer.id, answer);
    }
    const answer = this.#answers.get(id);
    this.#answers.delete(id);
    return answer;
  }

  take(id: number): DatabaseAnswer {
    for (;;) {
      const seen = Atomics.load(this.#cell, 0);
      const answer = this.tryTake(id);
      if (answer !== undefined) return answer;
      Atomics.wait(this.#cell, 0, seen, WAIT_MS_MAX);
    }
  }

  /** Whatever was posted is still done before the thread ends. */
  end(): void {
    this.#port.close();
  }
}

let thread: DatabaseThread | undefined;

/** A connection to a PostgreSQL server. Calls wait for the server; posted ones do not. Throws DATABASE_UNREACHABLE, DATABASE_STATEMENT_FAILED. */
export class DatabaseConnection {
  readonly #thread: DatabaseThread;
  readonly #connection: number;
  readonly #where: string;
  #isClosed = false;

  /** Connects with the first call, or here where `isEager`. */
  constructor(address: DatabaseAddress, { isEager = false }: { readonly isEager?: boolean } = {}) {
    this.#thread = thread ??= new DatabaseThread();
    this.#thread.connections++;
    this.#connection = ++this.#thread.lastConnection;
    this.#where = `${address.host}:${address.port}/${address.database}`;
    const id = this.#thread.post(this.#connection, { kind: 'open', address });
    if (isEager) this.take(id);
  }

  query(text: string, values: DatabaseStatement['values'] = [], { retriesMax = 0 }: { readonly retriesMax?: number } = {}): readonly DatabaseCells[] {
    return this.take(this.post({ kind: 'query', statement: { text, values }, retriesMax }));
  }

  transaction(statements: readonly DatabaseStatement[], { retriesMax }: { readonly retriesMax: number }): void {
    this.take(this.post({ kind: 'transaction', statements, retriesMax }));
  }

  /** The request is carried out behind earlier ones of the connection. @returns what take and tryTake want. */
  post(request: DatabaseRequest): number {
    return this.#thread.post(this.#connection, request);
  }

  take(id: number): readonly DatabaseCells[] {
    return this.#rowsOf(this.#thread.take(id));
  }

  /** Undefined: there is no answer yet. */
  tryTake(id: number): readonly DatabaseCells[] | undefined {
    const answer = this.#thread.tryTake(id);
    return answer && this.#rowsOf(answer);
  }

  /** Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.post({ kind: 'close' });
    if (--this.#thread.connections > 0) return;
    this.#thread.end();
    if (thread === this.#thread) thread = undefined;
  }

  #rowsOf({ failure, rows }: DatabaseAnswer): readonly DatabaseCells[] {
    if (failure === undefined) return rows;
    const advice = failure.code === 'DATABASE_UNREACHABLE' ? 'check that the server runs there, and user and password' : 'check the table and its columns in the database';
    throw new PlatformError(failure.code, `${this.#where}: ${failure.message}: ${advice}`, { context: { database: this.#where, ...(failure.sqlState === undefined ? {} : { sqlState: failure.sqlState }) } });
  }
}
