// Functions of one record as a user writes them: a plain function, or an object (often a class that extends Rich…)
// with the method of Flink's interface and optional open and close. All run on the slot's thread and return at once.
import type { Collector, RichFunction } from '#streaming/process/process-functions';
import type { RuntimeContext } from '#streaming/process/runtime-context';

export interface MapFunctionObject<T, R> extends RichFunction {
  map(value: T): R;
}
export interface FilterFunctionObject<T> extends RichFunction {
  filter(value: T): boolean;
}
export interface FlatMapFunctionObject<T, R> extends RichFunction {
  flatMap(value: T, out: Collector<R>): Iterable<R> | void;
}
export interface ReduceFunctionObject<T> extends RichFunction {
  reduce(a: T, b: T): T;
}
export interface CoMapFunction<T1, T2, R> extends RichFunction {
  map1(value: T1): R;
  map2(value: T2): R;
}
export interface CoFlatMapFunction<T1, T2, R> extends RichFunction {
  flatMap1(value: T1, out: Collector<R>): Iterable<R> | void;
  flatMap2(value: T2, out: Collector<R>): Iterable<R> | void;
}

export type MapFunction<T, R> = ((value: T) => R) | MapFunctionObject<T, R>;
export type FilterFunction<T> = ((value: T) => boolean) | FilterFunctionObject<T>;
/** Calls the collector per row, or returns an iterable (a generator) that the engine pulls from as there is room. */
export type FlatMapFunction<T, R> = ((value: T, out: Collector<R>) => Iterable<R> | void) | FlatMapFunctionObject<T, R>;
export type ReduceFunction<T> = ((a: T, b: T) => T) | ReduceFunctionObject<T>;
export type KeySelector<T, K> = (value: T) => K;

// Not a #private field: a copy made for another subtask (FunctionPerSubtask) would not have it.
const contexts = new WeakMap<RichFunction, RuntimeContext>();

/** Keeps the runtime context of `open` for the methods of a function class. */
abstract class RichFunctionWithContext implements RichFunction {
  open(context: RuntimeContext): void {
    contexts.set(this, context);
  }

  /** Throws before `open`; an overriding `open` calls super.open first. */
  getRuntimeContext(): RuntimeContext {
    const context = contexts.get(this);
    if (context === undefined) throw new Error('getRuntimeContext() is there from open() on: an open() of your own calls super.open(context) first');
    return context;
  }

  close(): void {}
}

export abstract class RichMapFunction<T, R> extends RichFunctionWithContext implements MapFunctionObject<T, R> {
  abstract map(value: T): R;
}
export abstract class RichFilterFunction<T> extends RichFunctionWithContext implements FilterFunctionObject<T> {
  abstract filter(value: T): boolean;
}
export abstract class RichFlatMapFunction<T, R> extends RichFunctionWithContext implements FlatMapFunctionObject<T, R> {
  abstract flatMap(value: T, out: Collector<R>): Iterable<R> | void;
}
export abstract class RichReduceFunction<T> extends RichFunctionWithContext implements ReduceFunctionObject<T> {
  abstract reduce(a: T, b: T): T;
}
