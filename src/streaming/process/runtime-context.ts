// What a rich function learns and gets in `open`: where it runs, keyed state, counters. One per function and subtask;
// valid until the function is closed. Thread: the slot's.
import type { StateDescriptor } from '#state/keyed/keyed-state';
import type { OperatorContext } from '#streaming/operator/stream-operator';
import { KeyedStateStore } from '#streaming/process/keyed-state-store';
import { StreamingError } from '#streaming/errors';

export interface TaskInfo {
  getTaskName(): string;
  /** From 0. */
  getIndexOfThisSubtask(): number;
  getNumberOfParallelSubtasks(): number;
  getMaxNumberOfParallelSubtasks(): number;
  /** 0 on the first execution. */
  getAttemptNumber(): number;
}

export interface Counter {
  inc(by?: number): void;
  dec(by?: number): void;
  /** What this subtask has counted since it started. */
  getCount(): number;
}

export interface OperatorMetricGroup {
  counter(name: string): Counter;
}

/** Flink's RuntimeContext. State methods work on keyed streams only and throw STATE_NEEDS_KEYED_STREAM elsewhere. */
export class RuntimeContext extends KeyedStateStore {
  readonly #context: OperatorContext;

  constructor(context: OperatorContext) {
    super((descriptor) => resolveState(context, descriptor));
    this.#context = context;
  }

  getTaskInfo(): TaskInfo {
    const context = this.#context;
    return {
      getTaskName: () => context.taskName,
      getIndexOfThisSubtask: () => context.subtaskIndex,
      getNumberOfParallelSubtasks: () => context.parallelism,
      getMaxNumberOfParallelSubtasks: () => context.maxParallelism,
      getAttemptNumber: () => context.attemptNumber,
    };
  }

  getMetricGroup(): OperatorMetricGroup {
    const context = this.#context;
    return { counter: (name) => new SubtaskCounter(name, context) };
  }
}

class SubtaskCounter implements Counter {
  readonly #name: string;
  readonly #context: OperatorContext;
  #count = 0;

  constructor(name: string, context: OperatorContext) {
    this.#name = name;
    this.#context = context;
  }

  inc(by = 1): void {
    this.#count += by;
    this.#context.count(this.#name, by);
  }

  dec(by = 1): void {
    this.inc(-by);
  }

  getCount(): number {
    return this.#count;
  }
}

function resolveState(context: OperatorContext, descriptor: StateDescriptor) {
  const backend = context.keyedState;
  if (backend === undefined) {
    throw new StreamingError('STATE_NEEDS_KEYED_STREAM', `${context.operatorName} asks for the ${descriptor.kind} state '${descriptor.name}' but its stream is not keyed: call keyBy before it`, {
      context: { operator: context.operatorName, state: descriptor.name },
    });
  }
  return backend.getState(descriptor);
}
