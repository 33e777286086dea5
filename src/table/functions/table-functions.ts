// Built-in table functions: UNNEST of arrays, maps and multisets, with or without the position of each element.
import type { TableFunctionDefinition } from '#table/functions/function-definition';
import { fieldKeys, LogicalTypes, nullable, type LogicalField, type LogicalType, type LogicalTypeOf } from '#table/types/logical-type';

/** Columns of the elements: the fields of rows, `f0` of other values; key and value of maps. */
function columnsOf(collection: LogicalType): readonly LogicalField[] | undefined {
  if (collection.kind === 'MAP') return [{ name: 'f0', type: collection.key }, { name: 'f1', type: collection.value }];
  if (collection.kind !== 'ARRAY' && collection.kind !== 'MULTISET') return undefined;
  const { element } = collection;
  if (element.kind !== 'ROW' && element.kind !== 'STRUCTURED') return [{ name: 'f0', type: element }];
  // The fields of a row that is NULL are NULL.
  return element.fields.map((field) => ({ name: field.name, type: element.isNullable ? nullable(field.type) : field.type }));
}

function unnest(name: string, hasOrdinality: boolean): TableFunctionDefinition {
  return {
    kind: 'table',
    name,
    inferTypes: ({ argumentTypes }) => {
      const [collection] = argumentTypes;
      const columns = collection === undefined ? undefined : columnsOf(collection);
      if (columns === undefined || argumentTypes.length !== 1) return { supportedForms: ['UNNEST(<ARRAY>)', 'UNNEST(<MAP>)', 'UNNEST(<MULTISET>)'] };
      const ordinality: readonly LogicalField[] = hasOrdinality ? [{ name: 'ORDINALITY', type: { ...LogicalTypes.INT, isNullable: false } }] : [];
      return { argumentTypes, resultType: LogicalTypes.ROW([...columns, ...ordinality]) };
    },
    bind: ({ argumentTypes: [collection], resultType }) => {
      const keys = fieldKeys(resultType as LogicalTypeOf<'ROW'>);
      const valuesOf = elementReader(collection!);
      return function* rows(values: any) { // any: collections of every SQL type
        if (values === null) return;
        let position = 0;
        for (const element of valuesOf(values)) {
          position += 1;
          yield Object.fromEntries(keys.map((key, index) => [key, index < element.length ? element[index] : position]));
        }
      };
    },
  };
}

/** Each element as the values of its columns; an element of a multiset as often as it is there. */
function elementReader(collection: LogicalType): (values: any) => Iterable<readonly unknown[]> { // any: collections of every SQL type
  if (collection.kind === 'MAP') return (map: ReadonlyMap<unknown, unknown>) => map;
  const { element } = collection as LogicalTypeOf<'ARRAY'>;
  const isRow = element.kind === 'ROW' || element.kind === 'STRUCTURED';
  const keys = isRow ? fieldKeys(element as LogicalTypeOf<'ROW'>) : [];
  const columns = (value: unknown): readonly unknown[] => (isRow ? keys.map((key) => (value === null ? null : (value as Record<string, unknown>)[key])) : [value]);
  if (collection.kind === 'ARRAY') return (list: readonly unknown[]) => list.map(columns);
  return (counts: ReadonlyMap<unknown, number>) => [...counts].flatMap(([value, count]) => Array.from({ length: count }, () => columns(value)));
}

export const TABLE_FUNCTIONS: readonly TableFunctionDefinition[] = [unnest('UNNEST', false), unnest('UNNEST WITH ORDINALITY', true)];
