// Rows of a program as a VALUES query.
import { TableError } from '#table/errors';
import { literalText, nameText } from '#table/fluent/literal-text';
import type { Schema } from '#table/fluent/schema';

/** Rows are arrays, objects (by their keys) or single values. With a schema each column is cast to its type. */
export function valuesQuery(rows: readonly unknown[], schema: Schema | undefined): string {
  const [first] = rows;
  if (first === undefined) throw new TableError('TABLE_API_INVALID', 'fromValues(): there is no row: give one, or an empty table by a query such as SELECT … WHERE FALSE');
  const types = schema?.lines.map(columnOf);
  const names = types?.map(({ name }) => name) ?? namesOf(first);
  const lines = rows.map((row) => {
    const values = valuesOf(row, names);
    if (values.length !== names.length) throw new TableError('TABLE_API_INVALID', `fromValues(): a row has ${values.length} values, and there are ${names.length} columns: ${names.join(', ')}`);
    return `(${values.map((value, index) => (types === undefined ? literalText(value) : `CAST(${literalText(value)} AS ${types[index]!.type})`)).join(', ')})`;
  });
  return `SELECT * FROM (VALUES ${lines.join(', ')}) AS $values(${names.map((name) => nameText([name])).join(', ')})`;
}

function columnOf(line: string): { readonly name: string; readonly type: string } {
  const match = /^`((?:[^`]|``)+)` (.*)$/.exec(line);
  if (match === null || / AS | METADATA/.test(match[2]!)) throw new TableError('TABLE_API_INVALID', `fromValues(): the schema has the line ${line}: rows of a program have physical columns only`);
  // A cast says nothing of NULL: whether there is one, the values show.
  return { name: match[1]!.replaceAll('``', '`'), type: match[2]!.replace(/ NOT NULL$/, '') };
}

function namesOf(row: unknown): readonly string[] {
  return isRecord(row) ? Object.keys(row) : (Array.isArray(row) ? row : [row]).map((_, index) => `f${index}`);
}

function valuesOf(row: unknown, names: readonly string[]): readonly unknown[] {
  if (isRecord(row)) return names.map((name) => row[name]);
  return Array.isArray(row) ? row : [row];
}

function isRecord(row: unknown): row is Readonly<Record<string, unknown>> {
  return typeof row === 'object' && row !== null && !Array.isArray(row) && !(row instanceof Date) && !(row instanceof Uint8Array) && !(row instanceof Map);
}
