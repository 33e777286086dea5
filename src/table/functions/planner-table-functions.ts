// Table functions of the planner's own: as many rows as a number says, and the elements of a collection.
import type { TableFunctionDefinition } from '#table/functions/function-definition';
import { fieldKeys, LogicalTypes, notNull, type LogicalField, type LogicalType, type RowType } from '#table/types/logical-type';

const rowOf = (fields: readonly LogicalField[]): RowType => ({ kind: 'ROW', isNullable: false, fields });

/** `n` rows; none where n is not positive. */
export const replicateRows: TableFunctionDefinition = {
  kind: 'table',
  name: '$REPLICATE_ROWS',
  inferTypes: ({ argumentTypes }) => ({ argumentTypes, resultType: rowOf([{ name: '$copy', type: LogicalTypes.BIGINT }]) }),
  bind: () => function* replicate(count: number | bigint): Iterable<unknown> {
    for (let copy = 1; copy <= Number(count); copy++) yield { $copy: copy };
  },
};

/** The columns of an unnested collection: fields of row elements, key and value of a map, else one column. */
export function unnestedFields(type: LogicalType): readonly LogicalField[] | undefined {
  if (type.kind === 'MAP') return [{ name: 'KEY', type: type.key }, { name: 'VALUE', type: type.value }];
  if (type.kind !== 'ARRAY' && type.kind !== 'MULTISET') return undefined;
  const { element } = type;
  return element.kind === 'ROW' || element.kind === 'STRUCTURED' ? element.fields : [{ name: 'EXPR$0', type: element }];
}

function unnestOf(name: string, isWithOrdinality: boolean): TableFunctionDefinition {
  return {
    kind: 'table',
    name,
    inferTypes: ({ argumentTypes }) => {
      const fields = unnestedFields(argumentTypes[0]!);
      if (fields === undefined) return { supportedForms: [`${name}(<ARRAY | MAP | MULTISET>)`] };
      return { argumentTypes, resultType: rowOf(isWithOrdinality ? [...fields, { name: 'ORDINALITY', type: notNull(LogicalTypes.INT) }] : fields) };
    },
    bind: ({ argumentTypes }) => {
      const rows = elementRows(argumentTypes[0]!);
      return function* unnest(collection: unknown): Iterable<unknown> {
        let ordinality = 0;
        if (collection === null) return;
        for (const row of rows(collection)) yield isWithOrdinality ? { ...row, ORDINALITY: ++ordinality } : row;
      };
    },
  };
}

function elementRows(type: LogicalType): (collection: any) => Iterable<Record<string, unknown>> { // any: arrays and maps
  if (type.kind === 'MAP') return function* entries(map: ReadonlyMap<unknown, unknown>) { for (const [key, value] of map) yield { KEY: key, VALUE: value }; };
  const { element } = type as LogicalType & { readonly kind: 'ARRAY' };
  const keys = element.kind === 'ROW' || element.kind === 'STRUCTURED' ? fieldKeys(element) : undefined;
  const nullRow = keys === undefined ? undefined : Object.fromEntries(keys.map((key) => [key, null]));
  const rowOfElement = (value: unknown): Record<string, unknown> => (keys === undefined ? { EXPR$0: value } : ((value ?? nullRow) as Record<string, unknown>));
  if (type.kind === 'MULTISET') return function* counted(map: ReadonlyMap<unknown, number>) { for (const [value, count] of map) for (let i = 0; i < count; i++) yield rowOfElement(value); };
  return function* elements(array: readonly unknown[]) { for (const value of array) yield rowOfElement(value); };
}

export const unnest = unnestOf('$UNNEST', false);
export const unnestWithOrdinality = unnestOf('$UNNEST_WITH_ORDINALITY', true);
