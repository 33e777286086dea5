// One subtask of one operator without a task: real keyed state and timers on the heap, everything else handed in.
// It does what the loop of a slot does around the operator's methods. Thread: the test's.
import { SeededRandom } from '#platform/random/seeded-random';
import { SimulatedFiles } from '#platform/files/simulated-files';
import { Configuration } from '#core/config/configuration';
import { keyGroupRangeOf } from '#core/keys/key-groups';
import type { SimulatedClock } from '#platform/clock/simulated-clock';
import { createHeapKeyedStateBackend } from '#state/heap/heap-keyed-state-backend';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import { finishSnapshotSync } from '#state/snapshot/finish-snapshot';
import type { OperatorSnapshot, RestoredOperatorState } from '#state/snapshot/operator-snapshot';
import { redistribute } from '#state/snapshot/redistribute';
import { MemoryManager } from '#state/tables/memory-manager';
import { InternalTimerService } from '#state/timers/internal-timer-service';
import type { OperatorContext, OperatorFactory, StreamOperator } from '#streaming/operator/stream-operator';
import { RecordedOutput } from '#testing/harness/recorded-output';
import { RowOperatorRunner } from '#testing/harness/row-operator-runner';

const STATE_BYTES_MAX = 64 << 20;
const OPERATOR_ID = 'a'.repeat(32);

export type SubtaskKeyedState = Pick<KeyedStateBackend, 'keyType' | 'keyGroupRange' | 'maxParallelism'> & { readonly clock: SimulatedClock };

export interface OperatorSubtaskOptions {
  readonly subtaskIndex: number;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly clock: SimulatedClock;
  readonly name: string;
  readonly configuration?: Configuration;
  /** Of all old subtasks by their index, to start from; undefined for a fresh start. */
  readonly snapshots?: readonly OperatorSnapshot[] | undefined;
  /** A backend that keeps state on disk; keyed state on the heap unless given. */
  readonly createKeyedState?: ((options: SubtaskKeyedState) => KeyedStateBackend) | undefined;
}

export class OperatorSubtask {
  readonly output = new RecordedOutput();
  /** By metric name. */
  readonly counters = new Map<string, number>();
  readonly operator: StreamOperator;
  readonly context: OperatorContext;

  /** Opens the operator. */
  constructor(factory: OperatorFactory, options: OperatorSubtaskOptions) {
    const { subtaskIndex, parallelism, maxParallelism, clock, name, snapshots } = options;
    const keys = factory.kind === 'stream' ? factory.keys : undefined;
    const memory = new MemoryManager(undefined, { budgetBytes: STATE_BYTES_MAX });
    const keyGroupRange = keyGroupRangeOf(maxParallelism, parallelism, subtaskIndex);
    const keyedState = keys === undefined ? undefined
      : options.createKeyedState?.({ keyType: keys[0]?.type, keyGroupRange, maxParallelism, clock })
        ?? createHeapKeyedStateBackend({ keyType: keys[0]?.type, keyGroupRange, maxParallelism, memory, clock, isObjectReuse: false });
    const timers = keyedState === undefined ? undefined : new InternalTimerService({ backend: keyedState, memory });
    const restored: RestoredOperatorState | undefined = snapshots === undefined ? undefined
      : redistribute({ old: snapshots, newSubtask: subtaskIndex, parallelism, maxParallelism, checkpointId: 1 });
    if (restored !== undefined) {
      keyedState?.restore(restored);
      timers?.restore(restored);
    }
    this.operator = factory.kind === 'stream' ? factory.create({ isStateOnDisk: options.createKeyedState !== undefined }) : new RowOperatorRunner(factory.row);
    this.context = {
      operatorId: OPERATOR_ID, operatorName: name, taskName: name, subtaskIndex, parallelism, maxParallelism, attemptNumber: 0,
      configuration: options.configuration ?? Configuration.EMPTY, clock, files: new SimulatedFiles({ clock, random: new SeededRandom(0) }), output: this.output, keyedState, timers, memory, restored, isObjectReuse: false,
      count: (metric, by) => void this.counters.set(metric, (this.counters.get(metric) ?? 0) + by),
    };
    this.operator.open(this.context);
  }

  /** @param timestamp event time in ms, NaN for none. */
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

  /** Fires the processing-time timers that are due. */
  processingTime(nowMs: number): void {
    if (this.operator.nextProcessingTime !== undefined && this.operator.nextProcessingTime() <= nowMs) this.operator.onProcessingTime?.(nowMs);
    this.settle();
  }

  snapshot(): OperatorSnapshot {
    return finishSnapshotSync(this.operator.snapshot({ checkpointId: 1, timestamp: 0, isSavepoint: false, isIncremental: false }));
  }

  /** Idempotent. */
  close(): void {
    try {
      this.operator.close();
    } finally {
      this.context.timers?.release();
      this.context.keyedState?.release();
    }
  }

  get values(): unknown[] {
    return this.output.rows.map((row) => row.value);
  }
}
