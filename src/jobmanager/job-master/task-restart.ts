// Tasks on their way to a new start: they are ended, their time is waited for, and the checkpoint to go on from is read.
// Tasks and slots that fail meanwhile join them. Thread: main; owned by the JobMaster.
import type { SubtaskId } from '#cluster/ids/ids';
import type { LoadedCheckpoint } from '#jobmanager/job-master/checkpoint-store';
import type { JobDeployment } from '#jobmanager/job-master/job-deployment';
import type { Clock } from '#platform/clock/clock';

export interface TaskRestartOptions {
  readonly deployment: JobDeployment;
  readonly clock: Clock;
  /** All that start again when these do. */
  readonly closure: (failed: readonly SubtaskId[]) => ReadonlySet<SubtaskId>;
  readonly stopCheckpoints: () => Promise<void> | undefined;
  /** All tasks so far have ended; more may join. */
  readonly onTasksEnded: () => void;
  readonly releaseSlots: () => Promise<void>;
  /** @param isWhole all tasks of the job go back, so that an older checkpoint would do. */
  readonly loadRestore: (isWhole: boolean) => Promise<LoadedCheckpoint | undefined>;
}

export class TaskRestart {
  readonly #options: TaskRestartOptions;
  readonly #subtaskIds: Set<SubtaskId>;
  /** Slots that cannot go on. */
  readonly #slots = new Set<number>();
  #dueMs: number;
  #isCalledOff = false;

  /** @param dueMs epoch ms before which nothing starts. */
  constructor(options: TaskRestartOptions, subtaskIds: ReadonlySet<SubtaskId>, dueMs: number) {
    this.#options = options;
    this.#subtaskIds = new Set(subtaskIds);
    this.#dueMs = dueMs;
  }

  get subtaskIds(): ReadonlySet<SubtaskId> {
    return this.#subtaskIds;
  }

  get isWhole(): boolean {
    return this.#subtaskIds.size === this.#options.deployment.graph.executions.length;
  }

  covers(subtaskIds: readonly SubtaskId[]): boolean {
    return subtaskIds.every((subtaskId) => this.#subtaskIds.has(subtaskId));
  }

  add(subtaskIds: ReadonlySet<SubtaskId>, dueMs: number): void {
    for (const subtaskId of subtaskIds) this.#subtaskIds.add(subtaskId);
    this.#dueMs = Math.max(this.#dueMs, dueMs);
  }

  /** Its worker is ended before anything starts in the slot. */
  addSlot(slotIndex: number): void {
    this.#slots.add(slotIndex);
  }

  /** The job ends instead. */
  callOff(): void {
    this.#isCalledOff = true;
  }

  /** Resolves when all has ended and the time has come, with what to restore; with 'called-off' when nothing is to start any more. */
  async prepare(): Promise<{ readonly restore: LoadedCheckpoint | undefined } | 'called-off'> {
    const { deployment, releaseSlots, loadRestore } = this.#options;
    for (;;) {
      await this.#endTasks();
      if (this.#isCalledOff) return 'called-off';
      const ended = this.#subtaskIds.size;
      if (this.isWhole) {
        deployment.closeSources();
        await releaseSlots();
      }
      const restore = await loadRestore(this.isWhole);
      if (this.#isCalledOff) return 'called-off';
      // What failed while the checkpoint was read has to end first as well.
      if (this.#subtaskIds.size === ended && this.#slots.size === 0) return { restore };
    }
  }

  async #endTasks(): Promise<void> {
    const { deployment, clock, closure, stopCheckpoints, onTasksEnded } = this.#options;
    await stopCheckpoints();
    for (let ended = -1; !this.#isCalledOff && (ended < this.#subtaskIds.size || this.#slots.size > 0);) {
      ended = this.#subtaskIds.size;
      const lost = [...(await deployment.cancel(this.#subtaskIds))];
      for (const slotIndex of [...this.#slots]) {
        this.#slots.delete(slotIndex);
        lost.push(...(await deployment.endSlot(slotIndex)));
      }
      for (const subtaskId of closure(lost)) this.#subtaskIds.add(subtaskId);
      onTasksEnded();
      if (this.#subtaskIds.size > ended) continue;
      await clock.sleep(Math.max(0, this.#dueMs - clock.now()));
    }
  }
}
