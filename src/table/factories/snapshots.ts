// What reading the state of jobs as tables needs: snapshots as data. Whoever makes a table environment knows how they are read.

export interface Snapshots {
  /**
   * @param path of a checkpoint or savepoint, or of a directory of a job's checkpoints: then its latest.
   * Rejects where there is none, or it is damaged.
   */
  open(path: string): Promise<Snapshot>;
}

export interface Snapshot {
  readonly checkpointId: number;
  readonly operators: readonly SnapshotOperator[];
  /** @param operator uid, or id of 32 hex digits. Rejects where the snapshot has no such operator. */
  operator(operator: string): SnapshotOperator;
  /** All states of all operators. */
  states(): Promise<readonly SnapshotState[]>;
  /** One row per value, element or entry, subtask by subtask. */
  rows(operator: string, state: string): AsyncIterable<SnapshotRow>;
}

export interface SnapshotOperator {
  readonly operatorId: string;
  readonly uid: string | undefined;
  readonly name: string | undefined;
  readonly parallelism: number;
  readonly maxParallelism: number;
}

export interface SnapshotState {
  readonly operatorId: string;
  readonly name: string;
  /** Flink's kind of a keyed state; other words for what is none. */
  readonly kind: string;
  readonly bytes: number;
}

export interface SnapshotRow {
  readonly key?: unknown;
  readonly mapKey?: unknown;
  readonly value?: unknown;
}
