// Source text that makes, reads and joins rows, and the small generated functions over rows that operators are given. Every
// function is generated for its place in the plan, so it stays monomorphic whatever else runs in the slot.
import { propertyKey } from '#core/codegen/row-layout-code';
import type { KeySpecification } from '#core/keys/key-specification';
import { Types } from '#core/types/type-information';
import { typeInformationOf } from '#table/codegen/type-information-of';
import { KIND_KEY, type TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type LogicalField } from '#table/types/logical-type';

type Fields = { readonly fields: readonly LogicalField[] };

/** `row.key`, with brackets where the key is no identifier. */
export function fieldAccess(row: string, key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${row}.${key}` : `${row}[${JSON.stringify(key)}]`;
}

/** An object literal with the given keys, in order. */
export function rowLiteral(keys: readonly string[], values: readonly string[]): string {
  return `{${keys.map((key, index) => `${propertyKey(key)}: ${values[index]!}`).join(', ')}}`;
}

/** Compiles generated text; `scope` gives the names it may use. */
export function compile<F>(parameters: string, body: string, scope: ReadonlyMap<string, unknown> | Readonly<Record<string, unknown>> = {}): F {
  const entries = scope instanceof Map ? [...(scope as ReadonlyMap<string, unknown>)] : Object.entries(scope);
  const make = new Function(...entries.map(([name]) => name), `"use strict";\nreturn (${parameters}) => ${body};`);
  return make(...entries.map(([, value]) => value)) as F;
}

export type RowFunction = (row: TableRow) => TableRow;

/** How an operator's input is keyed: one column by its value, several as a tuple, none all alike. */
export function keySpecificationOf(type: Fields, positions: readonly number[]): KeySpecification {
  const keys = fieldKeys(type);
  const reads = positions.map((position) => fieldAccess('row', keys[position]!));
  const types = positions.map((position) => typeInformationOf(type.fields[position]!.type));
  if (positions.length === 0) return { selector: () => 0, type: Types.INT };
  if (positions.length === 1) return { selector: compile('row', reads[0]!), type: types[0] };
  return { selector: compile('row', `[${reads.join(', ')}]`), type: Types.TUPLE(...types) };
}

/** Takes columns of a row into a new one whose keys are those of `to`. With `kind` in scope as second argument where asked. */
export function projectionOf(from: Fields, positions: readonly number[], to: Fields, options: { readonly hasKind: boolean } = { hasKind: false }): (row: TableRow, kind?: number) => TableRow {
  const keys = fieldKeys(from);
  const values = positions.map((position) => fieldAccess('row', keys[position]!));
  const names = [...fieldKeys(to)];
  if (options.hasKind) {
    names.push(KIND_KEY);
    values.push('kind');
  }
  return compile('row, kind', `(${rowLiteral(names, values)})`);
}

/** The same row with another kind, or without one where `hasKind` is false. */
export function rekindOf(type: Fields, options: { readonly hasKind: boolean }): (row: TableRow, kind: number) => TableRow {
  return projectionOf(type, type.fields.map((_, position) => position), type, options) as (row: TableRow, kind: number) => TableRow;
}

/** Joins a left and a right row into one; either may be null, and then its columns are NULL. */
export function joinedRowOf(left: Fields, right: Fields, to: Fields, options: { readonly hasKind: boolean }): (left: TableRow | null, right: TableRow | null, kind: number) => TableRow {
  const keys = [...fieldKeys(to)];
  const side = (type: Fields, name: string) => fieldKeys(type).map((key) => fieldAccess(name, key));
  const nulls = (type: Fields) => type.fields.map(() => 'null');
  const literal = (leftValues: readonly string[], rightValues: readonly string[]) =>
    rowLiteral(options.hasKind ? [...keys, KIND_KEY] : keys, [...leftValues, ...rightValues, ...(options.hasKind ? ['kind'] : [])]);
  const whole = literal(side(left, 'left'), side(right, 'right'));
  return compile('left, right, kind', `{
    if (left !== null && right !== null) return ${whole};
    if (left !== null) return ${literal(side(left, 'left'), nulls(right))};
    return ${literal(nulls(left), side(right, 'right'))};
  }`);
}
