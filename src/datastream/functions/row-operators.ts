// Turns a user's map, filter and flatMap into the row operators that are fused into the loop of a chain. A plain
// function goes through as it is, so that generated code may look at its source.
import type {
  FilterFunction, FilterFunctionObject, FlatMapFunction, FlatMapFunctionObject, MapFunction, MapFunctionObject,
} from '#datastream/functions/functions';
import type { RowOperator } from '#streaming/operator/stream-operator';
import { refusePromise } from '#streaming/process/refuse-promise';
import type { Collector, RichFunction } from '#streaming/process/process-functions';
import { RuntimeContext } from '#streaming/process/runtime-context';

export function mapRowOperator<T, R>(mapper: MapFunction<T, R>): RowOperator {
  if (typeof mapper === 'function') return { kind: 'map', apply: mapper };
  return { kind: 'map', apply: (value) => mapper.map(value), ...lifeCycle(mapper) };
}

export function filterRowOperator<T>(filter: FilterFunction<T>): RowOperator {
  if (typeof filter === 'function') return { kind: 'filter', apply: filter };
  return { kind: 'filter', apply: (value) => filter.filter(value), ...lifeCycle(filter) };
}

export function flatMapRowOperator<T, R>(flatMapper: FlatMapFunction<T, R>): RowOperator {
  const call = flatMapMethod(flatMapper);
  let collect: ((value: R) => void) | undefined;
  let out: Collector<R> = { collect: () => {} };
  const apply = (value: T, emit: (value: R) => void): Iterable<R> | void => {
    if (emit !== collect) {
      collect = emit;
      out = { collect: emit };
    }
    return call(value, out);
  };
  return { kind: 'flatMap', apply, ...(typeof flatMapper === 'function' ? {} : lifeCycle(flatMapper)) };
}

export function mapMethod<T, R>(mapper: MapFunction<T, R>): (value: T) => R {
  return typeof mapper === 'function' ? mapper : (value) => (mapper as MapFunctionObject<T, R>).map(value);
}

export function filterMethod<T>(filter: FilterFunction<T>): (value: T) => boolean {
  return typeof filter === 'function' ? filter : (value) => (filter as FilterFunctionObject<T>).filter(value);
}

export function flatMapMethod<T, R>(flatMapper: FlatMapFunction<T, R>): (value: T, out: Collector<R>) => Iterable<R> | void {
  return typeof flatMapper === 'function' ? flatMapper : (value, out) => (flatMapper as FlatMapFunctionObject<T, R>).flatMap(value, out);
}

/** open and close of a rich function, as an operator takes them. */
function lifeCycle(rich: RichFunction): Pick<RowOperator, 'open' | 'close'> {
  return {
    ...(rich.open === undefined ? {} : { open: (context) => refusePromise(rich.open?.(new RuntimeContext(context)), context.operatorName) }),
    ...(rich.close === undefined ? {} : { close: () => rich.close?.() }),
  };
}
