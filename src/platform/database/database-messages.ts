// What goes between a slot and the thread that speaks with databases. Plain data: it is copied. Values are the database's own
// texts, null for NULL, so that nothing is rounded or shifted on the way.

export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** `no-verify` is encrypted without a look at the certificate. */
  readonly ssl: 'off' | 'no-verify' | 'verify';
  readonly applicationName: string;
  /** Statements that each new connection runs first. */
  readonly initialStatements: readonly string[];
  readonly connectTimeoutMs: number;
}

export interface DatabaseStatement {
  readonly text: string;
  /** Of $1, $2, … */
  readonly values: readonly (string | null)[];
}

export type DatabaseCells = readonly (string | null)[];

export type DatabaseRequest =
  | { readonly kind: 'open'; readonly address: DatabaseAddress }
  /** Whole result. A lost connection is opened again, `retriesMax` times. */
  | { readonly kind: 'query'; readonly statement: DatabaseStatement; readonly retriesMax: number }
  /** All statements or none, likewise. */
  | { readonly kind: 'transaction'; readonly statements: readonly DatabaseStatement[]; readonly retriesMax: number }
  /** Opens a cursor behind the first `offset` rows; one at a time. */
  | { readonly kind: 'open-cursor'; readonly statement: DatabaseStatement; readonly offset: number }
  | { readonly kind: 'fetch'; readonly rows: number }
  | { readonly kind: 'close' };

export interface DatabaseFailure {
  readonly code: 'DATABASE_UNREACHABLE' | 'DATABASE_STATEMENT_FAILED';
  readonly message: string;
  /** SQLSTATE where the database gave one. */
  readonly sqlState: string | undefined;
}

export interface DatabaseAnswer {
  readonly id: number;
  readonly rows: readonly DatabaseCells[];
  readonly failure: DatabaseFailure | undefined;
}

export interface DatabaseMessage {
  readonly id: number;
  readonly connection: number;
  readonly request: DatabaseRequest;
}
