// Rich map, filter and flatMap on a keyed stream as keyed process functions, so that they have keyed state.
import { lifeCycleOf, type OneOrMaker } from '#datastream/functions/bind-process-functions';
import type { FilterFunctionObject, FlatMapFunctionObject, MapFunctionObject } from '#datastream/functions/functions';
import { FunctionPerSubtask } from '#streaming/process/function-per-subtask';
import { refusePromise } from '#streaming/process/refuse-promise';
import type { KeyedProcessFunctionShape } from '#streaming/process/process-functions';

type KeyedFunction<T, R> = OneOrMaker<KeyedProcessFunctionShape<any, T, R>>; // any: these functions do not see the key

export function keyedMap<T, R>(mapper: MapFunctionObject<T, R>): KeyedFunction<T, R> {
  const functions = new FunctionPerSubtask(mapper);
  return () => {
    const own = functions.take();
    return {
      ...lifeCycleOf(own),
      processElement: (value, _context, out) => {
        const result = own.map(value);
        refusePromise(result, 'Map');
        out.collect(result);
      },
    };
  };
}

export function keyedFilter<T>(filter: FilterFunctionObject<T>): KeyedFunction<T, T> {
  const functions = new FunctionPerSubtask(filter);
  return () => {
    const own = functions.take();
    return {
      ...lifeCycleOf(own),
      processElement: (value, _context, out) => {
        const isKept: unknown = own.filter(value);
        refusePromise(isKept, 'Filter');
        if (isKept === true) out.collect(value);
      },
    };
  };
}

export function keyedFlatMap<T, R>(flatMapper: FlatMapFunctionObject<T, R>): KeyedFunction<T, R> {
  const functions = new FunctionPerSubtask(flatMapper);
  return () => {
    const own = functions.take();
    return { ...lifeCycleOf(own), processElement: (value, _context, out) => own.flatMap(value, out) };
  };
}
