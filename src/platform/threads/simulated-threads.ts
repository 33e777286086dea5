// Threads that all run on the calling thread, taking turns through a SimulatedScheduler: which of them moves next is a
// seeded draw. Invariant: what one thread does to another (message, ring, exit) goes through the scheduler, one lane per
// direction, never by a direct call. One real thread.
import { PlatformError } from '#platform/errors';
import type { Clock } from '#platform/clock/clock';
import { SimulatedLifetime } from '#platform/threads/simulated-lifetime';
import { SimulatedBells } from '#platform/threads/simulated-bells';
import { SimulatedWorkerThread } from '#platform/threads/simulated-worker-thread';
import type { Scheduler } from '#platform/threads/scheduler';
import type { BellResult, ParentPort, SpawnOptions, Threads, WorkerThread } from '#platform/threads/threads';

/** What a worker's module does when it is loaded; `threads` is the worker's own side of the door. */
export type SimulatedThreadEntry = (threads: Threads) => void | Promise<void>;

export interface SimulatedThreadsOptions {
  readonly scheduler: Scheduler;
  readonly clock: Clock;
}

/** What the threads of one simulated process share. */
class SimulatedThreadGroup {
  readonly scheduler: Scheduler;
  readonly bells: SimulatedBells;
  readonly entries = new Map<string, SimulatedThreadEntry>();
  readonly workers = new Set<SimulatedWorkerThread>();
  #nextThreadId = 1;

  constructor(options: SimulatedThreadsOptions) {
    this.scheduler = options.scheduler;
    this.bells = new SimulatedBells(options.scheduler, options.clock);
  }

  newThreadId(): number {
    return this.#nextThreadId++;
  }
}

export class SimulatedThreads implements Threads {
  readonly threadId: number;
  readonly #group: SimulatedThreadGroup;
  readonly #worker: SimulatedWorkerThread | undefined;
  /** Of this thread. */
  readonly lifetime: SimulatedLifetime;

  private constructor(group: SimulatedThreadGroup, worker: SimulatedWorkerThread | undefined) {
    this.#group = group;
    this.#worker = worker;
    this.lifetime = worker?.lifetime ?? new SimulatedLifetime();
    this.threadId = worker?.threadId ?? 0;
  }

  /** The main thread's side of a new simulated process. */
  static create(options: SimulatedThreadsOptions): SimulatedThreads {
    return new SimulatedThreads(new SimulatedThreadGroup(options), undefined);
  }

  get isMainThread(): boolean {
    return this.#worker === undefined;
  }

  /** Those of the process that have not ended, oldest first. */
  get workers(): readonly SimulatedWorkerThread[] {
    return [...this.#group.workers];
  }

  /** Says what a thread spawned from `url` runs. */
  register(url: URL, entry: SimulatedThreadEntry): void {
    this.#group.entries.set(url.href, entry);
  }

  spawn(url: URL, options: SpawnOptions): WorkerThread {
    const entry = this.#group.entries.get(url.href);
    if (entry === undefined) {
      throw new PlatformError('THREAD_ENTRY_UNKNOWN', `no simulated thread is registered for ${url.href}: call register() first`, { context: { url: url.href } });
    }
    const worker = new SimulatedWorkerThread(this.#group.scheduler, this.#group.newThreadId(), options);
    this.#group.workers.add(worker);
    worker.lifetime.onEnd(() => this.#group.workers.delete(worker));
    worker.start(() => entry(new SimulatedThreads(this.#group, worker)));
    return worker;
  }

  workerData(): unknown {
    return this.#worker?.workerData;
  }

  parentPort(): ParentPort | undefined {
    return this.#worker?.parentPort;
  }

  waitForBell(cell: Int32Array, index: number, expected: number, _timeoutMs: number): BellResult {
    return Atomics.load(cell, index) === expected ? 'timed-out' : 'changed';
  }

  waitForBellAsync(cell: Int32Array, index: number, expected: number, timeoutMs: number): Promise<BellResult> {
    return this.#group.bells.wait(cell, index, expected, timeoutMs, this.#worker);
  }

  ring(cell: Int32Array, index: number, count = Infinity): void {
    this.#group.bells.ring(cell, index, count);
  }

  /** Kills a thread of this process as the host would, without a word of its own. */
  kill(worker: WorkerThread, cause = new PlatformError('THREAD_LOST', `thread ${worker.name} was killed by the simulation`) as Error, options: { readonly losesMessages: boolean } = { losesMessages: false }): void {
    if (worker instanceof SimulatedWorkerThread) worker.fail(cause, options);
  }
}
