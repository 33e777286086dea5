// A change as text, as Flink prints rows: `+I[1, abc, null]`.
import { kindOf, rowKindName, type TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';
import { timeZoneOf } from '#table/values/time-zone';
import { valuePrinter } from '#table/values/value-text';

export function createRowText(type: RowType, timeZone: string): (row: TableRow) => string {
  const values = createValueTexts(type, timeZone);
  return (row) => `${rowKindName(kindOf(row))}[${values(row).join(', ')}]`;
}

/** The text of each column; `null` for NULL. */
export function createValueTexts(type: RowType, timeZone: string): (row: TableRow) => string[] {
  const keys = fieldKeys(type);
  const zone = timeZoneOf(timeZone);
  const printers = type.fields.map((field) => valuePrinter(field.type, zone));
  return (row) => keys.map((key, index) => (row[key] === null ? 'null' : printers[index]!(row[key])));
}
