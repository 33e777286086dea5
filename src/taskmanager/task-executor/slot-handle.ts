// A slot as the TaskManager's main thread sees it: a worker thread, or a loop in this very thread. Invariant: after
// `release` no report and no end of it is heard any more. Thread: main.
import { serializeError, type SerializedError } from '#core/errors/engine-error';
import type { SlotCommand, SlotReport } from '#cluster/messages/slot-messages';
import { SLOT_STATUS, type SlotStatus } from '#cluster/status/slot-status';
import { transition } from '#cluster/status/transition-table';
import type { ThreadResourceLimits, Threads, WorkerThread } from '#platform/threads/threads';
import { TaskManagerError } from '#taskmanager/errors';
import { InlineMailbox } from '#taskmanager/slots/slot-mailbox';
import { SlotRuntime, type SlotRuntimeOptions } from '#taskmanager/slots/slot-runtime';

export interface SlotListener {
  readonly onReport: (report: SlotReport) => void;
  /** The slot ended although nobody released it. */
  readonly onLost: (error: SerializedError) => void;
}

export interface SlotHandle {
  readonly status: SlotStatus;
  allocate(listener: SlotListener): void;
  post(command: SlotCommand): void;
  /** Ends the slot, whatever it does. Idempotent. */
  release(): Promise<void>;
}

export class WorkerSlot implements SlotHandle {
  readonly #worker: WorkerThread;
  #status: SlotStatus = 'STARTING';
  #listener: SlotListener | undefined;
  #fault: Error | undefined;

  /** @param entry the slot's role bundle or module; see client/slot-entry. */
  constructor(threads: Threads, entry: URL, name: string, resourceLimits: ThreadResourceLimits) {
    this.#worker = threads.spawn(entry, { name, resourceLimits });
    this.#worker.onMessage((message) => this.#listener?.onReport(message as SlotReport));
    this.#worker.onError((error) => {
      this.#fault = error;
    });
    this.#worker.onExit((code) => this.#onExit(code));
  }

  get status(): SlotStatus {
    return this.#status;
  }

  allocate(listener: SlotListener): void {
    this.#status = transition(SLOT_STATUS, this.#status, 'ALLOCATED');
    this.#listener = listener;
  }

  post(command: SlotCommand): void {
    this.#worker.postMessage(command);
  }

  async release(): Promise<void> {
    if (this.#status === 'RELEASED') return;
    this.#status = transition(SLOT_STATUS, this.#status, 'RELEASED');
    this.#listener = undefined;
    await this.#worker.terminate();
  }

  #onExit(code: number): void {
    if (this.#status === 'RELEASED') return;
    this.#status = transition(SLOT_STATUS, this.#status, 'RELEASED');
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.onLost(serializeError(workerDied(this.#worker.name, code, this.#fault)));
  }
}

function workerDied(name: string, code: number, fault: Error | undefined): TaskManagerError {
  const isOutOfMemory = (fault as { readonly code?: unknown } | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
  const why = isOutOfMemory
    ? 'its heap was full: raise taskmanager.memory.task.heap.size or keep less in functions'
    : fault === undefined ? `it exited with code ${code}: look for process.exit in the program` : `${fault.name}: ${fault.message}`;
  return new TaskManagerError('SLOT_WORKER_DIED', `the worker of ${name} ended while its job was running, ${why}`, { cause: fault, context: { code } });
}

export class InlineSlot implements SlotHandle {
  readonly #mailbox = new InlineMailbox();
  #status: SlotStatus = 'STARTING';
  #listener: SlotListener | undefined;
  readonly #done: Promise<void>;

  constructor(options: Omit<SlotRuntimeOptions, 'mailbox' | 'report' | 'isInline'>) {
    const { clock } = options;
    // Reports take a turn of the event loop, as those of a worker do: the JobMaster must not be re-entered.
    const report = (message: SlotReport): void => void clock.schedule(0, () => this.#listener?.onReport(message));
    this.#done = new SlotRuntime({ ...options, mailbox: this.#mailbox, report, isInline: true }).run();
  }

  get status(): SlotStatus {
    return this.#status;
  }

  allocate(listener: SlotListener): void {
    this.#status = transition(SLOT_STATUS, this.#status, 'ALLOCATED');
    this.#listener = listener;
  }

  post(command: SlotCommand): void {
    this.#mailbox.push(command);
  }

  async release(): Promise<void> {
    if (this.#status === 'RELEASED') return;
    this.#status = transition(SLOT_STATUS, this.#status, 'RELEASED');
    this.#listener = undefined;
    this.#mailbox.push({ kind: 'shutdown' });
    await this.#done;
  }
}
