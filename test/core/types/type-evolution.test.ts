import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createSerializer } from '#core/serialization/create-serializer';
import { DataInput } from '#core/serialization/data-input';
import { DataOutput } from '#core/serialization/data-output';
import { decodeDefault } from '#core/types/field-default';
import { evolveType, formatChange, sameType } from '#core/types/type-evolution';
import { Types, type RowField, type TypeInformation } from '#core/types/type-information';
import { readerOf } from '#state/snapshot/serializer-compatibility';
import { typeArbitrary, valueArbitrary } from '../serialization/type-arbitraries.js';
import { evolutionArbitrary } from './evolution-arbitraries.js';

function refusals(written: TypeInformation, declared: TypeInformation): string[] {
  return evolveType(written, declared).refusals.map(formatChange);
}

function changes(written: TypeInformation, declared: TypeInformation): string[] {
  const evolution = evolveType(written, declared);
  assert.deepEqual(evolution.refusals, []);
  return evolution.changes.map(formatChange);
}

describe('type evolution', () => {
  test('values written with the old type and read with the new one are the old values, field by field', () => {
    fc.assert(fc.property(evolutionArbitrary.chain((evolution) => fc.tuple(fc.constant(evolution), fc.array(valueArbitrary(evolution.written), { minLength: 1, maxLength: 4 }))), ([{ written, declared, expected }, values]) => {
      const old = createSerializer(written);
      const read = readerOf({ subject: 'value', written: { type: JSON.parse(JSON.stringify(written)) as TypeInformation, version: old.version }, declared: createSerializer(declared) });
      const output = new DataOutput();
      for (const value of values) old.write(value, output);
      const input = new DataInput(output.toBytes());
      for (const value of values) {
        const migrated: unknown = read(input);
        assert.deepStrictEqual(migrated, expected(value));
        createSerializer(declared).write(migrated, new DataOutput());
      }
      assert.equal(input.remaining, 0);
    }), { numRuns: 500 });
  });

  test('a type is the same as itself, whatever its defaults', () => {
    fc.assert(fc.property(typeArbitrary, (type) => {
      assert.ok(sameType(type, JSON.parse(JSON.stringify(type)) as TypeInformation));
      assert.equal(evolveType(type, type).convert, undefined);
    }));
    assert.ok(sameType(Types.ROW({ a: Types.LIST(Types.ROW({ b: Types.INT })) }), Types.ROW({ a: Types.LIST(Types.ROW({ b: Types.DEFAULT(Types.INT, 5) })) })));
  });

  test('changes name the field and both types', () => {
    const written = Types.ROW({ id: Types.INT, name: Types.STRING, tags: Types.LIST(Types.ROW({ n: Types.INT, old: Types.DOUBLE })) });
    assert.deepEqual(
      changes(written, Types.ROW({ name: Types.NULLABLE(Types.STRING), id: Types.BIGINT, tags: Types.LIST(Types.ROW({ n: Types.LONG })), more: Types.DEFAULT(Types.BOOLEAN, false) })),
      ['field name was STRING, is STRING NULL', 'field id was INT, is BIGINT', 'field tags[].n was INT, is LONG', 'field tags[].old was DOUBLE, is gone', 'field more is new, BOOLEAN'],
    );
    assert.deepEqual(changes(Types.ROW({ a: Types.INT, b: Types.INT }), Types.ROW({ b: Types.INT, a: Types.INT })), ['it was ROW<a INT, b INT>, is ROW<b INT, a INT>']);
    assert.deepEqual(changes(Types.MAP(Types.INT, Types.INT), Types.MAP(Types.INT, Types.NULLABLE(Types.LONG))), ['field {} was INT, is LONG NULL']);
  });

  test('anything that could lose or invent something is refused with the field and both types', () => {
    const row = (a: TypeInformation): TypeInformation => Types.ROW({ outer: Types.ROW({ a }) });
    for (const [written, declared] of [
      [Types.LONG, Types.INT], [Types.BIGINT, Types.LONG], [Types.INT, Types.STRING], [Types.INT, Types.DOUBLE], [Types.LONG, Types.DOUBLE], [Types.DOUBLE, Types.LONG],
      [Types.NULLABLE(Types.INT), Types.INT], [Types.ANY, Types.INT], [Types.INT, Types.ANY], [Types.LIST(Types.INT), Types.INT],
      [Types.TUPLE(Types.INT), Types.TUPLE(Types.INT, Types.INT)], [Types.MAP(Types.INT, Types.INT), Types.MAP(Types.LONG, Types.INT)],
    ] as readonly [TypeInformation, TypeInformation][]) {
      const [refusal, ...others] = refusals(row(written), row(declared));
      assert.match(refusal!, /^field outer\.a was .+, is .+$/);
      assert.deepEqual(others, []);
    }
    assert.deepEqual(refusals(Types.ROW({ a: Types.INT }), Types.ROW({ a: Types.INT, b: Types.INT })), ['field b is new, INT']);
    assert.deepEqual(refusals(Types.NULLABLE(Types.INT), Types.NULLABLE(Types.STRING)), ['it was INT, is STRING']);
  });
});

describe('defaults of fields', () => {
  test('a default comes back as a fresh value, also through JSON', () => {
    fc.assert(fc.property(typeArbitrary.filter((type) => !JSON.stringify(type).includes('"any"')).chain((type) => fc.tuple(fc.constant(type), valueArbitrary(type))), ([type, value]) => {
      const declared = JSON.parse(JSON.stringify(Types.ROW({ f: Types.DEFAULT(type, value as never) }))) as { readonly fields: readonly RowField[] };
      const [field] = declared.fields;
      assert.deepStrictEqual(decodeDefault(field!.type, field!.default), value);
    }));
  });

  test('a default that is not of the type is refused where it is declared', () => {
    for (const [type, value] of [[Types.INT, 1.5], [Types.STRING, 1], [Types.BIGINT, 1], [Types.LIST(Types.INT), ['a']], [Types.ROW({ a: Types.INT }), null], [Types.BYTES, 'x'], [Types.TUPLE(Types.INT), []], [Types.MAP(Types.INT, Types.INT), {}], [Types.ANY, undefined]] as readonly [TypeInformation, unknown][]) {
      assert.throws(() => Types.DEFAULT(type, value as never), { code: 'TYPE_DEFAULT_INVALID' });
    }
  });
});
