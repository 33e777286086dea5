// The order of rows as numbers, where the first of its columns is one: what top-N keeps beside its rows. hot path (the functions made)
import type { ElementOrder } from '#state/keyed/keyed-state';
import { compile, fieldAccess } from '#table/codegen/row-code';
import { compareRowsOf } from '#table/codegen/row-comparison';
import type { SortKey } from '#table/expressions/expression';
import type { TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type LogicalField } from '#table/types/logical-type';
import { isApproximateNumeric, isExactValue } from '#table/types/type-families';

/** Undefined where the first key is no column of numbers. Keys are columns. */
export function rowOrderOf(type: { readonly fields: readonly LogicalField[] }, keys: readonly SortKey[]): ElementOrder<TableRow> | undefined {
  const [first] = keys;
  if (first?.expression.kind !== 'input') return undefined;
  const { expression } = first;
  const isApproximate = isApproximateNumeric(expression.type);
  if (!isApproximate && !isExactValue(expression.type)) return undefined;
  const sign = first.isAscending ? '' : '-';
  const value = isApproximate ? '(x === x ? x : Infinity)' : 'Number(x)';
  const numberOf = compile<(row: TableRow) => number>('row', `{
    const x = ${fieldAccess('row', fieldKeys(type)[expression.index]!)};
    return x === null ? ${first.isNullsFirst ? '-Infinity' : 'Infinity'} : ${sign}${value};
  }`);
  return { numberOf, compare: compareRowsOf(type, keys), isDecidedBy: keys.length > 1 ? () => false : isApproximate ? decidesDoubles : decidesIntegers };
}

/** Larger ones may have been rounded; infinite is NULL alone. */
const decidesIntegers = (number: number): boolean => Math.abs(number) <= Number.MAX_SAFE_INTEGER || !Number.isFinite(number);

/** -0 comes before 0; NaN and NULL are counted as infinite. */
const decidesDoubles = (number: number): boolean => number !== 0 && Number.isFinite(number);
