// The door to worker threads, their messages, and waiting on shared cells. Invariant: messages between one thread and
// its parent arrive in the order they were posted, each as a copy, shared memory as the same memory. `Threads` is held
// per thread: the parent's side spawns, the worker's side finds its parent port and data in it.

export interface ThreadResourceLimits {
  readonly maxOldGenerationSizeMb?: number;
  readonly maxYoungGenerationSizeMb?: number;
  readonly stackSizeMb?: number;
}

/** What can be moved instead of copied; the sender's end is empty afterwards. */
export type Transferable = ArrayBuffer;

export interface SpawnOptions {
  /** For logs and debuggers. */
  readonly name: string;
  /** What workerData() gives in the worker: copied like a message. */
  readonly workerData?: unknown;
  readonly resourceLimits?: ThreadResourceLimits;
  readonly transfer?: readonly Transferable[];
}

/**
 * A worker as its parent sees it. Listeners go on in the turn of spawn, one of each kind; nothing is delivered before.
 * A worker without listeners left, timers or other work ends by itself with code 0.
 */
export interface WorkerThread {
  /** Unique in the process, > 0. */
  readonly threadId: number;
  readonly name: string;
  /** Copies `message` (structured clone), which is never undefined; lost when the worker has ended. */
  postMessage(message: unknown, transfer?: readonly Transferable[]): void;
  onMessage(listener: (message: unknown) => void): void;
  /** An error nobody caught in the worker, or its end by a resource limit (`code` ERR_WORKER_OUT_OF_MEMORY); exit follows. */
  onError(listener: (error: Error) => void): void;
  /** The last event of a worker: 0 when it ended by itself, 1 after an error or terminate(). */
  onExit(listener: (code: number) => void): void;
  /** Ends the worker where it stands, also inside a loop or a wait; resolves when it has ended. Idempotent. */
  terminate(): Promise<void>;
  /** Whether this worker keeps the parent alive; it does from the start. */
  ref(): void;
  unref(): void;
}

/** The parent as a worker sees it. */
export interface ParentPort {
  postMessage(message: unknown, transfer?: readonly Transferable[]): void;
  /** Keeps the worker alive until close() or unref(). */
  onMessage(listener: (message: unknown) => void): void;
  /** The next message, without going back to the event loop; undefined when none waits. */
  receiveSync(): unknown;
  ref(): void;
  unref(): void;
  /** No message comes or goes any more; lets the worker end. */
  close(): void;
}

/** woken: somebody rang. changed: the cell did not hold what was expected. */
export type BellResult = 'woken' | 'changed' | 'timed-out';

export interface Threads {
  /** 0 in the main thread. */
  readonly threadId: number;
  readonly isMainThread: boolean;
  /** @param entry URL of a built module, which runs in the new thread. */
  spawn(entry: URL, options: SpawnOptions): WorkerThread;
  /** In a worker: a copy of what its parent gave it. */
  workerData(): unknown;
  /** Undefined in the main thread. */
  parentPort(): ParentPort | undefined;
  /**
   * Blocks the thread while `cell[index]` is `expected`, until somebody rings, at most `timeoutMs`. Simulated threads
   * share one real thread and cannot block: 'timed-out' at once, so a loop must also pass through waitForBellAsync.
   */
  waitForBell(cell: Int32Array, index: number, expected: number, timeoutMs: number): BellResult;
  /** As waitForBell, but promises, timers and messages go on. Keeps the thread alive. At most one per cell at a time. */
  waitForBellAsync(cell: Int32Array, index: number, expected: number, timeoutMs: number): Promise<BellResult>;
  /** Wakes up to `count` waiters (default all) of a cell. Change the cell first: a waiter looks at it before it sleeps. */
  ring(cell: Int32Array, index: number, count?: number): void;
}
