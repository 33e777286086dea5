// What the managers may ask of each other. In one process these are direct calls on the main thread; over connections
// and in simulation the same interfaces stand. Invariant: plain data only, except for the stream graph of an inline job
// and the row consumer, which never leave the process that made them.
import type { SerializedError } from '#core/errors/engine-error';
import type { JobGraph } from '#graph/job-graph/job-graph';
import type { KeyedSection } from '#state/snapshot/operator-snapshot';
import type { TaskMail } from '#streaming/task/task-description';
import type { JobId, SubtaskId } from '#cluster/ids/ids';
import type { JobDetails } from '#cluster/messages/job-messages';
import type { ProgramReference } from '#cluster/messages/program-reference';
import type { RestoreDescriptor, SlotReport, TaskDeployment } from '#cluster/messages/slot-messages';

export interface DeployRequest {
  readonly jobId: JobId;
  readonly attemptNumber: number;
  readonly jobGraph: JobGraph;
  /** Vertices of it that have another parallelism than in the graph that the program builds. */
  readonly rescaled: Readonly<Record<string, number>>;
  readonly maxParallelisms: Readonly<Record<string, number>>;
  readonly program: ProgramReference;
  readonly configuration: Readonly<Record<string, string>>;
  readonly tasks: readonly TaskDeployment[];
  readonly slotCount: number;
  readonly checkpointDirectory: string | undefined;
  readonly restore: RestoreDescriptor | undefined;
}

/** Some tasks of a deployed job start again, with the channels between them; the others run on. */
export interface RedeployRequest {
  readonly jobId: JobId;
  readonly attemptNumber: number;
  /** Whole pipelined regions, whose tasks have all ended. */
  readonly subtaskIds: ReadonlySet<SubtaskId>;
  readonly restore: RestoreDescriptor | undefined;
}

/** A TaskManager as a JobMaster sees it. Every call names the job, whose slots it then reaches. */
export interface TaskExecutorGateway {
  /** Hands out memory, builds channels and sends each slot its tasks. Throws when memory cannot hold; reports come to `listener`. */
  deploy(request: DeployRequest, listener: JobMasterGateway): Promise<void>;
  sendMail(jobId: JobId, subtaskId: SubtaskId, mail: TaskMail): void;
  /** In the slots that the job has; where a slot was lost or ended, in a new one. */
  redeploy(request: RedeployRequest): Promise<void>;
  /** Left out: all of them. */
  cancelTasks(jobId: JobId, subtaskIds?: ReadonlySet<SubtaskId>): void;
  collectCredit(jobId: JobId, subtaskId: SubtaskId, rows: number): void;
  /** Ends the worker of one slot, whatever it does; the slot stays the job's. Nothing more is heard of it. Idempotent. */
  endSlot(jobId: JobId, slotIndex: number): Promise<void>;
  /** Ends the job's workers, whatever they do, and gives its memory back. Idempotent. */
  releaseSlots(jobId: JobId): Promise<void>;
}

/** A JobMaster as a TaskManager sees it. */
export interface JobMasterGateway {
  onSlotReport(slotIndex: number, report: SlotReport): void;
  /** A slot's worker has ended although its job had not. */
  onSlotLost(slotIndex: number, error: SerializedError): void;
}

export interface ResourceManagerGateway {
  readonly freeSlots: number;
  /** Hears of slots that are given back; gives what ends that. */
  onFreed(listener: () => void): () => void;
  /** Throws NOT_ENOUGH_SLOTS. Resolves when the slots are held. */
  allocateSlots(jobId: JobId, count: number): Promise<void>;
  /** Of a job that holds slots already. Throws NOT_ENOUGH_SLOTS; it then holds what it held. */
  resizeSlots(jobId: JobId, count: number): void;
  releaseSlots(jobId: JobId): void;
}

/** How a job ended; `error` is set unless FINISHED. */
export type JobOutcome =
  | { readonly status: 'FINISHED'; readonly details: JobDetails }
  | { readonly status: 'FAILED' | 'CANCELED' | 'SUSPENDED'; readonly details: JobDetails; readonly error: SerializedError };

export interface SavepointRequest {
  /** The savepoint gets a directory of its own in it; undefined = as configured. */
  readonly targetDirectory: string | undefined;
  /** The job ends with it; drain = after event time has been brought to its end. */
  readonly stop: 'suspend' | 'drain' | undefined;
  /** CANONICAL (as when left out): any backend restores it. NATIVE: the backend's own files, where it has such, which is faster. */
  readonly formatType?: SavepointFormat | undefined;
}

export interface StateQueryRequest {
  /** Uid of the operator, or its id of 32 hex digits. */
  readonly operator: string;
  readonly state: string;
  readonly key: unknown;
}

export type SavepointFormat = 'CANONICAL' | 'NATIVE';

export interface DispatcherGateway {
  details(jobId: JobId): JobDetails;
  list(): readonly JobDetails[];
  /** Resolves when the job has ended. */
  cancel(jobId: JobId): Promise<void>;
  outcome(jobId: JobId): Promise<JobOutcome>;
  /** The id of the checkpoint, when it is complete. */
  triggerCheckpoint(jobId: JobId): Promise<number>;
  /** The absolute path of its directory, when it is complete and, if asked for, the job has ended. */
  triggerSavepoint(jobId: JobId, request: SavepointRequest): Promise<string>;
  /** Gives vertices other parallelisms, by id. Resolves when the job runs at them; it loses and doubles nothing. */
  rescale(jobId: JobId, parallelisms: Readonly<Record<string, number>>): Promise<void>;
  /** What a keyed state holds for one key, read-only. Rejects with STATE_QUERY_FAILED, STATE_QUERY_UNAVAILABLE, or TYPE_MISMATCH for another kind of key. */
  queryState(jobId: JobId, query: StateQueryRequest): Promise<KeyedSection>;
  /** Removes a savepoint, of whatever job. */
  disposeSavepoint(path: string): Promise<void>;
}
