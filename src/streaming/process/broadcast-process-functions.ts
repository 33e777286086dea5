// Flink's broadcast state pattern: elements of one stream meet state that every subtask holds in full, changed only by
// the broadcast side. Invariant: the element side sees the broadcast state read-only, so all subtasks stay equal.
import type { AnyState, MapState, StateDescriptor } from '#state/keyed/keyed-state';
import type {
  Collector, Emission, KeyedProcessContext, OnTimerContext, ProcessContext, RichFunction,
} from '#streaming/process/process-functions';
import type { RuntimeContext } from '#streaming/process/runtime-context';
import type { MapStateDescriptor } from '#streaming/process/state-descriptors';

/** The broadcast state as the element side sees it. */
export interface ReadOnlyBroadcastState<K, V> {
  get(key: K): V | null;
  has(key: K): boolean;
  entries(): IterableIterator<[K, V]>;
}

export type BroadcastState<K, V> = Pick<MapState<K, V>, 'get' | 'put' | 'remove' | 'has' | 'entries' | 'clear'>;

interface ReadsBroadcastState {
  getBroadcastState<K, V>(descriptor: MapStateDescriptor<K, V>): ReadOnlyBroadcastState<K, V>;
}

export interface BroadcastElementContext extends ProcessContext, ReadsBroadcastState {}
export interface KeyedBroadcastElementContext<K> extends KeyedProcessContext<K>, ReadsBroadcastState {}
export interface BroadcastOnTimerContext<K> extends OnTimerContext<K>, ReadsBroadcastState {}

/** Of the broadcast side. There is no current key here. */
export interface BroadcastContext extends Omit<ProcessContext, 'timerService'> {
  getBroadcastState<K, V>(descriptor: MapStateDescriptor<K, V>): BroadcastState<K, V>;
  currentProcessingTime(): number;
  currentWatermark(): number;
}

export interface KeyedBroadcastContext<K> extends BroadcastContext {
  /** Calls `apply` for every key of this subtask that has the state. Cost: one call per key. */
  applyToKeyedState<S extends AnyState>(descriptor: StateDescriptor, apply: (key: K, state: S) => void): void;
}

export interface BroadcastProcessFunctionShape<I, B, O> extends RichFunction {
  processElement(value: I, context: BroadcastElementContext, out: Collector<O>): Emission<O>;
  processBroadcastElement(value: B, context: BroadcastContext, out: Collector<O>): Emission<O>;
}

export abstract class BroadcastProcessFunction<I, B, O> implements BroadcastProcessFunctionShape<I, B, O> {
  open(_context: RuntimeContext): void {}
  abstract processElement(value: I, context: BroadcastElementContext, out: Collector<O>): Emission<O>;
  abstract processBroadcastElement(value: B, context: BroadcastContext, out: Collector<O>): Emission<O>;
  close(): void {}
}

export interface KeyedBroadcastProcessFunctionShape<K, I, B, O> extends RichFunction {
  processElement(value: I, context: KeyedBroadcastElementContext<K>, out: Collector<O>): Emission<O>;
  processBroadcastElement(value: B, context: KeyedBroadcastContext<K>, out: Collector<O>): Emission<O>;
  onTimer?(timestamp: number, context: BroadcastOnTimerContext<K>, out: Collector<O>): Emission<O>;
}

export abstract class KeyedBroadcastProcessFunction<K, I, B, O> implements KeyedBroadcastProcessFunctionShape<K, I, B, O> {
  open(_context: RuntimeContext): void {}
  abstract processElement(value: I, context: KeyedBroadcastElementContext<K>, out: Collector<O>): Emission<O>;
  abstract processBroadcastElement(value: B, context: KeyedBroadcastContext<K>, out: Collector<O>): Emission<O>;
  onTimer(_timestamp: number, _context: BroadcastOnTimerContext<K>, _out: Collector<O>): Emission<O> {}
  close(): void {}
}
