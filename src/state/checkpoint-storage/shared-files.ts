// Which never-changing files of one subtask lie in storage already, so that a later checkpoint refers to them instead of
// storing them again. Invariant: only files of a checkpoint that is known to be complete are referred to, since those of
// one that is given up are removed. Thread: the slot's.

export interface SharedFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly crc32: number;
}

export class SharedFiles {
  /** By shared id. */
  #confirmed: ReadonlyMap<string, SharedFile>;
  readonly #byCheckpoint = new Map<number, ReadonlyMap<string, SharedFile>>();

  /** @param restored files of the checkpoint that was restored, where the job keeps it. */
  constructor(restored: ReadonlyMap<string, SharedFile> = new Map()) {
    this.#confirmed = restored;
  }

  find(sharedId: string): SharedFile | undefined {
    return this.#confirmed.get(sharedId);
  }

  onStored(checkpointId: number, files: ReadonlyMap<string, SharedFile>): void {
    this.#byCheckpoint.set(checkpointId, files);
  }

  onComplete(checkpointId: number): void {
    const files = this.#byCheckpoint.get(checkpointId);
    if (files !== undefined) this.#confirmed = files;
    for (const id of [...this.#byCheckpoint.keys()]) if (id <= checkpointId) this.#byCheckpoint.delete(id);
  }

  onAborted(checkpointId: number): void {
    this.#byCheckpoint.delete(checkpointId);
  }
}
