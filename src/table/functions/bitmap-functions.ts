// BITMAP: building, set operations, conversions; the aggregates over bitmaps.
import { accumulatorOf, aggregate } from '#table/functions/aggregate-definition';
import type { AggregateFunctionDefinition, AggregateImplementation, ScalarFunctionDefinition } from '#table/functions/function-definition';
import { Arguments, Results } from '#table/functions/function-signature';
import { scalar } from '#table/functions/scalar-definition';
import { LogicalTypes, notNull, withNullability, type LogicalType } from '#table/types/logical-type';
import { isInteger } from '#table/types/type-families';
import { bitmapAnd, bitmapAndNot, bitmapFromBytes, bitmapHas, bitmapOf, bitmapOr, bitmapText, bitmapToBytes, bitmapXor, type Bitmap } from '#table/values/bitmap';

const { BITMAP, BINARY } = Arguments;
const TYPE = LogicalTypes.BITMAP;

const operation = (name: string, operate: (left: Bitmap, right: Bitmap) => Bitmap): ScalarFunctionDefinition =>
  scalar(name, { arguments: [BITMAP, BITMAP], result: Results.propagated(TYPE) }, operate);

const integers = { text: 'ARRAY<INT>', accept: (type: LogicalType) => (type.kind === 'ARRAY' && isInteger(type.element) && type.element.kind !== 'BIGINT' ? withNullability(LogicalTypes.ARRAY(withNullability(LogicalTypes.INT, type.element.isNullable)), type.isNullable) : undefined) };

export const BITMAP_FUNCTIONS: readonly ScalarFunctionDefinition[] = [
  operation('BITMAP_AND', bitmapAnd),
  operation('BITMAP_OR', bitmapOr),
  operation('BITMAP_XOR', bitmapXor),
  operation('BITMAP_ANDNOT', bitmapAndNot),
  scalar('BITMAP_BUILD', { arguments: [integers], result: Results.propagated(TYPE) }, (values: readonly (number | null)[]) => bitmapOf(values.filter((value) => value !== null))),
  scalar('BITMAP_CARDINALITY', { arguments: [BITMAP], result: Results.propagated(LogicalTypes.BIGINT) }, (bitmap: Bitmap) => bitmap.length),
  scalar('BITMAP_TO_ARRAY', { arguments: [BITMAP], result: (types) => withNullability(LogicalTypes.ARRAY(LogicalTypes.INT), types[0]!.isNullable) }, (bitmap: Bitmap) => [...bitmap].map((value) => value | 0)),
  scalar('BITMAP_TO_BYTES', { arguments: [BITMAP], result: Results.propagated(LogicalTypes.BYTES) }, bitmapToBytes),
  scalar('BITMAP_FROM_BYTES', { arguments: [BINARY], result: Results.propagated(TYPE) }, bitmapFromBytes),
  scalar('BITMAP_TO_STRING', { arguments: [BITMAP], result: Results.propagated(LogicalTypes.STRING) }, bitmapText),
  scalar('BITMAP_CONTAINS', { arguments: [BITMAP, Arguments.ANY_INT], result: Results.propagated(LogicalTypes.BOOLEAN) }, bitmapHas),
];

type Combine = 'AND' | 'OR' | 'XOR';

/** How many bitmaps hold each value, so that bitmaps can be taken back. */
function bindCombination(combine: Combine, isCardinality: boolean): AggregateImplementation<{ bitmaps: number }> {
  const isKept = (count: number, bitmaps: number): boolean => (combine === 'OR' ? count > 0 : combine === 'AND' ? count === bitmaps : count % 2 === 1);
  const change = (counts: { get(key: number): number | undefined; put(key: number, value: number): void; remove(key: number): void }, bitmap: Bitmap, by: number): void => {
    for (const value of bitmap) {
      const count = (counts.get(value) ?? 0) + by;
      if (count === 0) counts.remove(value);
      else counts.put(value, count);
    }
  };
  return {
    accumulator: accumulatorOf({ bitmaps: notNull(LogicalTypes.BIGINT) }),
    views: [{ name: 'counts', key: notNull(LogicalTypes.BIGINT), value: notNull(LogicalTypes.BIGINT) }],
    create: () => ({ bitmaps: 0 }),
    accumulate: (accumulator, [counts], bitmap) => {
      if (bitmap === null) return;
      accumulator.bitmaps += 1;
      change(counts!, bitmap, 1);
    },
    retract: (accumulator, [counts], bitmap) => {
      if (bitmap === null) return;
      accumulator.bitmaps -= 1;
      change(counts!, bitmap, -1);
    },
    merge: (accumulator, [counts], other, [otherCounts]) => {
      accumulator.bitmaps += other.bitmaps;
      for (const [value, count] of otherCounts!.entries()) counts!.put(value, (counts!.get(value) ?? 0) + (count as number));
    },
    getValue: ({ bitmaps }, [counts]) => {
      if (bitmaps === 0) return null;
      const values = ([...counts!.entries()] as [number, number][]).filter(([, count]) => isKept(count, bitmaps)).map(([value]) => value);
      return isCardinality ? values.length : bitmapOf(values);
    },
  };
}

function combination(combine: Combine, isCardinality: boolean): AggregateFunctionDefinition {
  const type = isCardinality ? LogicalTypes.BIGINT : TYPE;
  return aggregate(`BITMAP_${combine}_${isCardinality ? 'CARDINALITY_' : ''}AGG`, { arguments: [BITMAP], result: Results.nullable(type) }, () => bindCombination(combine, isCardinality));
}

function build(isCardinality: boolean): AggregateFunctionDefinition {
  const type = isCardinality ? LogicalTypes.BIGINT : TYPE;
  const union = bindCombination('OR', isCardinality);
  const single = (value: number | null): Bitmap | null => (value === null ? null : bitmapOf([value]));
  return aggregate(`BITMAP_BUILD_${isCardinality ? 'CARDINALITY_' : ''}AGG`, { arguments: [Arguments.INT], result: Results.nullable(type) }, () => ({
    ...union,
    accumulate: (accumulator, views, value) => union.accumulate(accumulator, views, single(value)),
    retract: (accumulator, views, value) => union.retract!(accumulator, views, single(value)),
    // By what is there, not by how many came: a value may have been taken back before it came.
    getValue: (_accumulator, [counts]) => {
      const values = ([...counts!.entries()] as [number, number][]).filter(([, count]) => count > 0).map(([value]) => value);
      if (values.length === 0) return null;
      return isCardinality ? values.length : bitmapOf(values);
    },
  }));
}

export const BITMAP_AGGREGATES: readonly AggregateFunctionDefinition[] = [
  build(false), build(true),
  ...(['AND', 'OR', 'XOR'] as const).flatMap((combine) => [combination(combine, false), combination(combine, true)]),
];
