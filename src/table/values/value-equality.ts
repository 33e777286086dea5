// Equality, order and hash keys of values by their type.
import { fieldKeys, type LogicalType } from '#table/types/logical-type';
import { isPrimitiveValue } from '#table/types/type-families';
import { sameBitmap, type Bitmap } from '#table/values/bitmap';
import { bytesHex, compareBytes } from '#table/values/bytes';

export type ValueComparison = (left: any, right: any) => number; // any: values of every SQL type
export type ValueEquality = (left: any, right: any) => boolean; // any: values of every SQL type

/** Equality of two values, neither of which is NULL; NULLs inside of them are equal to each other. */
export function sameValue(type: LogicalType): ValueEquality {
  if (isPrimitiveValue(type)) return (left, right) => left === right;
  switch (type.kind) {
    case 'BINARY': case 'VARBINARY': return (left: Uint8Array, right: Uint8Array) => left.length === right.length && compareBytes(left, right) === 0;
    case 'ARRAY': {
      const same = nullableEquality(type.element);
      return (left: readonly unknown[], right: readonly unknown[]) => left.length === right.length && left.every((element, index) => same(element, right[index]));
    }
    case 'MAP': return mapEquality(type.key, type.value);
    case 'MULTISET': return mapEquality(type.element, { kind: 'INT', isNullable: false });
    case 'ROW': case 'STRUCTURED': {
      const keys = fieldKeys(type);
      const equalities = type.fields.map((field) => nullableEquality(field.type));
      return (left: Record<string, unknown>, right: Record<string, unknown>) => keys.every((key, index) => equalities[index]!(left[key], right[key]));
    }
    case 'BITMAP': return (left: Bitmap, right: Bitmap) => sameBitmap(left, right);
    default: return (left, right) => left === right;
  }
}

function nullableEquality(type: LogicalType): ValueEquality {
  const same = sameValue(type);
  return (left, right) => (left === null || right === null ? left === right : same(left, right));
}

function mapEquality(key: LogicalType, value: LogicalType): ValueEquality {
  const keyOf = hashKey(key);
  const same = nullableEquality(value);
  return (left: ReadonlyMap<unknown, unknown>, right: ReadonlyMap<unknown, unknown>) => {
    if (left.size !== right.size) return false;
    const others = new Map([...right].map(([k, v]) => [keyOf(k), v]));
    return [...left].every(([k, v]) => others.has(keyOf(k)) && same(v, others.get(keyOf(k))));
  };
}

/** A primitive that is the same for the same values only, NULL included: a key for Map and Set. */
export function hashKey(type: LogicalType): (value: any) => unknown { // any: values of every SQL type
  if (isPrimitiveValue(type)) return (value) => value;
  switch (type.kind) {
    case 'BINARY': case 'VARBINARY': return (value: Uint8Array | null) => (value === null ? null : bytesHex(value));
    case 'ARRAY': {
      const keyOf = hashKey(type.element);
      return (value: readonly unknown[] | null) => (value === null ? null : joined(value.map(keyOf)));
    }
    case 'MAP': case 'MULTISET': {
      const keyOf = hashKey(type.kind === 'MAP' ? type.key : type.element);
      const valueOf = hashKey(type.kind === 'MAP' ? type.value : { kind: 'INT', isNullable: false });
      return (value: ReadonlyMap<unknown, unknown> | null) => (value === null ? null : joined([...value].map(([k, v]) => joined([keyOf(k), valueOf(v)])).sort()));
    }
    case 'ROW': case 'STRUCTURED': {
      const keys = fieldKeys(type);
      const keysOf = type.fields.map((field) => hashKey(field.type));
      return (value: Record<string, unknown> | null) => (value === null ? null : joined(keys.map((key, index) => keysOf[index]!(value[key]))));
    }
    case 'BITMAP': return (value: Bitmap | null) => (value === null ? null : value.join(','));
    default: return (value) => value;
  }
}

function joined(parts: readonly unknown[]): string {
  return parts.map((part) => {
    if (part === null) return 'n';
    const text = String(part);
    return `${(typeof part)[0]}${text.length}:${text}`;
  }).join('');
}

/** Order of two values that are not NULL: negative, 0 or positive. Only of types that have one. */
export function compareValues(type: LogicalType): ValueComparison {
  switch (type.kind) {
    case 'BINARY': case 'VARBINARY': return compareBytes;
    case 'CHAR': case 'VARCHAR': return compareTexts;
    case 'FLOAT': case 'DOUBLE': return compareDoubles;
    case 'BOOLEAN': return (left: boolean, right: boolean) => Number(left) - Number(right);
    case 'ROW': case 'STRUCTURED': return compareRows(type);
    case 'ARRAY': return compareArrays(type.element);
    default: return (left, right) => (left < right ? -1 : left > right ? 1 : 0);
  }
}

/** By the first elements that differ, NULL first; a shorter array before the one that it begins. */
function compareArrays(element: LogicalType): ValueComparison {
  const compare = compareValues(element);
  return (left: readonly unknown[], right: readonly unknown[]) => {
    const shared = Math.min(left.length, right.length);
    for (let index = 0; index < shared; index++) {
      const order = compareNullable(left[index], right[index], compare);
      if (order !== 0) return order;
    }
    return left.length - right.length;
  };
}

function compareNullable(left: unknown, right: unknown, compare: ValueComparison): number {
  if (left === null) return right === null ? 0 : -1;
  return right === null ? 1 : compare(left, right);
}

function compareRows(type: LogicalType & { readonly kind: 'ROW' | 'STRUCTURED' }): ValueComparison {
  const keys = fieldKeys(type);
  const comparisons = type.fields.map((field) => compareValues(field.type));
  return (left: Record<string, unknown>, right: Record<string, unknown>) => {
    for (const [index, key] of keys.entries()) {
      const order = compareNullable(left[key], right[key], comparisons[index]!);
      if (order !== 0) return order;
    }
    return 0;
  };
}

/** Order of code points, which is the order of UTF-8 bytes: surrogates stand behind the rest of the basic plane. */
export function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    let a = left.charCodeAt(index);
    let b = right.charCodeAt(index);
    if (a === b) continue;
    if (a >= 0xd800 && b >= 0xd800) {
      a = a >= 0xe000 ? a - 0x800 : a + 0x2000;
      b = b >= 0xe000 ? b - 0x800 : b + 0x2000;
    }
    return a - b;
  }
  return left.length - right.length;
}

/** Java's Double.compare: NaN is the greatest, -0.0 below 0.0. */
export function compareDoubles(left: number, right: number): number {
  if (left < right) return -1;
  if (left > right) return 1;
  if (left === right) return left !== 0 ? 0 : Number(Object.is(right, -0)) - Number(Object.is(left, -0));
  return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
}

/** Whether rows can be sorted by values of the type; beside `hasOrder` also by those that hold others. */
export function isSortable(type: LogicalType): boolean {
  switch (type.kind) {
    case 'MAP': case 'MULTISET': case 'VARIANT': case 'BITMAP': return false;
    case 'ARRAY': return isSortable(type.element);
    case 'ROW': case 'STRUCTURED': return type.fields.every((field) => isSortable(field.type));
    default: return true;
  }
}

/** Types with an order: GREATEST, MIN, ORDER BY. */
export const hasOrder = (type: LogicalType): boolean => isPrimitiveValue(type) || type.kind === 'BINARY' || type.kind === 'VARBINARY';
