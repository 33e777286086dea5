// Rows of a database's table by key, one question a key, with a cache where the table has one. Thread: the slot's.
import { quoted } from '#table/catalog/jdbc-address';
import { rowDecoder, selectText } from '#table/factories/jdbc-statements';
import { jdbcEncoder } from '#table/factories/jdbc-values';
import { LookupCache, type LookupCacheOptions } from '#table/factories/lookup-cache';
import type { AskedLookup, AsyncLookup, Lookup, LookupContext } from '#table/factories/table-factory';
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

export class JdbcLookup implements Lookup, AsyncLookup {
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
    const { values, id, cached } = this.#question(key);
    return cached ?? this.#found(id, this.#connection!.query(this.#text, values, { retriesMax: this.#options.retriesMax }));
  }

  ask(key: readonly unknown[]): AskedLookup {
    const { values, id, cached } = this.#question(key);
    if (cached !== undefined) return { tryTake: () => cached };
    const connection = this.#connection!;
    const asked = connection.post({ kind: 'query', statement: { text: this.#text, values }, retriesMax: this.#options.retriesMax });
    return { tryTake: () => {
      const rows = connection.tryTake(asked);
      return rows && this.#found(id, rows);
    } };
  }

  close(): void {
    this.#connection?.close();
  }

  #question(key: readonly unknown[]): { readonly values: readonly (string | null)[]; readonly id: string; readonly cached: readonly TableRow[] | undefined } {
    const values = key.map((value, index) => this.#encoders[index]!(value));
    const id = this.#cache === undefined ? '' : JSON.stringify(values);
    return { values, id, cached: this.#cache?.get(id) };
  }

  #found(id: string, cells: readonly DatabaseCells[]): readonly TableRow[] {
    const rows = cells.map(this.#decode);
    this.#cache?.set(id, rows);
    return rows;
  }
}
