// What a row of a changelog says: the codes of Flink's RowKind, and the property that carries them. Rows of relations that
// are only inserted into have no such property: the planner knows which edges carry changes.

export const RowKind = { INSERT: 0, UPDATE_BEFORE: 1, UPDATE_AFTER: 2, DELETE: 3 } as const;
export type RowKind = (typeof RowKind)[keyof typeof RowKind];

export const KIND_KEY = '$kind';

const SHORT_NAMES = ['+I', '-U', '+U', '-D'] as const;
export type RowKindName = (typeof SHORT_NAMES)[number];

export const rowKindName = (kind: RowKind): RowKindName => SHORT_NAMES[kind];
export const rowKindOf = (name: string): RowKind => SHORT_NAMES.indexOf(name as RowKindName) as RowKind;

/** +I and +U add a row, -U and -D take one away. */
export const isAccumulate = (kind: number): boolean => kind === RowKind.INSERT || kind === RowKind.UPDATE_AFTER;

/** A row as operators see it: fields by key, and the kind where the edge carries changes. */
export type TableRow = Record<string, any>; // any: values of every SQL type

/** The kind of a row; +I where its edge carries none. */
export function kindOf(row: TableRow): RowKind {
  const kind = row[KIND_KEY] as RowKind | undefined;
  return kind === undefined ? RowKind.INSERT : kind;
}

/** Gives a row of one's own another kind. */
export function rekind(row: TableRow, kind: RowKind): TableRow {
  row[KIND_KEY] = kind;
  return row;
}
