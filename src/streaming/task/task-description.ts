// Everything one subtask needs to run, put together by the slot's deployment (taskmanager) from the job graph, the
// re-run program and the channels. Holds live objects of this thread; nothing here is sent anywhere.
import type { Configuration } from '#core/config/configuration';
import type { FieldTree } from '#core/codegen/field-tree';
import type { SerializedError } from '#core/errors/engine-error';
import type { TypeInformation } from '#core/types/type-information';
import type { Clock } from '#platform/clock/clock';
import type { Files } from '#platform/files/files';
import type { ChannelConsumer, ChannelProducer } from '#shuffle/channel/channel';
import type { Partitioner } from '#shuffle/partitioner/partitioner';
import type { KeyedSection, OperatorSnapshot, RestoredOperatorState } from '#state/snapshot/operator-snapshot';
import type { StateBackend } from '#state/state-backend';
import type { MemoryManager } from '#state/tables/memory-manager';
import type { OperatorFactory } from '#streaming/operator/stream-operator';
import type { Sink } from '#streaming/sink/sink';
import type { Source } from '#streaming/source/source';
import type { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';

/** An operator of the chain, in topological order: index 0 is the head. */
export interface ChainedOperator {
  readonly operatorId: string;
  readonly name: string;
  readonly node:
    | { readonly kind: 'source'; readonly source: Source; readonly watermarks: WatermarkStrategy<any> | undefined } // any: user's record type
    | { readonly kind: 'operator'; readonly factory: OperatorFactory }
    | { readonly kind: 'sink'; readonly sink: Sink; readonly inputType: TypeInformation | undefined };
  /** Chained successors; `tag` = only that side output. */
  readonly next: readonly { readonly operatorIndex: number; readonly tag: string | undefined }[];
}

/** The channels of one input edge (after union there may be several edges with the same `input`). */
export interface TaskInput {
  /** 0 or 1: which input of a two-input head. */
  readonly input: number;
  readonly consumers: readonly ChannelConsumer[];
  /** What an unaligned checkpoint needs to know of the edge; without it barriers stay aligned. */
  readonly edge?: {
    /** Unique among the edges into the task, the same in every run of the program. */
    readonly key: string;
    readonly partitioner: Partitioner;
    readonly producerParallelism: number;
  };
}

export interface TaskOutput {
  /** Index in `operators` of the producer. */
  readonly operatorIndex: number;
  readonly tag: string | undefined;
  readonly partitioner: Partitioner;
  readonly producers: readonly ChannelProducer[];
  /** Max parallelism of the consuming vertex: key groups of a hash edge. */
  readonly consumerMaxParallelism: number;
  /** Declared type of the edge's rows; undefined = inferred from the first rows. */
  readonly type: TypeInformation | undefined;
  /** What the consumers may read of a row. */
  readonly reads: FieldTree;
  /** Flush a partly filled frame after this many ms; 0 = after every step, -1 = only full frames. */
  readonly bufferTimeoutMs: number;
  /** As TaskInput.edge, from the other end. */
  readonly edge?: { readonly key: string; readonly consumerOperatorId: string };
}

export interface TaskDescription {
  readonly jobId: string;
  readonly vertexId: string;
  readonly taskName: string;
  readonly subtaskIndex: number;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly attemptNumber: number;
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly files: Files;
  /** Where overdraft goes that memory should not hold; left out, it stays in memory. */
  readonly temporaryDirectory?: string | undefined;
  readonly memory: MemoryManager;
  /** Makes the keyed state of keyed operators; shared by the tasks of a slot. */
  readonly stateBackend: StateBackend;
  /** In [0, 1): the channel of `shuffle`. */
  readonly random: () => number;
  readonly operators: readonly ChainedOperator[];
  readonly inputs: readonly TaskInput[];
  readonly outputs: readonly TaskOutput[];
  /** By operator id; undefined on a fresh start. */
  readonly restored: ((operatorId: string) => RestoredOperatorState) | undefined;
  readonly reporter: TaskReporter;
}

export type TaskStatus = 'INITIALIZING' | 'RUNNING' | 'FINISHED' | 'CANCELED' | 'FAILED';

export interface CheckpointTimings {
  readonly alignmentMs: number;
  readonly syncMs: number;
  readonly bytesProcessedDuringAlignment: number;
}

/** How a task talks to its slot. All calls come from the slot's thread, none may block. */
export interface TaskReporter {
  statusChanged(status: TaskStatus, error: SerializedError | undefined): void;
  /** @param flags of its barrier, see BarrierFlag. */
  acknowledgeCheckpoint(checkpointId: number, snapshots: ReadonlyMap<string, OperatorSnapshot>, timings: CheckpointTimings, flags: number): void;
  declineCheckpoint(checkpointId: number, reason: SerializedError): void;
  /** Deferred parts of snapshots are not finished: operators must not be closed, unless the task has failed. */
  readonly isSnapshotting: boolean;
  /** Gives them up and releases them; one that waits for a promise is released after that has settled. */
  cancelSnapshots(): void;
  /** The task is at its end but for sinks that commit with a checkpoint: one is wanted soon. */
  awaitCheckpoint(): void;
  answerQuery(requestId: string, answer: StateQueryAnswer): void;
  registerReader(operatorId: string): void;
  requestSplit(operatorId: string): void;
  /** Where a source of an alignment group stands. */
  reportWatermark(operatorId: string, group: string, maxDriftMs: number, watermark: number): void;
  /** Rows for the collecting client; false = its buffer is full. */
  sendToClient(operatorId: string, rows: readonly unknown[]): boolean;
  print(text: string, stream: 'stdout' | 'stderr'): void;
}

/** Mail for a task: what JobMaster and coordinators tell it. Delivered between steps. */
export type TaskMail =
  | { readonly kind: 'trigger-checkpoint'; readonly checkpointId: number; readonly timestamp: number; readonly flags: number }
  /** For the slot: where the task's part of that savepoint goes. Comes before the savepoint's barrier is sent anywhere. */
  | { readonly kind: 'savepoint-directory'; readonly checkpointId: number; readonly directory: string }
  | { readonly kind: 'checkpoint-complete'; readonly checkpointId: number }
  | { readonly kind: 'checkpoint-aborted'; readonly checkpointId: number }
  | { readonly kind: 'add-splits'; readonly operatorId: string; readonly splits: readonly unknown[] }
  | { readonly kind: 'no-more-splits'; readonly operatorId: string }
  /** The source may read on only while its watermark is at most this. */
  | { readonly kind: 'align-watermark'; readonly operatorId: string; readonly maxWatermark: number }
  /** What a keyed state holds for one key; answered by each subtask, by all but one with `other-subtask`. */
  | { readonly kind: 'query-state'; readonly requestId: string; readonly operatorId: string; readonly state: string; readonly key: unknown }
  | { readonly kind: 'cancel' };

export type StateQueryAnswer =
  | { readonly kind: 'found'; readonly section: KeyedSection }
  | { readonly kind: 'other-subtask' }
  | { readonly kind: 'failed'; readonly error: SerializedError };

/** Counters a task keeps; read by its slot once per report, so that records pay nothing. */
export interface TaskCounters {
  readonly recordsIn: number;
  readonly recordsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly watermark: number;
  /** ms spent in each state since start. */
  readonly busyMs: number;
  readonly backPressuredMs: number;
  readonly idleMs: number;
  /** 0..1 of a bounded source, else NaN. */
  readonly progress: number;
  readonly byName: ReadonlyMap<string, number>;
}

export const StepResult = {
  /** Did work and can go on at once. */
  PROGRESS: 1,
  /** Nothing to read; wake it when a channel or mail rings, or at `wakeAtMs`. */
  IDLE: 2,
  /** An output has no free frame. */
  BLOCKED: 3,
  /** Finished, canceled or failed: never step again. */
  DONE: 4,
} as const;
export type StepResult = (typeof StepResult)[keyof typeof StepResult];

/** What `streaming/task/stream-task` offers to the slot loop; `StreamTask.create(description)` makes one. */
export interface RunnableTask {
  readonly description: TaskDescription;
  readonly status: TaskStatus;
  /** Opens operators (restoring state). Reports RUNNING. */
  open(): void;
  /** Runs at most one batch. Never throws: a failure becomes status FAILED with operator name, subtask and position. */
  step(): StepResult;
  deliver(mail: TaskMail): void;
  /** Epoch ms at which an idle task wants to run again (timers, flush, source poll); Infinity = only when woken. */
  readonly wakeAtMs: number;
  counters(): TaskCounters;
  /** Releases memory and closes functions; idempotent. */
  close(): void;
}
