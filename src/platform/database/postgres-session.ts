// One connection to a PostgreSQL server, opened when it is first needed and again when it is lost. Thread: the databases'.
import type { Client } from 'pg';
import type { DatabaseAddress, DatabaseCells, DatabaseFailure, DatabaseRequest, DatabaseStatement } from '#platform/database/database-messages';

/** As Flink waits between tries: longer each time. */
const RETRY_PAUSE_MS = 1000;
const PREPARED_MAX = 64;
/** Few sizes, so that few statements are prepared. */
const TOGETHER = [32, 8, 2, 1];
const CURSOR = 'millrace_cursor';
/** SQLSTATEs (or their classes) of failures that pass by themselves. */
const PASSING = /^(08|53|57P0|40001|40P01|55P03)/;

type Perform = Exclude<DatabaseRequest, { readonly kind: 'open' | 'close' }>;

export class PostgresSession {
  readonly #address: DatabaseAddress;
  #client: Client | undefined;
  #hasCursor = false;
  /** Names of statements that the server keeps prepared on this connection, by text. */
  readonly #prepared = new Map<string, string>();

  constructor(address: DatabaseAddress) {
    this.#address = address;
  }

  async perform(request: Perform): Promise<readonly DatabaseCells[]> {
    switch (request.kind) {
      case 'query': return this.#retried(request.retriesMax, () => this.#run(request.statement, this.#nameOf(request.statement)));
      case 'transaction': return this.#retried(request.retriesMax, () => this.#transaction(request.statements));
      case 'open-cursor': return this.#openCursor(request.statement, request.offset);
      case 'fetch': return this.#run({ text: `FETCH FORWARD ${request.rows} FROM ${CURSOR}`, values: [] });
    }
  }

  /** Of questions of one text, as many at a time as there may be in one statement. Rejects as a whole. */
  async askTogether(statements: readonly DatabaseStatement[]): Promise<readonly (readonly DatabaseCells[])[]> {
    const answers: DatabaseCells[][] = statements.map(() => []);
    for (let start = 0; start < statements.length;) {
      const size = TOGETHER.find((candidate) => candidate <= statements.length - start)!;
      const together = joined(statements.slice(start, start + size));
      for (const [position, ...cells] of await this.#run(together, this.#nameOf(together))) answers[start + Number(position)]!.push(cells);
      start += size;
    }
    return answers;
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }

  async #retried<T>(retriesMax: number, perform: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await perform();
      } catch (thrown) {
        if (isConnectionLost(thrown)) await this.close();
        if (tries >= retriesMax || !isPassing(thrown)) throw thrown;
        await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS * tries));
      }
    }
  }

  async #transaction(statements: readonly DatabaseStatement[]): Promise<readonly DatabaseCells[]> {
    if (statements.length === 1) return this.#run(statements[0]!);
    await this.#run({ text: 'BEGIN', values: [] });
    try {
      for (const statement of statements) await this.#run(statement);
      return await this.#run({ text: 'COMMIT', values: [] });
    } catch (thrown) {
      if (!isConnectionLost(thrown)) await this.#run({ text: 'ROLLBACK', values: [] });
      throw thrown;
    }
  }

  async #openCursor(statement: DatabaseStatement, offset: number): Promise<readonly DatabaseCells[]> {
    if (this.#hasCursor) await this.#run({ text: 'ROLLBACK', values: [] });
    await this.#run({ text: 'BEGIN READ ONLY', values: [] });
    this.#hasCursor = true;
    await this.#run({ text: `DECLARE ${CURSOR} NO SCROLL CURSOR FOR ${statement.text}`, values: statement.values });
    if (offset > 0) await this.#run({ text: `MOVE FORWARD ${offset} FROM ${CURSOR}`, values: [] });
    return [];
  }

  async #run({ text, values }: DatabaseStatement, name?: string): Promise<readonly DatabaseCells[]> {
    const client = this.#client ?? await this.#connect();
    const { rows } = await client.query<(string | null)[]>({ text, values: [...values], rowMode: 'array', ...(name === undefined ? {} : { name }) });
    return rows;
  }

  /** Questions with parameters are asked again and again with others. Undefined when there are many different ones. */
  #nameOf({ text, values }: DatabaseStatement): string | undefined {
    if (values.length === 0) return undefined;
    const known = this.#prepared.get(text);
    if (known !== undefined || this.#prepared.size >= PREPARED_MAX) return known;
    const name = `millrace_${this.#prepared.size}`;
    this.#prepared.set(text, name);
    return name;
  }

  async #connect(): Promise<Client> {
    const { host, port, database, user, password, ssl, applicationName, initialStatements, connectTimeoutMs } = this.#address;
    const { default: postgres } = await import('pg');
    const client = new postgres.Client({
      host, port, database, ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }), ssl: ssl === 'off' ? false : { rejectUnauthorized: ssl === 'verify' },
      application_name: applicationName, connectionTimeoutMillis: connectTimeoutMs, keepAlive: true,
      // Texts are read by whoever knows the SQL type.
      types: { getTypeParser: () => (text: string) => text },
    });
    client.on('error', () => {
      if (this.#client === client) this.#client = undefined;
    });
    try {
      await client.connect();
    } catch (cause) {
      void client.end().catch(() => undefined);
      throw new ConnectFailure(cause);
    }
    for (const statement of initialStatements) await client.query(statement);
    this.#hasCursor = false;
    this.#client = client;
    return client;
  }
}

/** One statement for several questions of one text: each row says which one it answers. */
function joined(statements: readonly DatabaseStatement[]): DatabaseStatement {
  const parts = statements.map(({ text, values }, position) => {
    // Names and texts in quotes are left as they are.
    const moved = text.replaceAll(/"(?:[^"]|"")*"|'(?:[^']|'')*'|\$(\d+)/g, (all, number: string | undefined) => (number === undefined ? all : `$${Number(number) + position * values.length}`));
    return `SELECT ${position}, t.* FROM (${moved}) AS t`;
  });
  return { text: parts.join(' UNION ALL '), values: statements.flatMap(({ values }) => values) };
}

class ConnectFailure extends Error {
  constructor(cause: unknown) {
    super(`cannot connect: ${textOf(cause)}`, { cause });
  }
}

/** Several addresses of a host fail each with their own error. */
function textOf(thrown: unknown): string {
  if (thrown instanceof AggregateError) return thrown.errors.map(textOf).join('; ');
  return thrown instanceof Error ? thrown.message : String(thrown);
}

const sqlStateOf = (thrown: unknown): string | undefined => {
  const { code } = (thrown instanceof ConnectFailure ? thrown.cause : thrown) as { readonly code?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
};

/** What comes from the socket, and not from the server, has no SQLSTATE. */
const isConnectionLost = (thrown: unknown): boolean => thrown instanceof ConnectFailure || sqlStateOf(thrown) === undefined || /^(08|57P0)/.test(sqlStateOf(thrown)!);

function isPassing(thrown: unknown): boolean {
  const state = sqlStateOf(thrown);
  return state === undefined || PASSING.test(state);
}

export function failureOf(thrown: unknown): DatabaseFailure {
  return { code: isConnectionLost(thrown) ? 'DATABASE_UNREACHABLE' : 'DATABASE_STATEMENT_FAILED', message: textOf(thrown).replaceAll(/\s*\n\s*/g, ' '), sqlState: sqlStateOf(thrown) };
}
