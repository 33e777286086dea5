// A slot in a worker thread of its own. Loads little: a command starts workers before it loads the rest of the engine.
import { serializeError } from '#core/errors/engine-error';
import type { SlotCommand, SlotReport } from '#cluster/messages/slot-messages';
import { SLOT_STATUS, type SlotStatus } from '#cluster/status/slot-status';
import { transition } from '#cluster/status/transition-table';
import type { ThreadResourceLimits, Threads, WorkerThread } from '#platform/threads/threads';
import { TaskManagerError } from '#taskmanager/errors';
import type { SlotHandle, SlotListener } from '#taskmanager/task-executor/slot-handle';

/** Room for young objects of a slot: three semi-spaces of 16 MiB; V8 takes it only as it is needed. */
const YOUNG_GENERATION_MB = 48;
const OLD_GENERATION_MB_MIN = 16;

/** A worker that stands by for whichever job comes, and the heap it was given. */
export interface SpareSlot {
  readonly handle: SlotHandle;
  readonly hardHeapBytes: number;
}

/** Workers that load at once get in each other's way, and a parallelism that is refused would start thousands. */
const PRESTARTED_PER_CORE = 2;

/** How many workers to start ahead of a job that will need so many. */
export function prestartCount(slotCount: number, hostCores: number): number {
  return Math.min(slotCount, PRESTARTED_PER_CORE * hostCores);
}

export function workerLimits(hardHeapBytes: number): ThreadResourceLimits {
  return { maxOldGenerationSizeMb: Math.max(OLD_GENERATION_MB_MIN, Math.ceil(hardHeapBytes / 1048576)), maxYoungGenerationSizeMb: YOUNG_GENERATION_MB };
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
