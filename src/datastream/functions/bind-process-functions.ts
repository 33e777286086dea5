// Makes operator factories of process functions: each subtask gets a function of its own, bound to the methods that
// the operators of streaming/process call.
import type { CoFlatMapFunction, CoMapFunction } from '#datastream/functions/functions';
import type { KeySpecification, OperatorFactory } from '#streaming/operator/stream-operator';
import type { BoundProcessFunction } from '#streaming/process/bound-process-function';
import { FunctionPerSubtask, type FunctionMaker } from '#streaming/process/function-per-subtask';
import { KeyedProcessOperator } from '#streaming/process/keyed-process-operator';
import { BroadcastProcessOperator } from '#streaming/process/broadcast-process-operator';
import type { BroadcastProcessFunctionShape, KeyedBroadcastProcessFunctionShape } from '#streaming/process/broadcast-process-functions';
import { refusePromise } from '#streaming/process/refuse-promise';
import type { MapStateDescriptor } from '#streaming/process/state-descriptors';
import type {
  CoProcessFunctionShape, Collector, KeyedCoProcessFunctionShape, KeyedProcessFunctionShape, ProcessFunctionShape, RichFunction,
} from '#streaming/process/process-functions';
import { ProcessOperator } from '#streaming/process/process-operator';

/** A function object, or a maker that is called once per subtask. */
export type OneOrMaker<F extends object> = F | FunctionMaker<F>;

type AnyOneInput = ProcessFunctionShape<any, any> | KeyedProcessFunctionShape<any, any, any>; // any: the stream's types have checked it
type AnyTwoInput = CoProcessFunctionShape<any, any, any> | KeyedCoProcessFunctionShape<any, any, any, any>; // any: as above

export function processFactory(template: OneOrMaker<AnyOneInput>): OperatorFactory {
  const functions = new FunctionPerSubtask<AnyOneInput>(template);
  return { kind: 'stream', create: () => new ProcessOperator(bindOneInput(functions.take())) };
}

export function keyedProcessFactory(template: OneOrMaker<AnyOneInput>, key: KeySpecification): OperatorFactory {
  const functions = new FunctionPerSubtask<AnyOneInput>(template);
  const keys = [key];
  return { kind: 'stream', keys, create: () => new KeyedProcessOperator(bindOneInput(functions.take()), keys) };
}

/** @param keys both keys, or undefined when the streams are not keyed. */
export function coProcessFactory(template: OneOrMaker<AnyTwoInput>, keys: readonly [KeySpecification, KeySpecification] | undefined): OperatorFactory {
  const functions = new FunctionPerSubtask<AnyTwoInput>(template);
  if (keys === undefined) return { kind: 'stream', create: () => new ProcessOperator(bindTwoInput(functions.take())) };
  return { kind: 'stream', keys, create: () => new KeyedProcessOperator(bindTwoInput(functions.take()), keys) };
}

/** A co-map is a co-process function that collects one row per element. */
export function coMapAsCoProcess<T1, T2, R>(mapper: CoMapFunction<T1, T2, R>): CoProcessFunctionShape<T1, T2, R> {
  return {
    ...lifeCycleOf(mapper),
    processElement1: (value, _context, out) => emitMapped(mapper.map1(value), out),
    processElement2: (value, _context, out) => emitMapped(mapper.map2(value), out),
  };
}

export function coFlatMapAsCoProcess<T1, T2, R>(flatMapper: CoFlatMapFunction<T1, T2, R>): CoProcessFunctionShape<T1, T2, R> {
  return {
    ...lifeCycleOf(flatMapper),
    processElement1: (value, _context, out) => flatMapper.flatMap1(value, out),
    processElement2: (value, _context, out) => flatMapper.flatMap2(value, out),
  };
}

function emitMapped<R>(result: R, out: Collector<R>): void {
  refusePromise(result, 'Co-Map');
  out.collect(result);
}

export function lifeCycleOf(rich: RichFunction): RichFunction {
  return { open: (context) => rich.open?.(context), close: () => rich.close?.() };
}

function bindOneInput(target: AnyOneInput): BoundProcessFunction {
  const keyed = target as KeyedProcessFunctionShape<unknown, unknown, unknown>;
  return {
    ...lifeCycleOf(target),
    elements: [(value, context, out) => target.processElement(value, context, out)],
    ...(keyed.onTimer === undefined ? {} : { onTimer: (timestamp, context, out) => keyed.onTimer?.(timestamp, context, out) }),
  };
}

function bindTwoInput(target: AnyTwoInput): BoundProcessFunction {
  const keyed = target as KeyedCoProcessFunctionShape<unknown, unknown, unknown, unknown>;
  return {
    ...lifeCycleOf(target),
    elements: [
      (value, context, out) => target.processElement1(value, context, out),
      (value, context, out) => target.processElement2(value, context, out),
    ],
    ...(keyed.onTimer === undefined ? {} : { onTimer: (timestamp, context, out) => keyed.onTimer?.(timestamp, context, out) }),
  };
}

type AnyBroadcast = BroadcastProcessFunctionShape<any, any, any> | KeyedBroadcastProcessFunctionShape<any, any, any, any>; // any: as above

/** @param key of the element side; undefined when it is not keyed. */
export function broadcastProcessFactory(
  template: OneOrMaker<AnyBroadcast>, key: KeySpecification | undefined, descriptors: readonly MapStateDescriptor<any, any>[], // any: user's state types
): OperatorFactory {
  const functions = new FunctionPerSubtask<AnyBroadcast>(template);
  const create = () => new BroadcastProcessOperator(bindBroadcast(functions.take()), key, descriptors);
  return { kind: 'stream', create, ...(key === undefined ? {} : { keys: [key] }) };
}

function bindBroadcast(target: AnyBroadcast): BoundProcessFunction {
  const keyed = target as KeyedBroadcastProcessFunctionShape<unknown, unknown, unknown, unknown>;
  return {
    ...lifeCycleOf(target),
    elements: [
      (value, context, out) => target.processElement(value, context, out),
      (value, context, out) => target.processBroadcastElement(value, context, out),
    ],
    ...(keyed.onTimer === undefined ? {} : { onTimer: (timestamp, context, out) => keyed.onTimer?.(timestamp, context, out) }),
  };
}
