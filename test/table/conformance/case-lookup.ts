// A table with fixed rows that can be scanned and looked up by key.
import type { LookupTableSource, TableObject } from '#table/factories/table-factory';
import { fieldKeys } from '#table/types/logical-type';
import type { Feed } from './case-tables.js';
import { readValue } from './conformance-value.js';

/** The scan source with a lookup beside it. */
export function lookupOfRows(scan: TableObject, feeds: readonly Feed[]): TableObject {
  const lookup: Omit<LookupTableSource, 'kind'> = {
    createLookup: (keyColumns, rowType) => {
      const keys = fieldKeys(rowType);
      const rows = feeds.map(({ row }) => Object.fromEntries(keys.map((key, index) => [key, readValue(rowType.fields[index]!.type, row!.values[index])])));
      return { lookup: (key) => rows.filter((row) => keyColumns.every((column, index) => row[keys[column]!] === key[index])) };
    },
  };
  return Object.assign(scan, { lookup });
}
