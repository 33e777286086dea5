// Which bits say that a row has a value in a column: its own validity, that of every nullable row around it, and, in
// inferred rows, the absence of a side value. Where they say no, the column holds whatever the memory held before:
// lengths and offsets there must not be followed. Computed once per schema.
import type { Schema } from '#core/columns/schema';

export interface ColumnGuards {
  /** Columns whose validity bit must be set. Empty: every row has a value, if `unlessSide` is -1. */
  readonly set: readonly number[];
  /** Column whose validity bit must be clear, or -1: a row that travels whole in the side column has no other columns. */
  readonly unlessSide: number;
}

const cache = new WeakMap<Schema, readonly ColumnGuards[]>();

/** By column index. */
export function columnGuardsOf(schema: Schema): readonly ColumnGuards[] {
  let guards = cache.get(schema);
  if (guards === undefined) cache.set(schema, (guards = buildGuards(schema)));
  return guards;
}

function buildGuards(schema: Schema): readonly ColumnGuards[] {
  const { type, columns } = schema;
  const side = type.kind === 'row' && type.inferred !== undefined ? columns.length - 1 : -1;
  const rowsAround = columns.filter((column) => column.kind === 'presence');
  return columns.map((column) => {
    const set = rowsAround
      .filter(({ index, path }) => index < column.index && path.length < column.path.length && path.every((name, position) => column.path[position] === name))
      .map(({ index }) => index);
    if (column.isNullable) set.push(column.index);
    return { set, unlessSide: column.index === side ? -1 : side };
  });
}
