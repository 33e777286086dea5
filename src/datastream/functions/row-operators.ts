// Turns a user's map, filter and flatMap into the row operators that are fused into the loop of a chain. A plain
// function goes through as it is, so that generated code may look at its source.
import type { FilterFunction, FlatMapFunction, MapFunction } from '#datastream/functions/functions';
import type { RowOperator } from '#streaming/operator/stream-operator';
import { FunctionPerSubtask } from '#streaming/process/function-per-subtask';
import { refusePromise } from '#streaming/process/refuse-promise';
import type { Collector, RichFunction } from '#streaming/process/process-functions';
import { RuntimeContext } from '#streaming/process/runtime-context';

export function mapRowOperator<T, R>(mapper: MapFunction<T, R>): RowOperator {
  if (typeof mapper === 'function') return { kind: 'map', apply: mapper };
  return perSubtaskRow(mapper, (own) => ({ kind: 'map', apply: (value) => own.map(value), ...lifeCycle(own) }));
}

export function filterRowOperator<T>(filter: FilterFunction<T>): RowOperator {
  if (typeof filter === 'function') return { kind: 'filter', apply: filter };
  return perSubtaskRow(filter, (own) => ({ kind: 'filter', apply: (value) => own.filter(value), ...lifeCycle(own) }));
}

export function flatMapRowOperator<T, R>(flatMapper: FlatMapFunction<T, R>): RowOperator {
  if (typeof flatMapper === 'function') return { kind: 'flatMap', apply: collectingInto(flatMapper) };
  return perSubtaskRow(flatMapper, (own) => ({ kind: 'flatMap', apply: collectingInto((value: T, out: Collector<R>) => own.flatMap(value, out)), ...lifeCycle(own) }));
}

/** open and close of a rich function, as an operator takes them. */
function lifeCycle(rich: RichFunction): Pick<RowOperator, 'open' | 'close'> {
  return {
    ...(rich.open === undefined ? {} : { open: (context) => refusePromise(rich.open?.(new RuntimeContext(context)), context.operatorName) }),
    ...(rich.close === undefined ? {} : { close: () => rich.close?.() }),
  };
}

/** An operator whose subtasks each get a function object of their own, as if it had been sent to them. */
function perSubtaskRow<F extends object>(template: F, bind: (own: F) => RowOperator): RowOperator {
  const functions = new FunctionPerSubtask(template);
  return { ...bind(template), forSubtask: () => bind(functions.take()) };
}

/** Hands the emitter of the chain to the function as a collector. */
function collectingInto<T, R>(call: (value: T, out: Collector<R>) => Iterable<R> | void): (value: T, emit: (value: R) => void) => Iterable<R> | void {
  let collect: ((value: R) => void) | undefined;
  let out: Collector<R> = { collect: () => {} };
  return (value, emit) => {
    if (emit !== collect) {
      collect = emit;
      out = { collect: emit };
    }
    return call(value, out);
  };
}
