// hot path (per batch; bench/nexmark)
// Flink's mailbox loop for all tasks of a slot: control mail first, then one batch of each task in turn; when nothing
// moved, park. Invariants: mail is looked at before every round; the event loop gets its turn at least every TURN_MS of
// work, and between two parks; a task that is DONE is closed and never stepped again. Thread: the slot's.
import type { Clock } from '#platform/clock/clock';
import { StepResult, type RunnableTask } from '#streaming/task/task-description';
import type { SlotCommand } from '#cluster/messages/slot-messages';
import type { SlotMailbox } from '#taskmanager/slots/slot-mailbox';
import type { SlotParking } from '#taskmanager/slots/slot-parking';

/** Longest time without a turn of the event loop. */
const TURN_MS = 10;
/** Longest park: the event loop's turn is at most this late when the slot is idle. */
const PARK_MS_MAX = 200;
/** Longest park while the slot waits for a promise: files being written. */
const PARK_MS_WITH_PENDING = 1;

export interface SlotLoopOptions {
  readonly clock: Clock;
  readonly mailbox: SlotMailbox;
  readonly parking: SlotParking;
  /** Carries a command out; a promise holds the loop until it settles. */
  readonly onCommand: (command: SlotCommand) => void | Promise<void>;
  /** Called at least every TURN_MS of work and once per park, with monotonic ms: reports, limits. */
  readonly onTurn: (nowMs: number) => void;
  readonly onTaskDone: (task: RunnableTask) => void;
  /** True while promises of the slot are pending. */
  readonly hasPending: () => boolean;
  /** Called after every round; true when it did something, and the slot must not sleep. @param hasMoved some task did. */
  readonly afterRound?: (hasMoved: boolean) => boolean;
}

export class SlotLoop {
  readonly #options: SlotLoopOptions;
  #tasks: RunnableTask[] = [];
  #isStopped = false;

  constructor(options: SlotLoopOptions) {
    this.#options = options;
  }

  get tasks(): readonly RunnableTask[] {
    return this.#tasks;
  }

  /** Called from a command: the tasks are stepped from the next round on, in this order. */
  setTasks(tasks: readonly RunnableTask[]): void {
    this.#tasks = [...tasks];
  }

  /** The loop returns after the round under way. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Runs until stop(). Rejects only when a command or a turn threw. */
  async run(): Promise<void> {
    const { clock, mailbox, onCommand, onTurn } = this.#options;
    let lastTurnMs = clock.monotonicMs();
    while (!this.#isStopped) {
      for (let command = mailbox.take(); command !== undefined; command = mailbox.take()) {
        const done = onCommand(command);
        if (done !== undefined) await done;
      }
      if (this.#isStopped) return;
      if (this.#tasks.length === 0) {
        await this.#waitWithoutTasks();
        continue;
      }
      const haveTasksMoved = this.#round();
      const hasMoved = this.#options.afterRound?.(haveTasksMoved) === true || haveTasksMoved;
      const nowMs = clock.monotonicMs();
      if (hasMoved && nowMs - lastTurnMs < TURN_MS) continue;
      onTurn(nowMs);
      await clock.yieldToEventLoop();
      if (!hasMoved) await this.#park();
      lastTurnMs = clock.monotonicMs();
    }
  }

  /** One batch of each task; true when some task moved. */
  #round(): boolean {
    const tasks = this.#tasks;
    let hasMoved = false;
    let doneCount = 0;
    for (let i = 0; i < tasks.length; i++) {
      const result = tasks[i]!.step();
      if (result === StepResult.PROGRESS) hasMoved = true;
      else if (result === StepResult.DONE) doneCount++;
    }
    if (doneCount === 0) return hasMoved;
    this.#removeDone();
    return true;
  }

  #removeDone(): void {
    const isDone = (task: RunnableTask): boolean => task.status === 'FINISHED' || task.status === 'CANCELED' || task.status === 'FAILED';
    const done = this.#tasks.filter(isDone);
    this.#tasks = this.#tasks.filter((task) => !isDone(task));
    for (const task of done) {
      task.close();
      this.#options.onTaskDone(task);
    }
  }

  async #park(): Promise<void> {
    const { clock, parking, mailbox, hasPending } = this.#options;
    if (mailbox.hasMail || this.#tasks.length === 0) return;
    let wakeAtMs = Infinity;
    for (const task of this.#tasks) wakeAtMs = Math.min(wakeAtMs, task.wakeAtMs);
    const limitMs = hasPending() ? PARK_MS_WITH_PENDING : PARK_MS_MAX;
    const timeoutMs = Math.min(limitMs, wakeAtMs - clock.now());
    if (timeoutMs <= 0) return;
    const parked = parking.park(timeoutMs, () => mailbox.hasMail);
    if (parked !== undefined) await parked;
  }

  async #waitWithoutTasks(): Promise<void> {
    this.#options.onTurn(this.#options.clock.monotonicMs());
    await this.#options.mailbox.waitForMail();
  }
}
