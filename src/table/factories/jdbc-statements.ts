// PostgreSQL's statements of a table: scans in ranges, rows of a key, and what writes and deletes rows.
import { quoted } from '#table/catalog/jdbc-address';
import { jdbcDecoder, jdbcEncoder } from '#table/factories/jdbc-values';
import { isAccumulate, kindOf, type TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';
import { FunctionError } from '#table/errors';
import type { DatabaseCells, DatabaseStatement } from '#platform/database/database-messages';

/** The protocol counts parameters in 16 bits. */
const PARAMETERS_MAX = 65_535;

export interface Range {
  readonly lower: bigint;
  readonly upper: bigint;
}

/** `count` ranges of nearly equal width, both ends included, as Flink cuts them: the wider ones first; fewer where there are not so many numbers. */
export function rangesOf(lower: bigint, upper: bigint, count: number): readonly Range[] {
  const total = upper - lower + 1n;
  const parts = BigInt(count) > total ? total : BigInt(count);
  const width = (total + parts - 1n) / parts;
  const wide = total - (width - 1n) * parts;
  const ranges: Range[] = [];
  for (let index = 0n, start = lower; index < parts; index++) {
    const end = start + width - 1n - (index >= wide ? 1n : 0n);
    ranges.push({ lower: start, upper: end });
    start = end + 1n;
  }
  return ranges;
}

export function selectText(rowType: RowType, columns: readonly number[], table: string, conditions: readonly string[]): string {
  const names = columns.map((column) => quoted(rowType.fields[column]!.name));
  return `SELECT ${names.length === 0 ? '1' : names.join(', ')} FROM ${table}${conditions.length === 0 ? '' : ` WHERE ${conditions.map((condition) => `(${condition})`).join(' AND ')}`}`;
}

/** Rows of a select of these columns; the others are NULL. Throws FunctionError where a value does not fit its type. */
export function rowDecoder(rowType: RowType, columns: readonly number[]): (cells: DatabaseCells) => TableRow {
  const keys = fieldKeys(rowType);
  const decoders = columns.map((column) => ({ key: keys[column]!, name: rowType.fields[column]!.name, decode: jdbcDecoder(rowType.fields[column]!.type) }));
  const unread = keys.filter((_, column) => !columns.includes(column));
  return (cells) => {
    const row: TableRow = {};
    for (const [index, { key, name, decode }] of decoders.entries()) {
      const text = cells[index]!;
      try {
        row[key] = text === null ? null : decode(text);
      } catch (failure) {
        if (failure instanceof FunctionError) throw new FunctionError(`column ${name} of the database has '${text}', which does not fit its type: ${failure.message}`, { cause: failure });
        throw failure;
      }
    }
    for (const key of unread) row[key] = null;
    return row;
  };
}

/** Rows into a table; with key columns a row replaces the one with its key, or deletes it. */
export class TableWriting {
  readonly #table: string;
  readonly #columns: readonly { readonly name: string; readonly key: string; readonly encode: (value: unknown) => string | null }[];
  readonly #keys: readonly number[];

  constructor(table: string, rowType: RowType, keyColumns: readonly number[]) {
    const keys = fieldKeys(rowType);
    this.#table = table;
    this.#columns = rowType.fields.map(({ name, type }, index) => ({ name: quoted(name), key: keys[index]!, encode: jdbcEncoder(type) }));
    this.#keys = keyColumns;
  }

  keyOf(row: TableRow): string {
    return JSON.stringify(this.#keys.map((column) => this.#cell(row, column)));
  }

  statementsOf(rows: readonly TableRow[]): readonly DatabaseStatement[] {
    const upserts = rows.filter((row) => isAccumulate(kindOf(row)));
    const deletes = rows.filter((row) => !isAccumulate(kindOf(row)));
    return [
      ...pieces(deletes, this.#keys.length).map((piece) => this.#delete(piece)),
      ...pieces(upserts, this.#columns.length).map((piece) => this.#upsert(piece)),
    ];
  }

  #upsert(rows: readonly TableRow[]): DatabaseStatement {
    const all = this.#columns.map((_, column) => column);
    const values: (string | null)[] = [];
    const tuples = rows.map((row) => `(${all.map((column) => this.#parameter(values, row, column)).join(', ')})`);
    return { text: `INSERT INTO ${this.#table} (${this.#columns.map(({ name }) => name).join(', ')}) VALUES ${tuples.join(', ')}${this.#onConflict()}`, values };
  }

  #onConflict(): string {
    if (this.#keys.length === 0) return '';
    const others = this.#columns.filter((_, column) => !this.#keys.includes(column));
    const target = this.#keys.map((column) => this.#columns[column]!.name).join(', ');
    return ` ON CONFLICT (${target}) DO ${others.length === 0 ? 'NOTHING' : `UPDATE SET ${others.map(({ name }) => `${name} = EXCLUDED.${name}`).join(', ')}`}`;
  }

  #delete(rows: readonly TableRow[]): DatabaseStatement {
    const values: (string | null)[] = [];
    const conditions = rows.map((row) => `(${this.#keys.map((column) => `${this.#columns[column]!.name} = ${this.#parameter(values, row, column)}`).join(' AND ')})`);
    return { text: `DELETE FROM ${this.#table} WHERE ${conditions.join(' OR ')}`, values };
  }

  #parameter(values: (string | null)[], row: TableRow, column: number): string {
    values.push(this.#cell(row, column));
    return `$${values.length}`;
  }

  #cell(row: TableRow, column: number): string | null {
    const { key, encode } = this.#columns[column]!;
    return encode(row[key]);
  }
}

function pieces<T>(rows: readonly T[], parametersPerRow: number): readonly (readonly T[])[] {
  const size = Math.max(1, Math.floor(PARAMETERS_MAX / Math.max(1, parametersPerRow)));
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, index) => rows.slice(index * size, (index + 1) * size));
}
