// What a user does with a fired window: all its elements, or the one value it was reduced or aggregated to.
import { RuntimeContext } from '#streaming/process/runtime-context';
import { FunctionPerSubtask } from '#streaming/process/function-per-subtask';
import { refusePromise } from '#streaming/process/refuse-promise';
import { KeyedStateStore } from '#streaming/process/keyed-state-store';
import type { Collector, RichFunction } from '#streaming/process/process-functions';
import type { OutputTag } from '#streaming/process/output-tag';
import type { TimeWindow, WindowProcess, WindowProcessContext } from '#streaming/window/window-operator-options';

export interface ProcessWindowContext {
  /** `[start, end)` in epoch ms. */
  window(): TimeWindow;
  currentWatermark(): number;
  currentProcessingTime(): number;
  /** State of this key and this window: clear it in `clear`. */
  windowState(): KeyedStateStore;
  /** State of this key over all windows. */
  globalState(): KeyedStateStore;
  output<X>(tag: OutputTag<X>, value: X): void;
}

export interface ProcessWindowFunctionObject<I, O, K> extends RichFunction {
  process(key: K, context: ProcessWindowContext, elements: Iterable<I>, out: Collector<O>): Iterable<O> | void;
  clear?(context: ProcessWindowContext): void;
}

export interface ProcessAllWindowFunctionObject<I, O> extends RichFunction {
  process(context: ProcessWindowContext, elements: Iterable<I>, out: Collector<O>): Iterable<O> | void;
  clear?(context: ProcessWindowContext): void;
}

export abstract class ProcessWindowFunction<I, O, K> implements ProcessWindowFunctionObject<I, O, K> {
  open(_context: RuntimeContext): void {}
  abstract process(key: K, context: ProcessWindowContext, elements: Iterable<I>, out: Collector<O>): Iterable<O> | void;
  /** Only where windowState is used: with it every window keeps a table of its own. */
  clear?(context: ProcessWindowContext): void;
  close(): void {}
}

export abstract class ProcessAllWindowFunction<I, O> implements ProcessAllWindowFunctionObject<I, O> {
  open(_context: RuntimeContext): void {}
  abstract process(context: ProcessWindowContext, elements: Iterable<I>, out: Collector<O>): Iterable<O> | void;
  /** Only where windowState is used: with it every window keeps a table of its own. */
  clear?(context: ProcessWindowContext): void;
  close(): void {}
}

export type WindowFunction<I, O, K> =
  | ProcessWindowFunctionObject<I, O, K>
  | ((key: K, context: ProcessWindowContext, elements: Iterable<I>, out: Collector<O>) => Iterable<O> | void);

export type AllWindowFunction<I, O> =
  | ProcessAllWindowFunctionObject<I, O>
  | ((context: ProcessWindowContext, elements: Iterable<I>, out: Collector<O>) => Iterable<O> | void);

/** Makes a keyed window function, one per subtask, as the window operator calls it. */
export function bindWindowFunction<I, O, K>(name: string, user: WindowFunction<I, O, K>): () => WindowProcess {
  const functions = new FunctionPerSubtask<ProcessWindowFunctionObject<I, O, K>>(typeof user === 'function' ? { process: user } : user);
  return () => {
    const target = functions.take();
    return bind(name, target, (key: K, context, elements: Iterable<I>, out: Collector<O>) => target.process(key, context, elements, out));
  };
}

export function bindAllWindowFunction<I, O>(name: string, user: AllWindowFunction<I, O>): () => WindowProcess {
  const functions = new FunctionPerSubtask<ProcessAllWindowFunctionObject<I, O>>(typeof user === 'function' ? { process: user } : user);
  return () => {
    const target = functions.take();
    return bind(name, target, (_key: unknown, context, elements: Iterable<I>, out: Collector<O>) => target.process(context, elements, out));
  };
}

type BoundProcess<I, O, K> = (key: K, context: ProcessWindowContext, elements: Iterable<I>, out: Collector<O>) => Iterable<O> | void;

interface WindowLifeCycle extends RichFunction {
  clear?(context: ProcessWindowContext): void;
}

function bind<I, O, K>(name: string, target: WindowLifeCycle, process: BoundProcess<I, O, K>): WindowProcess {
  return {
    open: (context) => refusePromise(target.open?.(new RuntimeContext(context)), name),
    process: (key: K, context, elements: Iterable<I>, emit) => {
      const result = process(key, new WindowContextView(context), elements, { collect: emit });
      if (result !== undefined) emitResult(result, emit, name);
    },
    ...(target.clear === undefined ? {} : { clear: (_key: unknown, context: WindowProcessContext) => target.clear?.(new WindowContextView(context)) }),
    close: () => target.close?.(),
  };
}

/** Rows of a returned iterable go out at once: a fired window is finished in one step. */
function emitResult<O>(result: Iterable<O>, emit: (row: O) => void, name: string): void {
  if (typeof result !== 'object' || result === null) return;
  if (Symbol.iterator in result) for (const row of result) emit(row);
  else refusePromise(result, name);
}

class WindowContextView implements ProcessWindowContext {
  readonly #context: WindowProcessContext;

  constructor(context: WindowProcessContext) {
    this.#context = context;
  }

  window(): TimeWindow {
    return this.#context.window;
  }

  currentWatermark(): number {
    return this.#context.currentWatermark();
  }

  currentProcessingTime(): number {
    return this.#context.currentProcessingTime();
  }

  windowState(): KeyedStateStore {
    return new KeyedStateStore((descriptor) => this.#context.windowState(descriptor));
  }

  globalState(): KeyedStateStore {
    return new KeyedStateStore((descriptor) => this.#context.globalState(descriptor));
  }

  output<X>(tag: OutputTag<X>, value: X): void {
    this.#context.output(tag.id, value);
  }
}
