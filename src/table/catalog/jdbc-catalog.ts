// Flink's JDBC catalog over a PostgreSQL server: its databases, and their tables as tables of the `jdbc` connector. Nothing can be
// made, changed or dropped through it. Each answer is asked of the server, on one connection a database.
import { identifierText, type ResolvedColumn, type ResolvedTable } from '#table/catalog/resolved-table';
import type { Catalog, CatalogDatabase, CatalogTable } from '#table/catalog/catalog';
import { jdbcAddress } from '#table/catalog/jdbc-address';
import { TableError } from '#table/errors';
import { DECIMAL_PRECISION_MAX, LENGTH_MAX, LogicalTypes, notNull, type LogicalType } from '#table/types/logical-type';
import { DatabaseConnection } from '#platform/database/database-thread';
import type { DatabaseCells } from '#platform/database/database-messages';

const OPTIONS = ['type', 'default-database', 'username', 'password', 'base-url', 'property-version'];
const BUILT_IN_DATABASES = ['template0', 'template1', 'postgres'];
const DECIMAL_SCALE_DEFAULT = 18;
const CONNECT_TIMEOUT_MS = 60_000;

const TABLES = `SELECT schemaname || '.' || tablename FROM pg_catalog.pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') ORDER BY 1`;
const COLUMNS = `SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, coalesce(k.position, 0), k.name
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN (SELECT conrelid, conname AS name, unnest(conkey) AS attnum, generate_subscripts(conkey, 1) AS position FROM pg_catalog.pg_constraint WHERE contype = 'p') k ON k.conrelid = c.oid AND k.attnum = a.attnum
  WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;

export class JdbcCatalog implements Catalog {
  readonly name: string;
  readonly defaultDatabase: string;
  readonly options: Readonly<Record<string, string>>;
  readonly #connections = new Map<string, DatabaseConnection>();

  /** Throws TABLE_OPTION_INVALID; DATABASE_UNREACHABLE where the server does not answer. */
  constructor(name: string, options: Readonly<Record<string, string>>) {
    this.name = name;
    this.options = options;
    for (const required of ['base-url', 'default-database', 'username', 'password']) {
      if (options[required] === undefined) throw new TableError('TABLE_OPTION_INVALID', `One or more required options are missing for catalog ${name}. Missing required options are: ${required}`);
    }
    const unknown = Object.keys(options).find((option) => !OPTIONS.includes(option));
    if (unknown !== undefined) throw new TableError('TABLE_OPTION_INVALID', `Unsupported options found for catalog ${name}: ${unknown}. Supported options: ${[...OPTIONS].sort().join(', ')}`);
    this.defaultDatabase = options['default-database']!;
    if (this.getDatabase(this.defaultDatabase) === undefined) throw new TableError('CATALOG_OBJECT_UNKNOWN', `A database with name [${this.defaultDatabase}] does not exist in the catalog: [${name}].`);
  }

  listDatabases(): readonly string[] {
    return this.#ask(this.defaultDatabase, 'SELECT datname FROM pg_catalog.pg_database WHERE datallowconn ORDER BY 1').map(([database]) => database!).filter((database) => !BUILT_IN_DATABASES.includes(database) || database === this.defaultDatabase);
  }

  getDatabase(name: string): CatalogDatabase | undefined {
    return this.listDatabases().includes(name) ? { comment: undefined, options: {} } : undefined;
  }

  /** As `schema.table`. */
  listTables(database: string): readonly string[] {
    return this.#ask(database, TABLES).map(([table]) => table!);
  }

  /** @param name `schema.table`, or a table of the schema `public`. */
  getTable(database: string, name: string): CatalogTable | undefined {
    const [schema, table] = name.includes('.') ? [name.slice(0, name.indexOf('.')), name.slice(name.indexOf('.') + 1)] : ['public', name];
    const rows = this.#ask(database, COLUMNS, [schema, table]);
    return rows.length === 0 ? undefined : { kind: 'table', table: this.#resolved(database, name, `${schema}.${table}`, rows) };
  }

  kindOf(): 'table' {
    return 'table';
  }

  createDatabase(): void { this.#refuse(); }
  alterDatabase(): void { this.#refuse(); }
  dropDatabase(): void { this.#refuse(); }
  createTable(): void { this.#refuse(); }
  alterTable(): void { this.#refuse(); }
  renameTable(): void { this.#refuse(); }
  dropTable(): void { this.#refuse(); }
  createFunction(): void { this.#refuse(); }
  dropFunction(): void { this.#refuse(); }

  listFunctions(): readonly string[] {
    return [];
  }

  getFunction(): undefined {
    return undefined;
  }

  #refuse(): never {
    throw new TableError('TABLE_NOT_SUPPORTED', `The catalog ${this.name} is of type jdbc, which only reads: use the database's own tools`);
  }

  #resolved(database: string, name: string, path: string, rows: readonly DatabaseCells[]): ResolvedTable {
    const identifier = { catalog: this.name, database, name };
    const key = rows.filter(([, , , position]) => position !== '0').sort((a, b) => Number(a[3]) - Number(b[3]));
    const columns = rows.map(([column, type, isNotNull]): ResolvedColumn => {
      const logical = typeOf(type!) ?? unsupported(type!, `${identifierText(identifier)}.${column!}`);
      return { kind: 'physical', name: column!, type: isNotNull === 't' ? notNull(logical) : logical };
    });
    return {
      identifier, partitionKeys: [], isTemporary: false,
      schema: { columns, watermark: undefined, primaryKey: key.length === 0 ? undefined : { name: key[0]![4]!, columns: key.map(([column]) => column!) } },
      options: { connector: 'jdbc', url: this.#url(database), 'table-name': path, username: this.options['username']!, password: this.options['password']! },
    };
  }

  #url(database: string): string {
    return `${this.options['base-url']!.replace(/\/+$/, '')}/${database}`;
  }

  #ask(database: string, text: string, values: readonly string[] = []): readonly DatabaseCells[] {
    let connection = this.#connections.get(database);
    if (connection === undefined) {
      const access = { url: this.#url(database), user: this.options['username'], password: this.options['password'], connectTimeoutMs: CONNECT_TIMEOUT_MS, properties: {} };
      this.#connections.set(database, connection = new DatabaseConnection(jdbcAddress(access, `catalog ${this.name}`)));
    }
    return connection.query(text, values, { retriesMax: 1 });
  }
}

function unsupported(type: string, column: string): never {
  throw new TableError('TABLE_NOT_SUPPORTED', `Doesn't support Postgres type '${type}' yet: column ${column}. Declare the table with CREATE TABLE and leave the column out`);
}

const TYPE = /^([a-z ]+?)(?:\((\d+)(?:,(\d+))?\))?( without time zone| with time zone)?$/;

/** Of PostgreSQL's own spelling, as format_type gives it. */
function typeOf(text: string): LogicalType | undefined {
  if (text.endsWith('[]')) {
    const element = typeOf(text.slice(0, -2));
    return element && { kind: 'ARRAY', element, isNullable: true };
  }
  const match = TYPE.exec(text);
  if (match === null) return undefined;
  const [, name, first, second, zone] = match;
  const digits = first === undefined ? undefined : Number(first);
  switch (name) {
    case 'boolean': return LogicalTypes.BOOLEAN;
    case 'smallint': return LogicalTypes.SMALLINT;
    case 'integer': return LogicalTypes.INT;
    case 'bigint': return LogicalTypes.BIGINT;
    case 'real': return LogicalTypes.FLOAT;
    case 'double precision': return LogicalTypes.DOUBLE;
    case 'numeric': return { kind: 'DECIMAL', precision: Math.min(digits ?? DECIMAL_PRECISION_MAX, DECIMAL_PRECISION_MAX), scale: digits === undefined ? DECIMAL_SCALE_DEFAULT : Number(second ?? 0), isNullable: true };
    case 'character': return { kind: 'CHAR', length: digits ?? 1, isNullable: true };
    case 'character varying': case 'text': case 'uuid': case 'json': case 'jsonb': return { kind: 'VARCHAR', length: digits ?? LENGTH_MAX, isNullable: true };
    case 'bytea': return { kind: 'VARBINARY', length: LENGTH_MAX, isNullable: true };
    case 'date': return LogicalTypes.DATE;
    case 'time': return { kind: 'TIME', precision: digits ?? 6, isNullable: true };
    case 'timestamp': return { kind: zone === ' with time zone' ? 'TIMESTAMP_LTZ' : 'TIMESTAMP', precision: digits ?? 6, time: 'regular', isNullable: true };
    default: return undefined;
  }
}
