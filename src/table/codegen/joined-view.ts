// A joined row that is read where its two rows lie: a field that nobody reads costs nothing. hot path (the functions made).
// Thread: the slot's. Invariant: the row is valid until the next one is joined, and only while its two rows are.
import { VIEW } from '#core/codegen/row-view';
import { fieldAccess, rowLiteral } from '#table/codegen/row-code';
import { KIND_KEY, type TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type LogicalField } from '#table/types/logical-type';

type Fields = { readonly fields: readonly LogicalField[] };

/** Joins a left and a right row: the same object every time. */
export function joinedViewOf(left: Fields, right: Fields, to: Fields, options: { readonly hasKind: boolean }): (left: TableRow, right: TableRow, kind: number) => TableRow {
  const keys = [...fieldKeys(to), ...(options.hasKind ? [KIND_KEY] : [])];
  const values = [...fieldKeys(left).map((key) => fieldAccess('l', key)), ...fieldKeys(right).map((key) => fieldAccess('r', key)), ...(options.hasKind ? ['k'] : [])];
  const text = `"use strict";
let l, r, k;
class Row {
  ${keys.map((key, index) => `get [${JSON.stringify(key)}]() { return ${values[index]!}; }`).join('\n  ')}
}
Row.prototype[VIEW] = { copy: () => (${rowLiteral(keys, values)}) };
const row = new Row();
return (left, right, kind) => { l = left; r = right; k = kind; return row; };`;
  return new Function('VIEW', text)(VIEW) as (left: TableRow, right: TableRow, kind: number) => TableRow;
}
