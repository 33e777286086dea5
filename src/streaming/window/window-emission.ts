// Hands the contents of one window to the window function, or emits the aggregate itself. Results carry the window's
// last timestamp, so that later windows line up. One per operator; its context object is reused between calls.
import type { AnyState, MapState, StateDescriptor } from '#state/keyed/keyed-state';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import { StreamingError } from '#streaming/errors';
import type { Output, OperatorContext } from '#streaming/operator/stream-operator';
import type { Accumulation } from '#streaming/window/accumulation';
import type { WindowOperatorOptions, WindowProcessContext, WindowResult } from '#streaming/window/window-operator-options';
import type { WindowRow } from '#streaming/window/window-rows';
import { windowStateView } from '#streaming/window/window-state-view';

export function failWithoutTimestamp(): never {
  throw new StreamingError('WINDOW_TIMESTAMP_MISSING', 'a record without a timestamp reached an event-time window: give the source a WatermarkStrategy with a timestamp assigner');
}

export class WindowEmission {
  readonly #accumulation: Accumulation;
  readonly #process: WindowOperatorOptions['process'];
  readonly #resultOf: WindowResult | undefined;
  readonly #output: Output;
  readonly #keyedState: KeyedStateBackend | undefined;
  readonly #context: WindowProcessContext;
  readonly #lateTag: string | undefined;
  readonly #countLate: () => void;
  readonly #collect: (value: unknown) => void;
  #start = 0;
  #end = 0;

  constructor(options: WindowOperatorOptions, accumulation: Accumulation, context: OperatorContext, currentWatermark: () => number) {
    this.#accumulation = accumulation;
    this.#process = options.process;
    this.#resultOf = options.resultOf;
    this.#output = context.output;
    this.#keyedState = context.keyedState;
    this.#lateTag = options.lateTag;
    this.#countLate = () => context.count('numLateRecordsDropped', 1);
    this.#collect = (value) => this.#output.collect(value, this.#end - 1);
    const window = this.#windowView();
    this.#context = {
      window,
      currentWatermark,
      currentProcessingTime: () => context.clock.now(),
      windowState: (descriptor) => this.#windowState(descriptor),
      globalState: (descriptor) => this.#keyedState!.getState(descriptor),
      output: (tag, value) => this.#output.collectSide(tag, value, this.#end - 1),
    };
  }

  /** @param start @param end of the window in ms, end exclusive. */
  emit(key: unknown, start: number, end: number, accumulator: unknown): void {
    if (this.#resultOf !== undefined) {
      this.#output.collect(this.#resultOf(key, accumulator, start, end), end - 1);
      return;
    }
    this.#start = start;
    this.#end = end;
    if (this.#process === undefined) {
      this.#output.collect(this.#accumulation.result(accumulator), end - 1);
      return;
    }
    this.#keyedState?.setCurrentKey(key);
    this.#process.process(key, this.#context, this.#accumulation.elements(accumulator), this.#collect);
  }

  /** Takes rows that were due when a restored snapshot was taken from the end of the list; false when the output is blocked. */
  emitDue(due: WindowRow[]): boolean {
    while (due.length > 0) {
      if (this.#output.isBlocked) return false;
      const { key, from, to, accumulator } = due.pop()!;
      this.emit(key, from, to, accumulator);
    }
    return true;
  }

  /** A row that came too late for all of its windows: to the late side output if there is one, else counted as dropped. */
  dropLate(value: unknown, time: number): void {
    if (this.#lateTag === undefined) this.#countLate();
    else this.#output.collectSide(this.#lateTag, value, time);
  }

  /** True when the function keeps state per window, which must be told of each window's end. */
  get hasClear(): boolean {
    return this.#process?.clear !== undefined;
  }

  clear(key: unknown, start: number, end: number): void {
    this.#start = start;
    this.#end = end;
    this.#keyedState?.setCurrentKey(key);
    this.#process!.clear!(key, this.#context);
  }

  #windowView(): { readonly start: number; readonly end: number } {
    const start = (): number => this.#start;
    const end = (): number => this.#end;
    return {
      get start() { return start(); },
      get end() { return end(); },
    };
  }

  #windowState(descriptor: StateDescriptor): AnyState {
    const perWindow = this.#keyedState!.getState({ kind: 'map', name: `window-state/${descriptor.name}` }) as MapState<string, unknown>;
    return windowStateView(descriptor, perWindow, `${this.#start}/${this.#end}`);
  }
}
