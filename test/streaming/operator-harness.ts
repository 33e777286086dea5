// Runs subtasks of one operator without a task: full in-memory output with limited room, heap state, a simulated clock.
// Elements are routed to subtasks by key group as a keyBy edge does it; snapshots restore at any parallelism.
import { keyGroupRangeOf } from '#core/keys/key-groups';
import { Configuration } from '#core/config/configuration';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import { createHeapKeyedStateBackend } from '#state/heap/heap-keyed-state-backend';
import type { OperatorSnapshot, RestoredOperatorState } from '#state/snapshot/operator-snapshot';
import { redistribute } from '#state/snapshot/redistribute';
import { MemoryManager } from '#state/tables/memory-manager';
import { InternalTimerService } from '#state/timers/internal-timer-service';
import type { KeySpecification, OperatorContext, OperatorFactory, Output, StreamOperator } from '#streaming/operator/stream-operator';

export interface HarnessOptions {
  readonly parallelism?: number;
  readonly maxParallelism?: number;
  readonly snapshots?: readonly OperatorSnapshot[];
  readonly clock?: SimulatedClock;
  readonly name?: string;
}

export interface EmittedRow {
  readonly value: unknown;
  /** null for none. */
  readonly timestamp: number | null;
}

/** Output of one subtask: keeps everything; blocked once `room` rows have been taken since the last `makeRoom`. */
class MemoryOutput implements Output {
  readonly rows: EmittedRow[] = [];
  readonly sides = new Map<string, EmittedRow[]>();
  /** Rows, watermarks and idleness in order. */
  readonly events: unknown[] = [];
  room = Number.POSITIVE_INFINITY;
  readonly collect = (value: unknown, timestamp: number): void => {
    this.room--;
    this.rows.push({ value, timestamp: Number.isNaN(timestamp) ? null : timestamp });
    this.events.push(value);
  };

  get isBlocked(): boolean {
    return this.room <= 0;
  }

  collectSide(tag: string, value: unknown, timestamp: number): void {
    const rows = this.sides.get(tag) ?? [];
    this.sides.set(tag, rows);
    rows.push({ value, timestamp: Number.isNaN(timestamp) ? null : timestamp });
  }

  emitWatermark(watermark: number): void {
    this.events.push({ watermark });
  }

  emitIdleness(isIdle: boolean): void {
    this.events.push({ isIdle });
  }
}

export class HarnessSubtask {
  readonly output = new MemoryOutput();
  readonly counters = new Map<string, number>();
  readonly operator: StreamOperator;
  readonly context: OperatorContext;

  constructor(factory: Extract<OperatorFactory, { kind: 'stream' }>, index: number, options: Required<Omit<HarnessOptions, 'snapshots'>> & Pick<HarnessOptions, 'snapshots'>) {
    const { parallelism, maxParallelism, clock, name, snapshots } = options;
    const memory = new MemoryManager(undefined, { budgetBytes: 64 << 20 });
    const keyGroupRange = keyGroupRangeOf(maxParallelism, parallelism, index);
    const keyType = factory.keys?.[0]?.type;
    const keyedState = factory.keys === undefined ? undefined
      : createHeapKeyedStateBackend({ keyType, keyGroupRange, maxParallelism, memory, clock, isObjectReuse: false });
    const timers = keyedState === undefined ? undefined : new InternalTimerService({ backend: keyedState, memory });
    const restored: RestoredOperatorState | undefined = snapshots === undefined ? undefined
      : redistribute({ old: snapshots, newSubtask: index, parallelism, maxParallelism, checkpointId: 1 });
    if (restored !== undefined) {
      keyedState?.restore(restored);
      timers?.restore(restored);
    }
    this.operator = factory.create();
    this.context = {
      operatorId: 'a'.repeat(32), operatorName: name, taskName: name, subtaskIndex: index, parallelism, maxParallelism, attemptNumber: 0,
      configuration: Configuration.EMPTY, clock, output: this.output, keyedState, timers, memory, restored, isObjectReuse: false,
      count: (metric, by) => void this.counters.set(metric, (this.counters.get(metric) ?? 0) + by),
    };
    this.operator.open(this.context);
  }

  element(value: unknown, timestamp = Number.NaN, input = 0): void {
    this.operator.processElement(value, timestamp, input);
    this.settle();
  }

  /** One watermark, without giving more room afterwards. */
  watermark(watermark: number): void {
    this.operator.processWatermark(watermark);
    this.settle();
  }

  /** As the loop does: advance until nothing is pending or the output is blocked. True when nothing is pending. */
  settle(): boolean {
    return this.operator.advance?.() ?? true;
  }

  makeRoom(rows: number): boolean {
    this.output.room = rows;
    return this.settle();
  }

  processingTime(nowMs: number): void {
    if (this.operator.nextProcessingTime !== undefined && this.operator.nextProcessingTime() <= nowMs) this.operator.onProcessingTime?.(nowMs);
    this.settle();
  }

  snapshot(): OperatorSnapshot {
    return this.operator.snapshot({ checkpointId: 1, timestamp: 0, isSavepoint: false });
  }

  close(): void {
    this.operator.close();
    this.context.timers?.release();
    this.context.keyedState?.release();
  }

  get values(): unknown[] {
    return this.output.rows.map((row) => row.value);
  }
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
    const complete = { parallelism, maxParallelism: options.maxParallelism ?? 128, clock: this.clock, name: options.name ?? 'operator' };
    this.subtasks = Array.from({ length: parallelism }, (_, index) =>
      new HarnessSubtask(factory, index, options.snapshots === undefined ? complete : { ...complete, snapshots: options.snapshots }));
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
