// An upsert sink replaces rows by key: -U says nothing that the +U behind it does not.
import { kindOf, RowKind, type TableRow } from '#table/runtime/row-kind';

export function createUpsertFilter(): (row: TableRow) => boolean {
  return (row) => kindOf(row) !== RowKind.UPDATE_BEFORE;
}
