// The side table of q13 where no file of it is given: the keys 0 to 9,999, each with itself as value.
import type { ObjectIdentifier, ResolvedTable } from '#table/catalog/resolved-table';
import type { LookupTableSource } from '#table/factories/table-factory';
import { fieldKeys, LogicalTypes } from '#table/types/logical-type';

const KEYS = 10_000;

const lookupSource: LookupTableSource = {
  kind: 'lookup-source',
  createLookup(keyColumns, rowType) {
    const [key, value] = fieldKeys(rowType) as [string, string];
    const isByKey = keyColumns.length === 1 && keyColumns[0] === 0;
    const rowOf = (index: number): Record<string, unknown> => ({ [key]: index, [value]: String(index) });
    const all = isByKey ? [] : Array.from({ length: KEYS }, (_, index) => rowOf(index));
    return {
      lookup: (values) => {
        if (!isByKey) return all.filter((row) => keyColumns.every((column, index) => row[[key, value][column]!] === values[index]));
        const wanted = values[0];
        return typeof wanted === 'number' && wanted >= 0 && wanted < KEYS ? [rowOf(wanted)] : [];
      },
    };
  },
};

export function generatedSideInput(identifier: ObjectIdentifier): ResolvedTable {
  const columns = [{ kind: 'physical', name: 'key', type: LogicalTypes.BIGINT }, { kind: 'physical', name: 'value', type: LogicalTypes.STRING }] as const;
  return { identifier, isTemporary: true, options: {}, partitionKeys: [], factory: lookupSource, schema: { columns, watermark: undefined, primaryKey: undefined } };
}
