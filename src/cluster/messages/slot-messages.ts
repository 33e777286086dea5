// Everything that passes between the main thread and a slot. Plain data (structured clone); shared memory goes by
// reference. Invariant: messages of one direction keep their order. A report carries the attempt that made it, so that
// one of an attempt that is over can be dropped.
import type { SerializedError } from '#core/errors/engine-error';
import type { MergedPart } from '#state/checkpoint-storage/merged-files';
import type { StateFilePlaces } from '#state/checkpoint-storage/state-file';
import type { JobGraph } from '#graph/job-graph/job-graph';
import type { CheckpointTimings, StateQueryAnswer, TaskMail, TaskStatus } from '#streaming/task/task-description';
import type { JobId, SubtaskId } from '#cluster/ids/ids';
import type { ProgramReference } from '#cluster/messages/program-reference';

export interface TaskDeployment {
  readonly subtaskId: SubtaskId;
  readonly vertexId: string;
  readonly subtaskIndex: number;
  readonly slotIndex: number;
}

/** One channel of an edge of the job graph: where it lies and whom each end wakes. */
export interface ChannelDescriptor {
  /** Of the job graph. */
  readonly edgeId: number;
  readonly producerSubtask: number;
  readonly consumerSubtask: number;
  readonly producerSlot: number;
  readonly consumerSlot: number;
  /** Byte offset of the channel's region in the network memory. */
  readonly offset: number;
  /** Size of its data lane. */
  readonly dataBytes: number;
}

/** A file that several checkpoints may need. */
export interface SharedFileHandle {
  /** Relative to the checkpoint's directory, or absolute. */
  readonly path: string;
  readonly bytes: number;
}

/** State files of one old subtask. */
export interface SubtaskStateHandle {
  readonly subtaskIndex: number;
  /** Relative to the checkpoint's directory, or the name of an inlined or merged one. */
  readonly file: string;
  readonly bytes: number;
}

/** Per operator of the old job: its parallelism and where each subtask's snapshot lies. */
export interface OperatorStateHandles {
  readonly operatorId: string;
  /** As the program gave them, for those who read a snapshot; absent in snapshots of the first format. */
  readonly uid?: string;
  readonly name?: string;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly subtasks: readonly SubtaskStateHandle[];
}

export interface RestoreDescriptor extends StateFilePlaces {
  readonly checkpointId: number;
  /** Absolute path of the `chk-N` directory. */
  readonly directory: string;
  readonly operators: readonly OperatorStateHandles[];
}

/** All that one slot needs to run tasks of one job. A later one for the same slot adds tasks of a later attempt. */
export interface SlotDeployment {
  readonly jobId: JobId;
  readonly attemptNumber: number;
  readonly jobGraph: JobGraph;
  /** Vertices of it that have another parallelism than in the graph that the program builds. */
  readonly rescaled: Readonly<Record<string, number>>;
  /** Max parallelism in effect, by vertex id. */
  readonly maxParallelisms: Readonly<Record<string, number>>;
  readonly program: ProgramReference;
  readonly configuration: Readonly<Record<string, string>>;
  readonly slotIndex: number;
  readonly tasks: readonly TaskDeployment[];
  /** Every channel with an end in this slot. */
  readonly channels: readonly ChannelDescriptor[];
  readonly networkMemory: SharedArrayBuffer;
  readonly managedMemory: SharedArrayBuffer;
  /** All doorbells of the TaskManager, one per slot. */
  readonly doorbells: SharedArrayBuffer;
  /** Slots beyond the cores must not spin. */
  readonly spinCount: number;
  /** The job fails when the slot's heap exceeds it. */
  readonly heapSoftLimitBytes: number;
  /** Largest bytes outside V8's heap (Buffers, addons) of the slot. */
  readonly offHeapLimitBytes: number;
  /** Where the slot may write files that nobody needs after the process. */
  readonly temporaryDirectory: string;
  /** `<checkpoint dir>/<job id>`; undefined when checkpointing is off. */
  readonly checkpointDirectory: string | undefined;
  readonly restore: RestoreDescriptor | undefined;
}

export type SlotCommand =
  | { readonly kind: 'deploy'; readonly deployment: SlotDeployment }
  | { readonly kind: 'task-mail'; readonly subtaskId: SubtaskId; readonly mail: TaskMail }
  /** Left out: all of them. */
  | { readonly kind: 'cancel-tasks'; readonly subtaskIds?: readonly SubtaskId[] | undefined }
  /** The collecting client has taken that many rows. */
  | { readonly kind: 'collect-credit'; readonly subtaskId: SubtaskId; readonly rows: number }
  | { readonly kind: 'shutdown' };

/** A task's counters as plain data; see TaskCounters. */
export interface TaskMetrics {
  readonly subtaskId: SubtaskId;
  readonly recordsIn: number;
  readonly recordsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly watermark: number;
  readonly busyMs: number;
  readonly backPressuredMs: number;
  readonly idleMs: number;
  readonly progress: number;
  readonly byName: Readonly<Record<string, number>>;
}

export interface SlotMetrics {
  readonly heapUsedBytes: number;
  readonly externalBytes: number;
  readonly managedUsedBytes: number;
  /** The most that was in use at a time. */
  readonly managedPeakBytes: number;
  /** ms for which garbage collection stopped the slot. */
  readonly gcMs: number;
  readonly tasks: readonly TaskMetrics[];
}

export type SlotReport =
  | { readonly kind: 'task-status'; readonly attemptNumber: number; readonly subtaskId: SubtaskId; readonly status: TaskStatus; readonly error: SerializedError | undefined }
  | {
      readonly kind: 'checkpoint-acknowledged'; readonly attemptNumber: number; readonly subtaskId: SubtaskId; readonly checkpointId: number;
      readonly file: string; readonly timings: CheckpointTimings & { readonly asyncMs: number };
      /** Stored for this checkpoint, and all that it needs. */
      readonly bytes: number; readonly fullBytes: number;
      /** The whole state file, when it is small: then there is none. */
      readonly inline: Uint8Array | undefined;
      /** Where it lies, when it is part of a merged file. */
      readonly merged?: MergedPart;
      readonly sharedFiles: readonly (SharedFileHandle & { readonly isNew: boolean })[];
      /** Those of the task's operators that have state in the file. */
      readonly operatorIds: readonly string[];
    }
  | { readonly kind: 'checkpoint-declined'; readonly attemptNumber: number; readonly subtaskId: SubtaskId; readonly checkpointId: number; readonly reason: SerializedError }
  /** The task has come to its end and commits with the next checkpoint. */
  | { readonly kind: 'checkpoint-awaited'; readonly attemptNumber: number; readonly subtaskId: SubtaskId }
  | { readonly kind: 'state-queried'; readonly attemptNumber: number; readonly subtaskId: SubtaskId; readonly requestId: string; readonly answer: StateQueryAnswer }
  | { readonly kind: 'reader-registered'; readonly attemptNumber: number; readonly subtaskId: SubtaskId; readonly operatorId: string }
  | { readonly kind: 'split-requested'; readonly attemptNumber: number; readonly subtaskId: SubtaskId; readonly operatorId: string }
  | { readonly kind: 'source-watermark'; readonly attemptNumber: number; readonly subtaskId: SubtaskId; readonly operatorId: string; readonly group: string; readonly maxDriftMs: number; readonly watermark: number }
  | { readonly kind: 'rows-collected'; readonly attemptNumber: number; readonly subtaskId: SubtaskId; readonly operatorId: string; readonly rows: readonly unknown[] }
  | { readonly kind: 'metrics'; readonly attemptNumber: number; readonly metrics: SlotMetrics }
  /** The slot as a whole cannot go on: deployment failed, a heap limit, a bug. */
  | { readonly kind: 'slot-failed'; readonly attemptNumber: number; readonly error: SerializedError };
