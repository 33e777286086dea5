// What a client and a REST server hear about jobs. Plain data.
import type { SerializedError } from '#core/errors/engine-error';
import type { JobId, SubtaskId } from '#cluster/ids/ids';
import type { SlotMetrics } from '#cluster/messages/slot-messages';
import type { ExecutionState } from '#cluster/status/execution-state';
import type { JobStatus } from '#cluster/status/job-status';

export interface SubtaskCheckpointStatistics {
  readonly subtaskId: SubtaskId;
  /** Epoch ms. */
  readonly ackTimestamp: number;
  readonly endToEndDurationMs: number;
  /** Stored for this checkpoint, and all that it needs. */
  readonly checkpointedBytes: number;
  readonly stateBytes: number;
  readonly syncMs: number;
  readonly asyncMs: number;
  readonly alignmentMs: number;
  readonly bytesProcessedDuringAlignment: number;
  /** From the trigger to the first barrier. */
  readonly startDelayMs: number;
}

/** One checkpoint or savepoint; sums are over the subtasks that have acknowledged. */
export interface CheckpointStatistics {
  readonly checkpointId: number;
  readonly status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  readonly isSavepoint: boolean;
  /** Epoch ms. */
  readonly triggerTimestamp: number;
  readonly latestAckTimestamp: number | undefined;
  readonly endToEndDurationMs: number;
  readonly checkpointedBytes: number;
  readonly stateBytes: number;
  /** Those that must acknowledge. */
  readonly subtaskCount: number;
  readonly externalPath: string | undefined;
  /** Why it failed. */
  readonly failure: string | undefined;
  readonly subtasks: readonly SubtaskCheckpointStatistics[];
}

export interface CheckpointCounts {
  readonly triggered: number;
  readonly completed: number;
  readonly failed: number;
  /** Absolute path of the newest completed one that still exists. */
  readonly latestPath: string | undefined;
  readonly latestBytes: number;
  readonly latestDurationMs: number;
  /** Newest first, as many as web.checkpoints.history says. */
  readonly history: readonly CheckpointStatistics[];
}

export interface ExecutionDetails {
  readonly subtaskId: SubtaskId;
  readonly taskName: string;
  readonly slotIndex: number;
  readonly attemptNumber: number;
  readonly state: ExecutionState;
}

export interface FailedTask {
  readonly subtaskId: SubtaskId;
  readonly taskName: string;
  readonly slotIndex: number;
  readonly attemptNumber: number;
}

/** A failure that was remembered, and those that came while the job was on its way back from it. */
export interface ExceptionHistoryEntry {
  /** Epoch ms. */
  readonly timestamp: number;
  readonly error: SerializedError;
  readonly task: FailedTask | undefined;
  readonly concurrent: readonly Omit<ExceptionHistoryEntry, 'concurrent'>[];
}

export interface VertexDetails {
  readonly id: string;
  readonly name: string;
  readonly parallelism: number;
  readonly maxParallelism: number;
  /** By the program, for this vertex: not the job's default. */
  readonly isParallelismSet: boolean;
}

export interface JobDetails {
  readonly jobId: JobId;
  readonly jobName: string;
  readonly status: JobStatus;
  /** Epoch ms. */
  readonly startedMs: number;
  /** Epoch ms, undefined while it runs. */
  readonly endedMs: number | undefined;
  /** In topological order. */
  readonly vertices: readonly VertexDetails[];
  readonly executions: readonly ExecutionDetails[];
  readonly checkpoints: CheckpointCounts;
  /** Newest report of each slot, by slot index. */
  readonly slots: readonly (SlotMetrics | undefined)[];
  readonly restarts: number;
  /** Newest first. */
  readonly exceptions: readonly ExceptionHistoryEntry[];
  readonly error: SerializedError | undefined;
}

/** All that must be known of a running job to go on with it when its process has died. */
export interface RecoveryPoint {
  readonly jobId: JobId;
  /** `<root>/<job id>`: the newest whole checkpoint in it is where the job goes on. */
  readonly checkpointDirectory: string | undefined;
  /** The savepoint that the job stops with, newer than any checkpoint: sinks may have committed what it covers. */
  readonly savepointPath: string | undefined;
  readonly attemptNumber: number;
  /** When it has failed so far, epoch ms, newest last: the restart strategy counts on. */
  readonly failures: readonly number[];
  /** Grows as the job gets on. */
  readonly completedCheckpoints: number;
  /** Of vertices that were rescaled, by id. */
  readonly parallelisms: Readonly<Record<string, number>>;
  /** Set when the job has finished and committed all: from here on its checkpoints go, and it must not be run again. */
  readonly finished?: { readonly jobName: string; readonly netRuntimeMs: number };
}

/** The death of the process that ran a job until now. */
export interface ProcessDeath {
  /** Epoch ms. */
  readonly timestamp: number;
  /** What ended it: a signal, or an exit code. */
  readonly cause: string;
}

export interface RecoveredJob {
  readonly point: RecoveryPoint;
  readonly death: ProcessDeath;
}
