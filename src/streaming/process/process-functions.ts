// Process functions as a user writes them: a class that extends one of these, or a plain object of the same shape.
// Elements go in, rows come out through the collector or as the iterable that the method returns; the engine pulls an
// iterable only as fast as the output takes it, so it may be endless. All calls come from the slot's thread.
import type { OutputTag } from '#streaming/process/output-tag';
import type { RuntimeContext } from '#streaming/process/runtime-context';

export interface Collector<T> {
  collect(record: T): void;
}

/** Rows of one call: collected, or returned as an iterable (a generator, an array). A promise fails the job. */
export type Emission<O> = Iterable<O> | void;

export interface RichFunction {
  /** Once per subtask before the first element; keyed state is asked for here. */
  open?(context: RuntimeContext): void;
  /** Once per subtask at its end, also after a failure. */
  close?(): void;
}

/** Times in epoch ms. Timers exist on keyed streams only: elsewhere they throw TIMER_NEEDS_KEYED_STREAM. */
export interface TimerService {
  currentProcessingTime(): number;
  /** -Infinity before the first watermark, Infinity after the last. */
  currentWatermark(): number;
  /** At most one timer per key and time; fires when the watermark reaches `time`. */
  registerEventTimeTimer(time: number): void;
  registerProcessingTimeTimer(time: number): void;
  deleteEventTimeTimer(time: number): void;
  deleteProcessingTimeTimer(time: number): void;
}

/** Valid during the call only. */
export interface ProcessContext {
  /** Event time of the element or time of the timer in ms; null when the element has none. */
  timestamp(): number | null;
  timerService(): TimerService;
  output<X>(tag: OutputTag<X>, value: X): void;
}

export interface KeyedProcessContext<K> extends ProcessContext {
  getCurrentKey(): K;
}

export interface OnTimerContext<K> extends KeyedProcessContext<K> {
  timeDomain(): 'EVENT_TIME' | 'PROCESSING_TIME';
}

export interface ProcessFunctionShape<I, O> extends RichFunction {
  processElement(value: I, context: ProcessContext, out: Collector<O>): Emission<O>;
}

export abstract class ProcessFunction<I, O> implements ProcessFunctionShape<I, O> {
  open(_context: RuntimeContext): void {}
  abstract processElement(value: I, context: ProcessContext, out: Collector<O>): Emission<O>;
  close(): void {}
}

export interface KeyedProcessFunctionShape<K, I, O> extends RichFunction {
  processElement(value: I, context: KeyedProcessContext<K>, out: Collector<O>): Emission<O>;
  onTimer?(timestamp: number, context: OnTimerContext<K>, out: Collector<O>): Emission<O>;
}

export abstract class KeyedProcessFunction<K, I, O> implements KeyedProcessFunctionShape<K, I, O> {
  open(_context: RuntimeContext): void {}
  abstract processElement(value: I, context: KeyedProcessContext<K>, out: Collector<O>): Emission<O>;
  onTimer(_timestamp: number, _context: OnTimerContext<K>, _out: Collector<O>): Emission<O> {}
  close(): void {}
}

export interface CoProcessFunctionShape<I1, I2, O> extends RichFunction {
  processElement1(value: I1, context: ProcessContext, out: Collector<O>): Emission<O>;
  processElement2(value: I2, context: ProcessContext, out: Collector<O>): Emission<O>;
}

export abstract class CoProcessFunction<I1, I2, O> implements CoProcessFunctionShape<I1, I2, O> {
  open(_context: RuntimeContext): void {}
  abstract processElement1(value: I1, context: ProcessContext, out: Collector<O>): Emission<O>;
  abstract processElement2(value: I2, context: ProcessContext, out: Collector<O>): Emission<O>;
  close(): void {}
}

export interface KeyedCoProcessFunctionShape<K, I1, I2, O> extends RichFunction {
  processElement1(value: I1, context: KeyedProcessContext<K>, out: Collector<O>): Emission<O>;
  processElement2(value: I2, context: KeyedProcessContext<K>, out: Collector<O>): Emission<O>;
  onTimer?(timestamp: number, context: OnTimerContext<K>, out: Collector<O>): Emission<O>;
}

export abstract class KeyedCoProcessFunction<K, I1, I2, O> implements KeyedCoProcessFunctionShape<K, I1, I2, O> {
  open(_context: RuntimeContext): void {}
  abstract processElement1(value: I1, context: KeyedProcessContext<K>, out: Collector<O>): Emission<O>;
  abstract processElement2(value: I2, context: KeyedProcessContext<K>, out: Collector<O>): Emission<O>;
  onTimer(_timestamp: number, _context: OnTimerContext<K>, _out: Collector<O>): Emission<O> {}
  close(): void {}
}
