// fast-check arbitraries: random types and, for a type, values that fit it. Shared by serializer and key tests.
import fc from 'fast-check';
import { exactOf } from '#core/columns/exact-integer';
import { Types, type TypeInformation } from '#core/types/type-information';

const atomics: readonly TypeInformation[] = [Types.BOOLEAN, Types.INT, Types.LONG, Types.BIGINT, Types.INT64, Types.INTEGER, Types.DOUBLE, Types.STRING, Types.BYTES, Types.ANY];

/** Field names that try to break generated code. */
const fieldName = fc.oneof(fc.string({ minLength: 1, maxLength: 6 }), fc.constantFrom('a', "it's", '"', '\\', '\u2028', 'constructor', '`${x}`'))
  .filter((name) => name !== '__proto__');

export const typeArbitrary: fc.Arbitrary<TypeInformation> = fc.letrec<{ type: TypeInformation }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...atomics),
    tie('type').map((inner) => Types.NULLABLE(inner)),
    tie('type').map((element) => Types.LIST(element)),
    fc.constantFrom(Types.STRING, Types.INT, Types.BIGINT).chain((key) => tie('type').map((value): TypeInformation => Types.MAP(key as TypeInformation, value))),
    fc.array(tie('type'), { maxLength: 4 }).map((elements): TypeInformation => Types.TUPLE(...elements)),
    fc.uniqueArray(fieldName, { maxLength: 4 }).chain((names) =>
      fc.array(tie('type'), { minLength: names.length, maxLength: names.length }).map((types): TypeInformation => Types.ROW(Object.fromEntries(names.map((name, i) => [name, types[i]!])))),
    ),
  ),
})).type;

/** Plain data of the kinds that a schemaless value may hold. */
export const anyValueArbitrary: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, undefined, true, false, 2n ** 64n, -(2n ** 70n), Number.NaN, Number.POSITIVE_INFINITY),
    fc.integer(),
    fc.double().map((x) => x + 0),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.string({ unit: 'binary' }),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array({ maxLength: 8 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 3 }).filter((name) => name !== '__proto__' && name !== 'constructor'), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    fc.array(fc.tuple(fc.string({ maxLength: 3 }), tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(fc.integer(), { maxLength: 3 }).map((values) => new Set(values)),
  ),
})).value;

/** A value of `type` as reading its bytes gives it back. */
export function valueArbitrary(type: TypeInformation): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'boolean': return fc.boolean();
    case 'int': return fc.integer();
    case 'long': return fc.maxSafeInteger();
    case 'bigint': return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case 'int64': return fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(exactOf));
    case 'integer': return fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.bigInt({ min: -(2n ** 128n), max: 2n ** 128n }).map(exactOf));
    case 'double': return fc.double();
    case 'string': return fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 60 }));
    case 'bytes': return fc.uint8Array({ maxLength: 20 });
    case 'any': return anyValueArbitrary;
    // A null inside a nullable nullable reads back as the outer null, which is the same value.
    case 'nullable': return fc.option(valueArbitrary(type.inner).map((value) => (value === undefined ? null : value)), { nil: null });
    case 'list': return fc.array(valueArbitrary(type.element), { maxLength: 4 });
    case 'map': return fc.array(fc.tuple(valueArbitrary(type.key), valueArbitrary(type.value)), { maxLength: 4 }).map((entries) => new Map(entries));
    case 'row': return fc.tuple(...type.fields.map((field) => valueArbitrary(field.type))).map((values) => Object.fromEntries(type.fields.map((field, i) => [field.name, values[i]])));
    case 'tuple': return fc.tuple(...type.elements.map((element) => valueArbitrary(element)));
  }
}
