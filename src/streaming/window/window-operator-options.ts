// What a windowed stream asks of a window operator, as the API collects it.
import type { KeySpecification } from '#core/keys/key-specification';
import { type TypeInformation, Types } from '#core/types/type-information';
import type { AggregateFunction, AnyState, StateDescriptor } from '#state/keyed/keyed-state';
import type { OperatorContext } from '#streaming/operator/stream-operator';
import type { Accumulation } from '#streaming/window/accumulation';

export type TimeDomain = 'event' | 'processing';

export type WindowAssignment =
  | { readonly kind: 'tumbling'; readonly timeDomain: TimeDomain; readonly sizeMs: number; readonly offsetMs: number }
  | { readonly kind: 'sliding'; readonly timeDomain: TimeDomain; readonly sizeMs: number; readonly slideMs: number; readonly offsetMs: number }
  | { readonly kind: 'session'; readonly timeDomain: TimeDomain; readonly gapMs: number | ((element: any) => number) }; // any: user's type

/** list: all elements are kept for the process function. accumulation: the engine's own, which keeps nothing of the rows themselves. */
export type WindowAggregation =
  | { readonly kind: 'reduce'; readonly reduce: (a: any, b: any) => any } // any: user's type
  | { readonly kind: 'aggregate'; readonly aggregate: AggregateFunction<any, any, any> } // any: user's types
  | { readonly kind: 'list' }
  | { readonly kind: 'accumulation'; readonly accumulation: Accumulation };

export interface TimeWindow {
  readonly start: number;
  /** Exclusive. The window's last timestamp is end - 1. */
  readonly end: number;
}

export interface WindowProcessContext {
  readonly window: TimeWindow;
  currentWatermark(): number;
  currentProcessingTime(): number;
  /** State of this key and window; cleared with the window. */
  windowState(descriptor: StateDescriptor): AnyState;
  /** State of this key over all windows. */
  globalState(descriptor: StateDescriptor): AnyState;
  output(tag: string, value: unknown): void;
}

/** A process-window function, bound: `elements` is one aggregate, or all elements for `list`. */
export interface WindowProcess {
  open?(context: OperatorContext): void;
  process(key: any, context: WindowProcessContext, elements: Iterable<any>, out: (value: any) => void): void; // any: user's types
  /** Called when the window is purged, to clear windowState. */
  clear?(key: any, context: WindowProcessContext): void; // any: user's key
  close?(): void;
}

/** Makes the row that is emitted for a window. */
export type WindowResult = (key: unknown, accumulator: unknown, start: number, end: number) => unknown;

/** Of windows over a whole stream (windowAll). */
export const ONLY_KEY: KeySpecification = { selector: () => 0, type: Types.INT };

export interface WindowOperatorOptions {
  readonly assignment: WindowAssignment;
  readonly aggregation: WindowAggregation;
  readonly process?: WindowProcess;
  /** In place of a function and of the accumulation's own result. */
  readonly resultOf?: WindowResult;
  /** Windows by processing time: elements bring the time at which their batch was taken, so that the clock is not read for each. */
  readonly hasGivenTime?: boolean;
  readonly allowedLatenessMs: number;
  /** Side output for late records; without it they are counted and dropped. */
  readonly lateTag?: string;
  readonly keys: KeySpecification;
  readonly inputType?: TypeInformation;
  readonly accumulatorType?: TypeInformation;
}
