// The file work of a job's checkpoints. Invariant: it runs one at a time, in the order of the decisions.
// Thread: main; owned by the CheckpointDriver.
import type { CheckpointStore } from '#jobmanager/job-master/checkpoint-store';
import { removeClaimed } from '#jobmanager/job-master/savepoint-files';
import type { CompletedSnapshot } from '#jobmanager/job-master/snapshot-requests';
import type { Log } from '#platform/log/log';
import type { CheckpointStorage } from '#state/checkpoint-storage/checkpoint-storage';

export interface CheckpointFileWorkOptions {
  readonly store: CheckpointStore;
  readonly storage: CheckpointStorage;
  /** The snapshot that the job was started from and owns since. */
  readonly claimed: CompletedSnapshot | undefined;
  readonly log: Log;
}

export class CheckpointFileWork {
  readonly #options: CheckpointFileWorkOptions;
  /** Checkpoints that were given up while slots still wrote their files. */
  readonly #undeleted: number[] = [];
  /** Tail of the work. */
  #work: Promise<void> = Promise.resolve();

  constructor(options: CheckpointFileWorkOptions) {
    this.#options = options;
  }

  /** Resolves when all is done that has been given so far. */
  get settled(): Promise<void> {
    return this.#work;
  }

  /** What fails is logged: a checkpoint that cannot be written is found out by its timeout or its metadata. */
  enqueue(work: (store: CheckpointStore) => Promise<void>): void {
    const { store, log } = this.#options;
    this.#work = this.#work.then(() => work(store)).catch((error: unknown) => log.warn('checkpoint files', { error }));
  }

  discard(checkpointId: number): void {
    this.enqueue(async () => {
      try {
        await this.#remove(checkpointId);
      } catch {
        // A slot may still be writing into the directory: it is deleted when the job has ended.
        this.#undeleted.push(checkpointId);
      }
    });
  }

  /** The job is over, and no work is under way. @param unwanted checkpoints that are not to be kept. */
  async close(unwanted: readonly number[]): Promise<void> {
    const { store } = this.#options;
    for (const id of [...this.#undeleted, ...unwanted]) await this.#remove(id);
    await store.removeUnreferenced();
    await store.removeWhenEmpty();
  }

  /** Of a claimed snapshot only its own files: its directory may hold others of its user. */
  async #remove(checkpointId: number): Promise<void> {
    const { store, storage, claimed } = this.#options;
    if (claimed?.checkpointId === checkpointId) await removeClaimed(storage, claimed.path);
    else await store.discard(checkpointId);
  }
}
