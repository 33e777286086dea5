// The changes of one epoch, brought down to what they come to: a row that came and went again is nobody's business. Order: rows as they
// were first touched, an old row before the one that takes its place.
import { encodePlain } from '#core/serialization/plain-value';
import { isAccumulate, KIND_KEY, kindOf, RowKind, type TableRow } from '#table/runtime/row-kind';

/** inserts: rows in their order. changelog: -U and -D say which row goes. upserts: the last row of a key counts, -U do not come. */
export type HeldMode = 'inserts' | 'changelog' | 'upserts';

interface Entry {
  readonly row: TableRow;
  /** How often it was added less how often it was taken away. */
  count: number;
}

export class HeldChanges {
  readonly #mode: HeldMode;
  /** The fields that name a row, none where there is one row at most; undefined: a row has no name. */
  readonly #keyFields: readonly string[] | undefined;
  #rows: TableRow[] = [];
  #entries = new Map<string, Entry>();

  constructor(mode: HeldMode, keyFields: readonly string[] | undefined) {
    this.#mode = mode;
    this.#keyFields = keyFields;
  }

  /** Keeps the row: it must not change afterwards. */
  add(row: TableRow): void {
    if (this.#mode === 'inserts') {
      this.#rows.push(row);
      return;
    }
    if (this.#mode === 'upserts') {
      const key = this.#keyOf(row);
      this.#entries.delete(key);
      this.#entries.set(key, { row, count: 1 });
      return;
    }
    const key = textOf({ ...row, [KIND_KEY]: RowKind.INSERT });
    const entry = this.#entries.get(key);
    const change = isAccumulate(kindOf(row)) ? 1 : -1;
    if (entry === undefined) this.#entries.set(key, { row, count: change });
    else entry.count += change;
  }

  /** What the changes come to; nothing is held afterwards. */
  take(): TableRow[] {
    const rows = this.#mode === 'inserts' ? this.#rows : this.#mode === 'upserts' ? [...this.#entries.values()].map(({ row }) => row) : this.#net();
    this.#rows = [];
    this.#entries = new Map();
    return rows;
  }

  #net(): TableRow[] {
    const removed = new Map<string, TableRow[]>();
    const added: { readonly key: string; readonly row: TableRow }[] = [];
    const unpaired: TableRow[] = [];
    for (const { row, count } of this.#entries.values()) {
      const key = this.#keyOf(row);
      for (let i = 0; i < Math.abs(count); i++) {
        if (count > 0) added.push({ key, row });
        else if (this.#keyFields === undefined) unpaired.push(row);
        else removed.set(key, [...(removed.get(key) ?? []), row]);
      }
    }
    const changes: TableRow[] = unpaired.map((row) => withKind(row, RowKind.DELETE));
    const inserts: TableRow[] = [];
    for (const { key, row } of added) {
      const old = removed.get(key)?.shift();
      if (old === undefined) inserts.push(withKind(row, RowKind.INSERT));
      else changes.push(withKind(old, RowKind.UPDATE_BEFORE), withKind(row, RowKind.UPDATE_AFTER));
    }
    for (const rows of removed.values()) for (const row of rows) changes.push(withKind(row, RowKind.DELETE));
    return [...changes, ...inserts];
  }

  #keyOf(row: TableRow): string {
    return textOf((this.#keyFields ?? []).map((field) => row[field] as unknown));
  }
}

const withKind = (row: TableRow, kind: RowKind): TableRow => ({ ...row, [KIND_KEY]: kind });

/** Equal for equal values. */
const textOf = (value: unknown): string => Buffer.from(encodePlain(value)).toString('latin1');
