// Commands for a slot in the order they were posted. A running slot takes them between batches without going back to the
// event loop; a slot without tasks waits for the event. Thread: the slot's own.
import type { SlotCommand } from '#cluster/messages/slot-messages';
import type { ParentPort } from '#platform/threads/threads';
import { mailCount } from '#taskmanager/slots/slot-bells';

export interface SlotMailbox {
  /** The next command, undefined when none has come. Cheap when there is none. */
  take(): SlotCommand | undefined;
  /** May be true for mail that take() does not find yet, never false for mail that it would. */
  readonly hasMail: boolean;
  /** Resolves at once when there is mail, else when some comes. */
  waitForMail(): Promise<void>;
  /** From now on the counter in shared memory says whether to look. */
  watch(cells: Int32Array, slotIndex: number): void;
}

/** Mail that was pushed from the event loop; the base of both kinds. */
class CommandQueue {
  readonly #commands: SlotCommand[] = [];
  #wake: (() => void) | undefined;

  push(command: SlotCommand): void {
    this.#commands.push(command);
    this.#wake?.();
    this.#wake = undefined;
  }

  shift(): SlotCommand | undefined {
    return this.#commands.shift();
  }

  get isEmpty(): boolean {
    return this.#commands.length === 0;
  }

  waitForPush(): Promise<void> {
    return this.isEmpty ? new Promise((resolve) => { this.#wake = resolve; }) : Promise.resolve();
  }
}

/** Mail of a worker: comes through its parent port. */
export class PortMailbox implements SlotMailbox {
  readonly #port: ParentPort;
  readonly #queue = new CommandQueue();
  #cells: Int32Array | undefined;
  #slotIndex = 0;
  #seen = 0;

  constructor(port: ParentPort) {
    this.#port = port;
    port.onMessage((message) => this.#queue.push(message as SlotCommand));
  }

  watch(cells: Int32Array, slotIndex: number): void {
    this.#cells = cells;
    this.#slotIndex = slotIndex;
    this.#seen = 0;
  }

  get hasMail(): boolean {
    return !this.#queue.isEmpty || (this.#cells !== undefined && mailCount(this.#cells, this.#slotIndex) !== this.#seen);
  }

  take(): SlotCommand | undefined {
    if (!this.hasMail) return undefined;
    if (this.#cells !== undefined) this.#seen = mailCount(this.#cells, this.#slotIndex);
    for (let message = this.#port.receiveSync(); message !== undefined; message = this.#port.receiveSync()) this.#queue.push(message as SlotCommand);
    return this.#queue.shift();
  }

  waitForMail(): Promise<void> {
    return this.#queue.waitForPush();
  }
}

/** Mail of a slot that runs in the thread of its TaskManager. */
export class InlineMailbox implements SlotMailbox {
  readonly #queue = new CommandQueue();

  push(command: SlotCommand): void {
    this.#queue.push(command);
  }

  watch(): void {
    // The queue itself tells.
  }

  get hasMail(): boolean {
    return !this.#queue.isEmpty;
  }

  take(): SlotCommand | undefined {
    return this.#queue.shift();
  }

  waitForMail(): Promise<void> {
    return this.#queue.waitForPush();
  }
}
