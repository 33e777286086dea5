// Generated equality, order and hash texts of rows, by type. hot path (the functions made)
import type { SortKey } from '#table/expressions/expression';
import { compile, fieldAccess } from '#table/codegen/row-code';
import type { TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type LogicalField } from '#table/types/logical-type';
import { isPrimitiveValue } from '#table/types/type-families';
import { compareValues, sameValue } from '#table/values/value-equality';

type Fields = { readonly fields: readonly LogicalField[] };

/** Whether two rows agree in all columns, or in those named. NULL equals NULL, NaN equals NaN. */
export function equalRowsOf(type: Fields, columns: readonly number[] = type.fields.map((_, index) => index)): (a: TableRow, b: TableRow) => boolean {
  const keys = fieldKeys(type);
  const scope = new Map<string, unknown>();
  const tests = type.fields.flatMap((field, index) => {
    if (!columns.includes(index)) return [];
    const [a, b] = [fieldAccess('a', keys[index]!), fieldAccess('b', keys[index]!)];
    if (isPrimitiveValue(field.type) && field.type.kind !== 'DOUBLE' && field.type.kind !== 'FLOAT') return [`${a} === ${b}`];
    scope.set(`same${index}`, sameValue(field.type));
    return [`(${a} === null || ${b} === null ? ${a} === ${b} : same${index}(${a}, ${b}))`];
  });
  return compile('a, b', tests.length === 0 ? 'true' : tests.join(' && '), scope);
}

/** Negative where `a` comes first. Keys are columns. */
export function compareRowsOf(type: Fields, keys: readonly SortKey[]): (a: TableRow, b: TableRow) => number {
  const names = fieldKeys(type);
  const scope = new Map<string, unknown>();
  const steps = keys.map((key, index) => {
    if (key.expression.kind !== 'input') throw new TypeError('sort keys are columns');
    const name = names[key.expression.index]!;
    scope.set(`compare${index}`, compareValues(key.expression.type));
    const [first, last] = key.isNullsFirst ? [-1, 1] : [1, -1];
    return `{
      const x = ${fieldAccess('a', name)}, y = ${fieldAccess('b', name)};
      if (x === null) { if (y !== null) return ${first}; }
      else if (y === null) return ${last};
      else { const c = compare${index}(x, y); if (c !== 0) return ${key.isAscending ? 'c' : '-c'}; }
    }`;
  });
  return compile('a, b', `{ ${steps.join('\n')} return 0; }`, scope);
}
