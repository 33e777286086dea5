// One operator of a task: what the slot loop calls, and what the operator may call. Rows flow as JS values inside a
// chain; the calls into `Output` are generated per chain. Thread: the slot's; nothing here may block.
// Invariant: after `Output.isBlocked` turns true an engine operator emits at most one more row per step and returns.
import type { FieldTree } from '#core/codegen/field-tree';
import type { Batch } from '#core/columns/frame';
import type { KeySpecification } from '#core/keys/key-specification';
import type { Configuration } from '#core/config/configuration';
import type { Clock } from '#platform/clock/clock';
import type { Files } from '#platform/files/files';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { OperatorSnapshot, RestoredOperatorState, SnapshotRequest } from '#state/snapshot/operator-snapshot';
import type { InternalTimerService } from '#state/timers/internal-timer-service';
import type { MemoryManager } from '#state/tables/memory-manager';

/** Flink's Long.MAX/MIN as event times: exact to the engine, printed as Flink's values at every border. */
export { MAX_WATERMARK, MIN_WATERMARK } from '#core/time/watermarks';

/** Where an operator's rows go. `collect` is generated per chain, so it is one monomorphic call. */
export interface Output {
  /** @param timestamp event time in ms, NaN for none. */
  readonly collect: (value: any, timestamp: number) => void; // any: rows of every type
  collectSide(tag: string, value: unknown, timestamp: number): void;
  /** Forwards the watermark to the rest of the chain and to every outgoing channel. Never goes back. */
  emitWatermark(watermark: number): void;
  emitIdleness(isIdle: boolean): void;
  /** Some channel has no free frame: return to the loop; `advance` is called again when there is room. */
  readonly isBlocked: boolean;
}

export interface OperatorContext {
  readonly operatorId: string;
  readonly operatorName: string;
  readonly taskName: string;
  readonly subtaskIndex: number;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly attemptNumber: number;
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly files: Files;
  readonly output: Output;
  /** Present on keyed operators only. */
  readonly keyedState: KeyedStateBackend | undefined;
  readonly timers: InternalTimerService | undefined;
  readonly memory: MemoryManager;
  /** Undefined on a fresh start. */
  readonly restored: RestoredOperatorState | undefined;
  readonly isObjectReuse: boolean;
  /** Counts by Flink's metric name, e.g. numLateRecordsDropped. */
  count(metric: string, by: number): void;
}

/** Where a loop over a batch is: for error messages. */
export interface BatchProgress {
  operator: number;
  row: number;
}

/**
 * A stateful operator. The loop calls open once (state is restored in it), then per element, watermark and barrier.
 * Everything resumable is driven by `advance`: the loop calls it until it returns true before it feeds new input.
 */
export interface StreamOperator {
  open(context: OperatorContext): void;
  /** @param input 0 or, for a two-input operator, 1. */
  processElement(value: any, timestamp: number, input: number): void; // any: rows of every type
  /**
   * Takes the rows of a batch from row `from` on, in place of processElement, at the head of a chain; returns the row behind the last
   * one taken. It stops when the output is blocked, and is then called again with the same batch. Present where it pays.
   */
  readonly processBatch?: ((batch: Batch, from: number, input: number, progress: BatchProgress) => number) | undefined;
  /** Rows given to processElement may be those of a view (core/codegen/row-view): what is kept of them is copied. Else the chain copies them. */
  readonly acceptsViews?: boolean;
  /** Rows that it collects may be those of a view, and gone when the next one is collected. */
  readonly emitsViews?: boolean;
  /** The combined watermark of the operator's inputs has advanced. The operator forwards it itself, from here or from `advance`. */
  processWatermark(watermark: number): void;
  processIdleness?(isIdle: boolean): void;
  /** Continues pending emission (timer or window firing, a user's iterator). True when nothing is pending. */
  advance?(): boolean;
  /** A user's iterable is being pulled: it cannot be snapshotted, so a barrier waits for its end. */
  readonly isMidRecord?: boolean;
  /** Epoch ms at which the operator wants `onProcessingTime`; Infinity for never. Asked after every step. */
  nextProcessingTime?(): number;
  onProcessingTime?(nowMs: number): void;
  /** One of the inputs has ended; after the last one the operator flushes. */
  endInput?(input: number): void;
  /** The cut of what must survive; called between steps, also while emission is pending. What takes long is deferred. Buffers are owned by the caller afterwards. */
  snapshot(request: SnapshotRequest): OperatorSnapshot;
  notifyCheckpointComplete?(checkpointId: number): void;
  notifyCheckpointAborted?(checkpointId: number): void;
  /** Idempotent; also called after a failure. */
  close(): void;
}

/** What decides which operator a subtask runs. */
export interface OperatorEnvironment {
  /** Keyed state may outgrow memory: an operator keeps there what grows with its keys and rows, and not in tables of its own. */
  readonly isStateOnDisk: boolean;
}

export type { KeySpecification, SnapshotRequest };

/**
 * What the graph holds for an operator. `row` operators are fused into the generated loop of their chain; `stream`
 * operators are created per subtask. The factory lives in every process that re-runs the program; it is never sent.
 */
export type OperatorFactory =
  | { readonly kind: 'row'; readonly row: RowOperator }
  | { readonly kind: 'stream'; readonly create: (environment: OperatorEnvironment) => StreamOperator; readonly keys?: readonly KeySpecification[]; readonly reads?: OperatorReads };

/** What an operator may read of the rows of an input; columns outside of it need not be sent. Default: everything. */
export type OperatorReads = (input: number) => FieldTree;

/** Stateless functions of one record. `open`/`close` are those of a rich function; one that `acceptsViews` keeps nothing of its records. */
export type RowOperator = {
  readonly open?: (context: OperatorContext) => void;
  readonly close?: () => void;
  /** Where the function keeps something between records: the same operator with a function object of its own, one per subtask. */
  readonly forSubtask?: () => RowOperator;
} & (
  | { readonly kind: 'map'; readonly apply: (value: any) => any; readonly acceptsViews?: true } // any: user's types
  | { readonly kind: 'filter'; readonly apply: (value: any) => boolean; readonly acceptsViews?: true } // any: user's type
  /** The function calls collect for each row, or returns an iterable that the engine pulls from, row by row, as there is room. */
  | { readonly kind: 'flatMap'; readonly apply: (value: any, collect: (value: any) => void) => Iterable<any> | void } // any: user's types
);

/** The operator that one subtask runs; what the factory holds is its template. */
export function rowOperatorOfSubtask(template: RowOperator): RowOperator {
  return template.forSubtask?.() ?? template;
}
