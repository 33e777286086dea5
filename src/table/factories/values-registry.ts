// Rows of a program, for tables of the connector `values`: those that are read, by the id that registering gave, and those that
// were written, by the table's name. Of one thread: a program that runs again in a worker registers its rows again there.

/** Values by position, and which change it is: an insert unless it says. */
export interface RegisteredRow {
  readonly kind?: '+I' | '-U' | '+U' | '-D';
  readonly values: readonly unknown[];
}

export interface WrittenRow {
  readonly kind: '+I' | '-U' | '+U' | '-D';
  /** As SQL holds them: see collect(). */
  readonly values: readonly unknown[];
}

const registered = new Map<string, readonly RegisteredRow[]>();
const written = new Map<string, WrittenRow[]>();
let lastId = 0;

/** @returns the option `data-id` of tables that have these rows. */
export function registerValues(rows: readonly (RegisteredRow | readonly unknown[])[]): string {
  const id = String(++lastId);
  registered.set(id, rows.map((row) => (Array.isArray(row) ? { values: row as readonly unknown[] } : row as RegisteredRow)));
  return id;
}

export const registeredValues = (id: string): readonly RegisteredRow[] | undefined => registered.get(id);

/** What jobs of this thread wrote into tables of that name, in its order. */
export const writtenValues = (table: string): readonly WrittenRow[] => written.get(table) ?? [];

export function addWritten(table: string, row: WrittenRow): void {
  const rows = written.get(table);
  if (rows === undefined) written.set(table, [row]);
  else rows.push(row);
}

/** Forgets all rows, read and written. */
export function clearValues(): void {
  registered.clear();
  written.clear();
}
