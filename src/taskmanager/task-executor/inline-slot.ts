// A slot whose loop runs in the thread of its TaskManager: for jobs that use the closures of their program.
import type { SlotCommand, SlotReport } from '#cluster/messages/slot-messages';
import { SLOT_STATUS, type SlotStatus } from '#cluster/status/slot-status';
import { transition } from '#cluster/status/transition-table';
import { InlineMailbox } from '#taskmanager/slots/slot-mailbox';
import { SlotRuntime, type SlotRuntimeOptions } from '#taskmanager/slots/slot-runtime';
import type { SlotHandle, SlotListener } from '#taskmanager/task-executor/slot-handle';

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
