// Runs all subtasks of one operator without a task. Elements are routed to subtasks by key group as a keyBy edge does it;
// snapshots restore at any parallelism. Each subtask is one of the public harness.
import { SimulatedClock } from '#platform/clock/simulated-clock';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import type { KeySpecification, OperatorFactory } from '#streaming/operator/stream-operator';
import { OperatorSubtask as HarnessSubtask, type OperatorSubtaskOptions } from '#testing/harness/operator-subtask';

export { HarnessSubtask };
export type { EmittedRow } from '#testing/harness/recorded-output';

export interface HarnessOptions {
  readonly parallelism?: number;
  readonly maxParallelism?: number;
  readonly snapshots?: readonly OperatorSnapshot[];
  readonly clock?: SimulatedClock;
  readonly name?: string;
  /** In place of keyed state on the heap. */
  readonly createKeyedState?: OperatorSubtaskOptions['createKeyedState'];
}

/** All subtasks of one operator. */
export class OperatorHarness {
  readonly subtasks: readonly HarnessSubtask[];
  readonly clock: SimulatedClock;
  readonly #keys: readonly KeySpecification[] | undefined;

  constructor(factory: OperatorFactory, options: HarnessOptions = {}) {
    if (factory.kind !== 'stream') throw new Error('the harness runs stream operators; row operators are run by the chain');
    this.clock = options.clock ?? new SimulatedClock({ startMs: 0 });
    this.#keys = factory.keys;
    const parallelism = options.parallelism ?? 1;
    const { maxParallelism = 128, name = 'operator', snapshots } = options;
    this.subtasks = Array.from({ length: parallelism }, (_, subtaskIndex) =>
      new HarnessSubtask(factory, { subtaskIndex, parallelism, maxParallelism, clock: this.clock, name, snapshots, createKeyedState: options.createKeyedState }));
  }

  /** To the subtask that owns the key, or to the first one; input without a key of keyed operators: to all (broadcast). */
  element(value: unknown, timestamp = Number.NaN, input = 0): void {
    const key = this.#keys?.[input];
    if (this.#keys === undefined && input === 0) this.subtasks[0]!.element(value, timestamp, input);
    else if (key === undefined) for (const subtask of this.subtasks) subtask.element(value, timestamp, input);
    else this.#owner(key.selector(value)).element(value, timestamp, input);
  }

  watermark(watermark: number): void {
    for (const subtask of this.subtasks) subtask.watermark(watermark);
  }

  advanceTime(ms: number): void {
    this.clock.advance(ms);
    for (const subtask of this.subtasks) subtask.processingTime(this.clock.now());
  }

  snapshot(): OperatorSnapshot[] {
    return this.subtasks.map((subtask) => subtask.snapshot());
  }

  /** Rows of all subtasks, in the order of the subtasks. */
  get values(): unknown[] {
    return this.subtasks.flatMap((subtask) => subtask.values);
  }

  side(tag: string): unknown[] {
    return this.subtasks.flatMap((subtask) => (subtask.output.sides.get(tag) ?? []).map((row) => row.value));
  }

  close(): void {
    for (const subtask of this.subtasks) subtask.close();
  }

  #owner(key: unknown): HarnessSubtask {
    const group = this.subtasks[0]!.context.keyedState!.keyGroupOf(key);
    return this.subtasks.find(({ context }) => group >= context.keyedState!.keyGroupRange.start && group <= context.keyedState!.keyGroupRange.end)!;
  }
}
