// fast-check arbitraries of what may happen to a type: the type before, the type after, and what each value becomes,
// worked out here by hand as an oracle.
import fc from 'fast-check';
import { Types, type FieldDefault, type TypeInformation } from '#core/types/type-information';
import { typeArbitrary, valueArbitrary } from '../serialization/type-arbitraries.js';

export interface Evolution {
  readonly written: TypeInformation;
  readonly declared: TypeInformation;
  readonly expected: (value: any) => unknown; // any: values of the written type
}

const same = typeArbitrary.map((type): Evolution => ({ written: type, declared: type, expected: (value: unknown) => value }));

const widened = fc.constantFrom<Evolution>(
  { written: Types.INT, declared: Types.LONG, expected: (value: number) => value },
  { written: Types.INT, declared: Types.BIGINT, expected: (value: number) => BigInt(value) },
  { written: Types.LONG, declared: Types.BIGINT, expected: (value: number) => BigInt(value) },
  { written: Types.INT, declared: Types.INT64, expected: (value: number) => value },
  { written: Types.LONG, declared: Types.INTEGER, expected: (value: number) => value },
  { written: Types.BIGINT, declared: Types.INT64, expected: (value: bigint) => (Number.isSafeInteger(Number(value)) ? Number(value) : value) },
  { written: Types.INT64, declared: Types.BIGINT, expected: (value: number | bigint) => BigInt(value) },
  { written: Types.INT64, declared: Types.INTEGER, expected: (value: number | bigint) => value },
);

/** Fields by name: kept (changed or not), removed, added as NULLABLE, added with a default; in any order on both sides. */
function rows(inner: fc.Arbitrary<Evolution>): fc.Arbitrary<Evolution> {
  const names = (prefix: string): fc.Arbitrary<string[]> => fc.uniqueArray(fc.constantFrom('a', 'b', 'c').map((name) => prefix + name), { maxLength: 3 });
  const added = fc.oneof(
    typeArbitrary.map((type) => ({ field: Types.NULLABLE(type) as TypeInformation | FieldDefault<unknown>, value: null as unknown })),
    typeArbitrary.filter((type) => !JSON.stringify(type).includes('"any"')).chain((type) => valueArbitrary(type).map((value) => ({ field: Types.DEFAULT(type, value as never), value }))),
  );
  return fc.record({
    kept: names('kept ').chain((list) => fc.tuple(...list.map((name) => inner.map((evolution) => ({ name, evolution }))))),
    removed: names('removed ').chain((list) => fc.tuple(...list.map((name) => typeArbitrary.map((type) => ({ name, type }))))),
    added: names('added ').chain((list) => fc.tuple(...list.map((name) => added.map((field) => ({ name, ...field }))))),
    seed: fc.nat(),
  }).map(({ kept, removed, added: news, seed }): Evolution => {
    const shuffled = <T>(list: readonly T[], by: number): T[] => list.map((item, i) => ({ item, at: (i * 7 + by * 13) % 11 })).sort((x, y) => x.at - y.at).map(({ item }) => item);
    const before = shuffled([...kept.map(({ name, evolution }) => [name, evolution.written] as const), ...removed.map(({ name, type }) => [name, type] as const)], seed);
    const after = shuffled([...kept.map(({ name, evolution }) => [name, evolution.declared] as const), ...news.map(({ name, field }) => [name, field] as const)], seed + 5);
    return {
      written: Types.ROW(Object.fromEntries(before)),
      declared: Types.ROW(Object.fromEntries(after)),
      expected: (row: Readonly<Record<string, unknown>>) => Object.fromEntries(after.map(([name]) => {
        const old = kept.find((field) => field.name === name);
        return [name, old === undefined ? news.find((field) => field.name === name)!.value : old.evolution.expected(row[name])];
      })),
    };
  });
}

export const evolutionArbitrary: fc.Arbitrary<Evolution> = fc.letrec<{ evolution: Evolution }>((tie) => ({
  evolution: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    widened,
    same,
    rows(tie('evolution')),
    tie('evolution').filter(({ written, declared }) => written.kind !== 'nullable' && declared.kind !== 'nullable')
      .map(({ written, declared, expected }): Evolution => ({ written, declared: Types.NULLABLE(declared), expected })),
    tie('evolution').filter(({ written, declared }) => written.kind !== 'nullable' && declared.kind !== 'nullable')
      .map(({ written, declared, expected }): Evolution => ({ written: Types.NULLABLE(written), declared: Types.NULLABLE(declared), expected: (value: unknown) => (value === null ? null : expected(value)) })),
    tie('evolution').map(({ written, declared, expected }): Evolution => ({ written: Types.LIST(written), declared: Types.LIST(declared), expected: (values: unknown[]) => values.map(expected) })),
    tie('evolution').map(({ written, declared, expected }): Evolution => ({
      written: Types.MAP(Types.STRING, written), declared: Types.MAP(Types.STRING, declared),
      expected: (map: Map<string, unknown>) => new Map([...map].map(([key, value]) => [key, expected(value)])),
    })),
    fc.array(tie('evolution'), { maxLength: 3 }).map((parts): Evolution => ({
      written: Types.TUPLE(...parts.map((part) => part.written)), declared: Types.TUPLE(...parts.map((part) => part.declared)),
      expected: (values: unknown[]) => parts.map((part, i) => part.expected(values[i])),
    })),
  ),
})).evolution;
