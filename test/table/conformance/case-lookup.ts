// A table with fixed rows that can be scanned and looked up by key.
import type { LookupTableSource, TableObject } from '#table/factories/table-factory';
import { fieldKeys } from '#table/types/logical-type';
import type { Feed } from './case-tables.js';
import { readValue } from './conformance-value.js';

/** The scan source with a lookup beside it. @param primaryKey names of columns: of the rows of a key the last one counts. */
export function lookupOfRows(scan: TableObject, feeds: readonly Feed[], primaryKey: readonly string[]): TableObject {
  const lookup: Omit<LookupTableSource, 'kind'> = {
    createLookup: (keyColumns, rowType) => {
      const keys = fieldKeys(rowType);
      const all = feeds.map(({ row }) => Object.fromEntries(keys.map((key, index) => [key, readValue(rowType.fields[index]!.type, row!.values[index])])));
      const isReplaced = (row: Record<string, unknown>, index: number): boolean => primaryKey.length > 0 && all.slice(index + 1).some((later) => primaryKey.every((name) => later[name] === row[name]));
      const rows = all.filter((row, index) => !isReplaced(row, index));
      return { lookup: (key) => rows.filter((row) => keyColumns.every((column, index) => row[keys[column]!] === key[index])) };
    },
  };
  return Object.assign(scan, { lookup });
}
