// Which shared files the retained checkpoints of a job refer to. Pure: it says what may be deleted, others delete.
// Invariant: a file is deletable only when no retained checkpoint refers to it and none that is under way may. Files are
// named by the checkpoint they were stored for (`<checkpoint id>-…`), so those of one that was given up are told apart.

export class SharedStateRegistry {
  /** Absolute paths by checkpoint. */
  readonly #byCheckpoint = new Map<number, readonly string[]>();
  readonly #references = new Map<string, number>();

  /** A complete checkpoint, also one that the job was restored from. */
  register(checkpointId: number, paths: readonly string[]): void {
    if (this.#byCheckpoint.has(checkpointId)) return;
    const distinct = [...new Set(paths)];
    this.#byCheckpoint.set(checkpointId, distinct);
    for (const path of distinct) this.#references.set(path, (this.#references.get(path) ?? 0) + 1);
  }

  /** The checkpoint is retained no longer: the files that nobody else refers to. */
  release(checkpointId: number): readonly string[] {
    const paths = this.#byCheckpoint.get(checkpointId) ?? [];
    this.#byCheckpoint.delete(checkpointId);
    const unused: string[] = [];
    for (const path of paths) {
      const left = this.#references.get(path)! - 1;
      if (left > 0) this.#references.set(path, left);
      else {
        this.#references.delete(path);
        unused.push(path);
      }
    }
    return unused;
  }

  has(checkpointId: number): boolean {
    return this.#byCheckpoint.has(checkpointId);
  }

  isReferenced(path: string): boolean {
    return this.#references.has(path);
  }
}

/** The checkpoint that a shared file was stored for; undefined for a name that is not of the engine's making. */
export function checkpointIdOfSharedFile(name: string): number | undefined {
  const digits = /^(\d+)-/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
