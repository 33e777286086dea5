// Counts the rows of a window: the accumulator is the count.
import { Types } from '#core/types/type-information';
import type { AggregateFunction } from '#state/keyed/keyed-state';

export const countRows: AggregateFunction<unknown, number, number> = {
  createAccumulator: () => 0,
  add: (_row, count) => count + 1,
  getResult: (count) => count,
  merge: (a, b) => a + b,
  accumulatorType: Types.LONG,
  resultType: Types.LONG,
};
