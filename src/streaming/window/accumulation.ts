// The ways a window gathers its rows, as one shape: what a new accumulator is, how a row goes in, how two meet,
// and what the window function sees.
import { type TypeInformation, Types } from '#core/types/type-information';
import { StreamingError } from '#streaming/errors';
import { deepCopy } from '#streaming/task/deep-copy';
import type { WindowOperatorOptions } from '#streaming/window/window-operator-options';

export interface Accumulation {
  /** Accumulator of the first row. */
  readonly first: (value: unknown) => unknown;
  /** May change and return `accumulator`. */
  readonly add: (value: unknown, accumulator: unknown) => unknown;
  /** Undefined when accumulators cannot be combined: then each window gathers its rows itself. May change `a`. */
  readonly merge: ((a: unknown, b: unknown) => unknown) | undefined;
  /** An accumulator that may be merged into while this one stays as it is. */
  readonly copy: (accumulator: unknown) => unknown;
  readonly result: (accumulator: unknown) => unknown;
  /** Rows may be gathered per slice and combined per window: the order in which rows came does not matter. */
  readonly isSliceable: boolean;
  /** Rows as the window function's elements. */
  readonly elements: (accumulator: unknown) => Iterable<unknown>;
  readonly type: TypeInformation;
}

export function accumulationOf(options: WindowOperatorOptions): Accumulation {
  const { aggregation } = options;
  switch (aggregation.kind) {
    case 'reduce': {
      const { reduce } = aggregation;
      return {
        first: (value) => value,
        add: (value, accumulator) => reduce(accumulator, value),
        merge: reduce,
        copy: deepCopy,
        result: (accumulator) => accumulator,
        isSliceable: false,
        elements: (accumulator) => [accumulator],
        type: options.accumulatorType ?? options.inputType ?? Types.ANY,
      };
    }
    case 'aggregate': {
      const { aggregate } = aggregation;
      return {
        first: (value) => aggregate.add(value, aggregate.createAccumulator()),
        add: (value, accumulator) => aggregate.add(value, accumulator),
        merge: aggregate.merge === undefined ? undefined : (a, b) => aggregate.merge!(a, b),
        copy: deepCopy,
        result: (accumulator) => aggregate.getResult(accumulator),
        isSliceable: aggregate.merge !== undefined,
        elements: (accumulator) => [aggregate.getResult(accumulator)],
        type: options.accumulatorType ?? aggregate.accumulatorType ?? Types.ANY,
      };
    }
    case 'list': return {
      first: (value) => [value],
      add: (value, accumulator) => {
        (accumulator as unknown[]).push(value);
        return accumulator;
      },
      merge: (a, b) => {
        for (const value of b as unknown[]) (a as unknown[]).push(value);
        return a;
      },
      copy: deepCopy,
      result: (accumulator) => accumulator,
      isSliceable: false,
      elements: (accumulator) => accumulator as unknown[],
      type: options.inputType === undefined ? Types.ANY : Types.LIST(options.inputType),
    };
    case 'accumulation': return aggregation.accumulation;
  }
}

/** Throws WINDOW_MERGE_MISSING when accumulators cannot be combined. */
export function requireMerge(accumulation: Accumulation): (a: unknown, b: unknown) => unknown {
  if (accumulation.merge !== undefined) return accumulation.merge;
  throw new StreamingError('WINDOW_MERGE_MISSING', 'session windows join when a row falls between them, but the AggregateFunction has no merge: add merge(a, b)');
}
