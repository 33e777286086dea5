// Values put together and taken apart: ROW, ARRAY, MAP, MULTISET, item access, CARDINALITY, ELEMENT.
import { FunctionError } from '#table/errors';
import type { CallMismatch, ScalarFunctionDefinition } from '#table/functions/function-definition';
import { refuse, Results } from '#table/functions/function-signature';
import { boundScalar, scalar } from '#table/functions/scalar-definition';
import { leastRestrictiveType } from '#table/types/least-restrictive-type';
import { fieldKeys, LogicalTypes, notNull, nullable, withNullability, type LogicalType } from '#table/types/logical-type';
import { isCharacter, isInteger, isRow } from '#table/types/type-families';
import { hashKey, sameValue } from '#table/values/value-equality';
import { variantElement, variantField, type Variant } from '#table/values/variant';

const row = boundScalar('ROW', ({ argumentTypes }) => ({
  argumentTypes,
  resultType: notNull(LogicalTypes.ROW(argumentTypes.map((type, index) => ({ name: `EXPR$${index}`, type })))),
}), ({ resultType }) => {
  const keys = fieldKeys(resultType as LogicalType & { kind: 'ROW' });
  return (...values: unknown[]) => {
    const result: Record<string, unknown> = {};
    for (let index = 0; index < keys.length; index += 1) result[keys[index]!] = values[index];
    return result;
  };
}, { seesNulls: true, inline: ({ resultType }, operands) => `({ ${fieldKeys(resultType as LogicalType & { kind: 'ROW' }).map((key, index) => `${JSON.stringify(key)}: ${operands[index]}`).join(', ')} })` });

const array = scalar('ARRAY', ({ argumentTypes }) => {
  const element = leastRestrictiveType(argumentTypes);
  if (argumentTypes.length === 0) return refuse('Require at least 1 argument');
  if (element === undefined || element.kind === 'NULL') return refuse('Parameters must be of the same type');
  return { argumentTypes: argumentTypes.map((type) => withNullability(element, type.isNullable)), resultType: notNull(LogicalTypes.ARRAY(element)) };
}, (...values: unknown[]) => values, { seesNulls: true, inline: (_call, operands) => `[${operands.join(', ')}]` });

const map = boundScalar('MAP', ({ argumentTypes }) => {
  const keyType = leastRestrictiveType(argumentTypes.filter((_type, index) => index % 2 === 0));
  const valueType = leastRestrictiveType(argumentTypes.filter((_type, index) => index % 2 === 1));
  if (argumentTypes.length === 0 || argumentTypes.length % 2 === 1) return refuse('Map requires an even number of arguments, at least two');
  if (keyType === undefined || valueType === undefined || keyType.kind === 'NULL' || valueType.kind === 'NULL') return refuse('Parameters must be of the same type');
  return {
    argumentTypes: argumentTypes.map((type, index) => withNullability(index % 2 === 0 ? keyType : valueType, type.isNullable)),
    resultType: notNull(LogicalTypes.MAP(keyType, valueType)),
  };
}, ({ resultType }) => {
  const keyOf = hashKey((resultType as LogicalType & { kind: 'MAP' }).key);
  return (...values: unknown[]) => {
    const entries = new Map<unknown, readonly [unknown, unknown]>();
    for (let index = 0; index < values.length; index += 2) entries.set(keyOf(values[index]), [values[index], values[index + 1]]);
    return new Map(entries.values());
  };
}, { seesNulls: true });

const multiset = boundScalar('MULTISET', ({ argumentTypes }) => {
  const element = leastRestrictiveType(argumentTypes);
  if (element === undefined || element.kind === 'NULL') return refuse('Parameters must be of the same type');
  return { argumentTypes: argumentTypes.map((type) => withNullability(element, type.isNullable)), resultType: notNull(LogicalTypes.MULTISET(element)) };
}, ({ resultType }) => {
  const keyOf = hashKey((resultType as LogicalType & { kind: 'MULTISET' }).element);
  return (...values: unknown[]) => {
    const counts = new Map<unknown, [unknown, number]>();
    for (const value of values) {
      const entry = counts.get(keyOf(value));
      if (entry === undefined) counts.set(keyOf(value), [value, 1]);
      else entry[1] += 1;
    }
    return new Map(counts.values());
  };
}, { seesNulls: true });

const ITEM_FORMS: CallMismatch = { supportedForms: ['<ARRAY>[<INTEGER>]', '<MAP>[<ANY>]', '<ROW>[<CHARACTER>|<INTEGER>]', '<VARIANT>[<CHARACTER>|<INTEGER>]'] };

/** `array[1]`, `map['a']`, `row[1]`, `variant['a']`. Arrays count from 1; what is not there is NULL. */
const item = boundScalar('ITEM', ({ argumentTypes, literals }) => {
  if (argumentTypes.length !== 2) return ITEM_FORMS;
  const [collection, index] = argumentTypes as [LogicalType, LogicalType];
  if (collection.kind === 'ARRAY' && isInteger(index)) {
    if (typeof literals[1] === 'number' && literals[1] < 1 && literals[0] !== null) return refuse(`Array element access needs an index starting at 1 but was ${literals[1]}.`);
    return { argumentTypes: [collection, withNullability(LogicalTypes.INT, index.isNullable)], resultType: nullable(collection.element) };
  }
  if (collection.kind === 'MAP') {
    const key = leastRestrictiveType([collection.key, index]);
    if (key !== undefined) return { argumentTypes: [collection, withNullability(collection.key, index.isNullable)], resultType: nullable(collection.value) };
  }
  if (collection.kind === 'VARIANT' && (isInteger(index) || isCharacter(index))) return { argumentTypes, resultType: LogicalTypes.VARIANT };
  if (isRow(collection) && (typeof literals[1] === 'number' || typeof literals[1] === 'string')) {
    const { fields } = collection as LogicalType & { kind: 'ROW' };
    const field = typeof literals[1] === 'number' ? fields[literals[1] - 1] : fields.find(({ name }) => name === literals[1]);
    if (field !== undefined) return { argumentTypes, resultType: withNullability(field.type, field.type.isNullable || collection.isNullable) };
  }
  return ITEM_FORMS;
}, ({ argumentTypes: [collection], literals }) => {
  switch (collection!.kind) {
    case 'ARRAY': return (values: readonly unknown[], index: number) => values[index - 1] ?? null;
    case 'VARIANT': return (value: Variant, key: number | string) => (typeof key === 'string' ? variantField(value, key) : variantElement(value, key)) ?? null;
    case 'MAP': return mapItem(collection!.key);
    default: {
      const type = collection as LogicalType & { kind: 'ROW' };
      const position = typeof literals[1] === 'number' ? literals[1] - 1 : type.fields.findIndex(({ name }) => name === literals[1]);
      const key = fieldKeys(type)[position]!;
      return (value: Record<string, unknown>) => value[key];
    }
  }
});

function mapItem(keyType: LogicalType): (values: ReadonlyMap<unknown, unknown>, key: unknown) => unknown {
  const same = sameValue(keyType);
  const isPrimitive = typeof hashKey(keyType)(0) === 'number';
  return (values, key) => {
    if (isPrimitive || typeof key !== 'object') return values.get(key) ?? null;
    for (const [candidate, value] of values) if (candidate !== null && same(candidate, key)) return value;
    return null;
  };
}

const isSized = (type: LogicalType): boolean => type.kind === 'ARRAY' || type.kind === 'MAP' || type.kind === 'MULTISET';
const SIZED = { text: 'MULTISET> or <ARRAY> or <MAP', accept: (type: LogicalType) => (isSized(type) ? type : undefined) };

const cardinality = scalar('CARDINALITY', { arguments: [SIZED], result: Results.propagated(LogicalTypes.INT) }, (value: readonly unknown[] | ReadonlyMap<unknown, unknown>) =>
  'size' in value ? value.size : value.length);

const element = scalar('ELEMENT', { arguments: [{ text: 'MULTISET> or <ARRAY', accept: (type) => (type.kind === 'ARRAY' || type.kind === 'MULTISET' ? type : undefined) }], result: ([type]) => {
  const { element: inner } = type as LogicalType & { kind: 'ARRAY' | 'MULTISET' };
  return withNullability(inner, inner.isNullable || type!.isNullable);
} }, (value: readonly unknown[] | ReadonlyMap<unknown, unknown>) => {
  const values = 'size' in value ? [...value.keys()] : value;
  if (values.length > 1) throw new FunctionError('Array has more than one element.');
  return values[0] ?? null;
}, { mayReturnNull: true });

/** OBJECT_OF('class', 'name', value, …): a structured value. */
const objectOf = boundScalar('OBJECT_OF', ({ argumentTypes, literals }) => {
  const [className] = literals;
  const isPaired = argumentTypes.length % 2 === 1 && literals.every((literal, index) => index % 2 === 1 ? typeof literal === 'string' : true);
  if (typeof className !== 'string' || !isPaired) return refuse("OBJECT_OF takes the name of a class and then names and values in turns, as in OBJECT_OF('User', 'name', 'Alice')");
  const fields = argumentTypes.flatMap((type, index) => (index > 0 && index % 2 === 0 ? [{ name: literals[index - 1] as string, type }] : []));
  if (new Set(fields.map((field) => field.name)).size < fields.length) return refuse('The names of fields of OBJECT_OF must be different');
  return { argumentTypes, resultType: { kind: 'STRUCTURED', className, fields, isNullable: false } };
}, ({ resultType }) => {
  const keys = fieldKeys(resultType as LogicalType & { kind: 'STRUCTURED' });
  return (_className: string, ...values: unknown[]) => Object.fromEntries(keys.map((key, index) => [key, values[index * 2 + 1]]));
}, { seesNulls: true });

/** OBJECT_UPDATE(object, 'name', value, …): the object with other values of the fields named. */
const objectUpdate = boundScalar('OBJECT_UPDATE', ({ argumentTypes, literals }) => {
  const [object] = argumentTypes;
  if (object?.kind !== 'STRUCTURED' || argumentTypes.length % 2 === 0) return { supportedForms: ['OBJECT_UPDATE(<STRUCTURED>, <CHARACTER>, <ANY>...)'] };
  const fields = [...object.fields];
  for (let index = 1; index < argumentTypes.length; index += 2) {
    const position = fields.findIndex((field) => field.name === literals[index]);
    if (position < 0) return refuse(`The object has no field '${String(literals[index])}'`);
    fields[position] = { ...fields[position]!, type: argumentTypes[index + 1]! };
  }
  return { argumentTypes, resultType: { ...(object as LogicalType & { kind: 'STRUCTURED' }), fields } };
}, ({ resultType, literals }) => {
  const { fields } = resultType as LogicalType & { kind: 'STRUCTURED' };
  const keys = fieldKeys(resultType as LogicalType & { kind: 'STRUCTURED' });
  return (object: Record<string, unknown> | null, ...values: unknown[]) => {
    if (object === null) return null;
    const result = { ...object };
    for (let index = 0; index < values.length; index += 2) result[keys[fields.findIndex((field) => field.name === literals[index + 1])]!] = values[index + 1];
    return result;
  };
}, { seesNulls: true });

export const CONSTRUCTOR_FUNCTIONS: readonly ScalarFunctionDefinition[] = [row, array, map, multiset, item, cardinality, element, objectOf, objectUpdate];
