// Rows of a database's table by key, one question a key, with a cache where the table has one. Thread: the slot's.
import { quoted } from '#table/catalog/jdbc-address';
import { rowDecoder, selectText } from '#table/factories/jdbc-statements';
import { jdbcEncoder } from '#table/factories/jdbc-values';
import { LookupCache, type LookupCacheOptions } from '#table/factories/lookup-cache';
import type { Lookup, LookupContext } from '#table/factories/table-factory';
import type { TableRow } from '#table/runtime/row-kind';
import type { RowType } from '#table/types/logical-type';
import { DatabaseConnection } from '#platform/database/database-thread';
import type { DatabaseAddress, DatabaseCells } from '#platform/database/database-messages';

export interface JdbcLookupOptions {
  readonly address: DatabaseAddress;
  readonly table: string;
  readonly rowType: RowType;
  readonly keyColumns: readonly number[];
  readonly cache: LookupCacheOptions | undefined;
  readonly retriesMax: number;
}

export class JdbcLookup implements Lookup {
  readonly #options: JdbcLookupOptions;
  readonly #text: string;
  readonly #encoders: readonly ((value: unknown) => string | null)[];
  readonly #decode: (cells: DatabaseCells) => TableRow;
  #cache: LookupCache<TableRow> | undefined;
  #connection: DatabaseConnection | undefined;

  constructor(options: JdbcLookupOptions) {
    const { rowType, keyColumns, table } = options;
    const columns = rowType.fields.map((_, column) => column);
    this.#options = options;
    this.#encoders = keyColumns.map((column) => jdbcEncoder(rowType.fields[column]!.type));
    this.#text = selectText(rowType, columns, table, keyColumns.map((column, index) => `${quoted(rowType.fields[column]!.name)} = $${index + 1}`));
    this.#decode = rowDecoder(rowType, columns);
  }

  open({ clock }: LookupContext): void {
    const { cache, address } = this.#options;
    this.#cache = cache && new LookupCache(cache, () => clock.now());
    this.#connection = new DatabaseConnection(address);
  }

  lookup(key: readonly unknown[]): readonly TableRow[] {
    const values = key.map((value, index) => this.#encoders[index]!(value));
    const cached = this.#cache?.get(JSON.stringify(values));
    if (cached !== undefined) return cached;
    const rows = this.#connection!.query(this.#text, values, { retriesMax: this.#options.retriesMax }).map(this.#decode);
    this.#cache?.set(JSON.stringify(values), rows);
    return rows;
  }

  close(): void {
    this.#connection?.close();
  }
}
