// The door to the process and its host: arguments, environment, output, signals, memory, priority. Main thread and
// slots; onSignal and onUncaught have an effect in the main thread only, exit ends only the calling thread in a worker.
import type { Cancellable } from '#platform/clock/clock';

export type ProcessSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGUSR2';

export interface MemoryUsage {
  /** Resident memory of the whole process. */
  readonly rssBytes: number;
  /** Used heap of the calling thread's isolate. */
  readonly heapUsedBytes: number;
  /** Buffers and other memory bound to objects of the calling thread, which V8's limits do not count. */
  readonly externalBytes: number;
}

export interface HeapStatistics {
  readonly usedBytes: number;
  readonly totalBytes: number;
  /** V8's hard limit for the calling thread's isolate. */
  readonly limitBytes: number;
  readonly externalBytes: number;
}

/** Of one process, for files that nobody needs after it. */
export interface ScratchDirectory {
  readonly path: string;
  /** Removes it with all that is in it. Idempotent. */
  close(): Promise<void>;
}

export interface Process {
  /** Arguments of the program, without the program itself. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  /** Words such as linux, darwin, win32. */
  readonly hostPlatform: string;
  readonly hostName: string;
  readonly hostMemoryBytes: number;
  readonly hostCores: number;
  /** Where temporary files may go. */
  readonly temporaryDirectory: string;
  readonly nodeVersion: string;
  /** A new directory below `temporaryDirectory`. It goes with the process; after one that was killed, with the next that opens one. Main thread. */
  openScratchDirectory(): ScratchDirectory;
  cwd(): string;
  /** Writes all of it before it returns. When nobody reads any more the process ends quietly, as with SIGPIPE. */
  writeStdout(output: string | Uint8Array): void;
  writeStderr(output: string | Uint8Array): void;
  readonly isStdoutTerminal: boolean;
  readonly isStderrTerminal: boolean;
  /** Tells one line to the process that has started this one, and may start it again. Without one that listens nothing happens. */
  tellParent(message: string): void;
  /** Called once when the process that has started this one, and listens to it, has ended, within a second. */
  onParentGone(listener: () => void): Cancellable;
  /** Replaces the host's reaction to a signal until cancelled. */
  onSignal(signal: ProcessSignal, listener: () => void): Cancellable;
  /** Errors that nobody caught, rejections included; replaces the host's reaction until cancelled. */
  onUncaught(listener: (thrown: unknown) => void): Cancellable;
  /** Ends the process now (in a worker: the worker). */
  exit(code: number): never;
  /** The code with which the process ends when nothing is left to do. */
  setExitCode(code: number): void;
  memoryUsage(): MemoryUsage;
  /** Cheap: 0.3 µs. */
  heapStatistics(): HeapStatistics;
  /** ms that garbage collection has stopped the calling thread, since the first call, which starts to count and gives 0. */
  gcMs(): number;
  /** Greatest resident memory of the process so far. */
  peakRssBytes(): number;
  /** Lowers (1 … 19) or resets (0) the scheduling priority of the calling thread, on Linux; elsewhere, or when refused, nothing happens. */
  setOwnThreadPriority(nice: number): void;
}
