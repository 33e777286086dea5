// Lists of expressions and names in the SQL that tables write.
import type { AnyExpression } from '#table/fluent/column-expression';
import { nameText } from '#table/fluent/literal-text';

export function selectList(columns: readonly AnyExpression[]): string {
  return columns.map(({ sql, alias }) => (alias === undefined ? sql : `${sql} AS ${nameText([alias[0]!])}`)).join(', ');
}

/** Behind the alias of a table function: the names of its columns. */
export function columnList({ alias }: AnyExpression): string {
  return alias === undefined ? '' : `(${alias.map((name) => nameText([name])).join(', ')})`;
}
