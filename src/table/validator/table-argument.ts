// Arguments of table functions that are tables.
import type { CallArgument, TableArgument } from '#table/parser/ast-expression';

/** `TABLE t`, `TABLE (SELECT …)` and `(SELECT …)`; undefined for an argument of another form. */
export function tableArgumentOf(argument: CallArgument | undefined): TableArgument | undefined {
  if (argument?.kind === 'table-argument') return argument;
  return argument?.kind === 'subquery' ? { kind: 'table-argument', span: argument.span, table: argument.query, partitionBy: [], orderBy: [] } : undefined;
}
