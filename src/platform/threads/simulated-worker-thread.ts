// One simulated worker: both ends of its message pipe and its end of life. Invariant: exit is the last event, comes
// once, and after it neither side hears anything. Ends by itself when its entry is done and its port does not listen.
import { assert } from '#core/assert';
import { SimulatedLifetime } from '#platform/threads/simulated-lifetime';
import type { Scheduler } from '#platform/threads/scheduler';
import type { ParentPort, SpawnOptions, Transferable, WorkerThread } from '#platform/threads/threads';

type MessageListener = (message: unknown) => void;

export class SimulatedWorkerThread implements WorkerThread {
  readonly threadId: number;
  readonly name: string;
  readonly workerData: unknown;
  readonly parentPort: SimulatedParentPort;
  readonly lifetime = new SimulatedLifetime();
  readonly #scheduler: Scheduler;
  /** Lane of everything that goes to the parent, so that exit comes after the messages before it. */
  readonly #parentLane = {};
  #onMessage: MessageListener | undefined;
  #onError: ((error: Error) => void) | undefined;
  #onExit: ((code: number) => void) | undefined;
  #isEntryDone = false;
  #isMute = false;
  #held: unknown[] | undefined;
  readonly #whenEnded: Promise<void>;
  #resolveEnded: () => void = () => undefined;

  constructor(scheduler: Scheduler, threadId: number, options: SpawnOptions) {
    this.#scheduler = scheduler;
    this.threadId = threadId;
    this.name = options.name;
    this.workerData = copy(options.workerData, options.transfer);
    this.parentPort = new SimulatedParentPort(scheduler, this);
    this.#whenEnded = new Promise((resolve) => (this.#resolveEnded = resolve));
  }

  /** True as soon as nothing of the worker may run any more. */
  get hasEnded(): boolean {
    return this.lifetime.hasEnded;
  }

  start(entry: () => void | Promise<void>): void {
    this.#scheduler.post(() => {
      if (!this.hasEnded) void this.#run(entry);
    }, this.parentPort);
  }

  postMessage(message: unknown, transfer?: readonly Transferable[]): void {
    assert(message !== undefined, 'a message is not undefined');
    if (!this.hasEnded) this.parentPort.deliver(copy(message, transfer));
  }

  onMessage(listener: MessageListener): void {
    assert(this.#onMessage === undefined, 'a worker has one message listener');
    this.#onMessage = listener;
  }

  onError(listener: (error: Error) => void): void {
    assert(this.#onError === undefined, 'a worker has one error listener');
    this.#onError = listener;
  }

  onExit(listener: (code: number) => void): void {
    assert(this.#onExit === undefined, 'a worker has one exit listener');
    this.#onExit = listener;
  }

  terminate(): Promise<void> {
    this.#end(1);
    return this.#whenEnded;
  }

  ref(): void {
    // Nothing holds a simulation alive but its run.
  }

  unref(): void {
    // As ref.
  }

  /** A message from the worker to its parent. */
  postToParent(message: unknown, transfer?: readonly Transferable[]): void {
    if (this.hasEnded) return;
    const copied = copy(message, transfer);
    if (this.#held === undefined) this.#deliver(copied);
    else this.#held.push(copied);
  }

  /** Messages to the parent wait until letGo(); those of a worker that ends meanwhile are lost. */
  hold(): void {
    this.#held ??= [];
  }

  letGo(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    if (this.hasEnded) return;
    for (const message of held) this.#deliver(message);
  }

  #deliver(message: unknown): void {
    this.#scheduler.post(() => {
      if (!this.#isMute) this.#onMessage?.(message);
    }, this.#parentLane);
  }

  /** The worker threw, or was killed. @param options.losesMessages what it had posted and nobody has heard yet is lost with it. */
  fail(thrown: unknown, options: { readonly losesMessages: boolean } = { losesMessages: false }): void {
    if (this.hasEnded) return;
    if (options.losesMessages) this.#isMute = true;
    const error = thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
    this.#scheduler.post(() => this.#onError?.(error), this.#parentLane);
    this.#end(1);
  }

  /** Ends the worker when nothing keeps it. */
  endIfDone(): void {
    if (this.#isEntryDone && !this.parentPort.isListening) this.#end(0);
  }

  async #run(entry: () => void | Promise<void>): Promise<void> {
    try {
      await entry();
    } catch (thrown) {
      this.fail(thrown);
      return;
    }
    this.#isEntryDone = true;
    this.endIfDone();
  }

  #end(code: number): void {
    if (this.hasEnded) return;
    this.lifetime.end();
    this.#scheduler.post(() => {
      this.#onExit?.(code);
      this.#resolveEnded();
    }, this.#parentLane);
  }
}

export class SimulatedParentPort implements ParentPort {
  readonly #scheduler: Scheduler;
  readonly #worker: SimulatedWorkerThread;
  readonly #queue: unknown[] = [];
  #onMessage: MessageListener | undefined;
  #isReferenced = true;
  #isClosed = false;

  constructor(scheduler: Scheduler, worker: SimulatedWorkerThread) {
    this.#scheduler = scheduler;
    this.#worker = worker;
  }

  get isListening(): boolean {
    return this.#onMessage !== undefined && this.#isReferenced && !this.#isClosed;
  }

  /** A message from the parent arrives in the queue; a turn of the worker takes it out, unless receiveSync was first. */
  deliver(message: unknown): void {
    this.#queue.push(message);
    this.#scheduler.post(() => this.#take(), this);
  }

  postMessage(message: unknown, transfer?: readonly Transferable[]): void {
    assert(message !== undefined, 'a message is not undefined');
    if (!this.#isClosed) this.#worker.postToParent(message, transfer);
  }

  onMessage(listener: MessageListener): void {
    assert(this.#onMessage === undefined, 'a parent port has one message listener');
    this.#onMessage = listener;
    for (let i = 0; i < this.#queue.length; i++) this.#scheduler.post(() => this.#take(), this);
  }

  receiveSync(): unknown {
    return this.#isClosed ? undefined : this.#queue.shift();
  }

  ref(): void {
    this.#isReferenced = true;
  }

  unref(): void {
    this.#isReferenced = false;
    this.#worker.endIfDone();
  }

  close(): void {
    this.#isClosed = true;
    this.#worker.endIfDone();
  }

  #take(): void {
    if (this.#onMessage === undefined || this.#isClosed || this.#worker.hasEnded || this.#queue.length === 0) return;
    try {
      this.#onMessage(this.#queue.shift());
    } catch (thrown) {
      this.#worker.fail(thrown);
    }
  }
}

function copy(message: unknown, transfer?: readonly Transferable[]): unknown {
  return structuredClone(message, transfer === undefined ? undefined : { transfer: [...transfer] });
}
