// Process of a simulated host: output is collected, signals are raised by the test, exit ends the run of the caller by
// an exception. One thread.
import type { Cancellable } from '#platform/clock/clock';
import type { HeapStatistics, MemoryUsage, Process, ProcessSignal, ScratchDirectory } from '#platform/process/process';

export interface SimulatedProcessOptions {
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly hostMemoryBytes?: number;
  readonly hostCores?: number;
}

/** What exit() throws; carries the code. */
export class SimulatedExit extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`the simulated process exits with ${exitCode}`);
    this.name = 'SimulatedExit';
    this.exitCode = exitCode;
  }
}

const GIB = 2 ** 30;
const HEAP_LIMIT_BYTES = 4 * GIB;

export class SimulatedProcess implements Process {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid = 1;
  readonly hostPlatform = 'simulated';
  readonly hostName = 'simulated';
  readonly hostMemoryBytes: number;
  readonly hostCores: number;
  readonly temporaryDirectory = '/tmp';
  readonly nodeVersion = process.versions.node;
  readonly isStdoutTerminal = false;
  readonly isStderrTerminal = false;
  /** What heapStatistics and memoryUsage report; the test sets it. */
  readonly memory = { rssBytes: 100 * 2 ** 20, heapUsedBytes: 10 * 2 ** 20, externalBytes: 0 };
  stdout = '';
  stderr = '';
  readonly toldParent: string[] = [];
  exitCode = 0;
  nice = 0;
  readonly #cwd: string;
  readonly #signalListeners = new Map<ProcessSignal, Set<() => void>>();
  readonly #parentGoneListeners = new Set<() => void>();
  readonly #uncaughtListeners = new Set<(thrown: unknown) => void>();
  #peakRssBytes = 0;

  constructor(options: SimulatedProcessOptions = {}) {
    this.argv = options.argv ?? [];
    this.env = options.env ?? {};
    this.#cwd = options.cwd ?? '/';
    this.hostMemoryBytes = options.hostMemoryBytes ?? 8 * GIB;
    this.hostCores = options.hostCores ?? 2;
  }

  openScratchDirectory(): ScratchDirectory {
    return { path: this.temporaryDirectory, close: () => Promise.resolve() };
  }

  cwd(): string {
    return this.#cwd;
  }

  writeStdout(output: string | Uint8Array): void {
    this.stdout += textOf(output);
  }

  writeStderr(output: string | Uint8Array): void {
    this.stderr += textOf(output);
  }

  tellParent(message: string): void {
    this.toldParent.push(message);
  }

  onParentGone(listener: () => void): Cancellable {
    this.#parentGoneListeners.add(listener);
    return { cancel: () => void this.#parentGoneListeners.delete(listener) };
  }

  /** The process that has started this one ends. */
  endParent(): void {
    for (const listener of [...this.#parentGoneListeners]) listener();
    this.#parentGoneListeners.clear();
  }

  onSignal(signal: ProcessSignal, listener: () => void): Cancellable {
    const listeners = this.#signalListeners.get(signal) ?? new Set();
    this.#signalListeners.set(signal, listeners.add(listener));
    return { cancel: () => void listeners.delete(listener) };
  }

  /** Raises a signal; without a listener the process exits as the host would have it. */
  raise(signal: ProcessSignal): void {
    const listeners = this.#signalListeners.get(signal);
    if (listeners === undefined || listeners.size === 0) this.exit(128);
    for (const listener of [...listeners]) listener();
  }

  onUncaught(listener: (thrown: unknown) => void): Cancellable {
    this.#uncaughtListeners.add(listener);
    return { cancel: () => void this.#uncaughtListeners.delete(listener) };
  }

  /** Reports an error that nobody caught. */
  throwUncaught(thrown: unknown): void {
    for (const listener of [...this.#uncaughtListeners]) listener(thrown);
  }

  exit(code: number): never {
    this.exitCode = code;
    throw new SimulatedExit(code);
  }

  setExitCode(code: number): void {
    this.exitCode = code;
  }

  memoryUsage(): MemoryUsage {
    return { ...this.memory };
  }

  /** Nothing is collected in a simulation. */
  gcMs(): number {
    return 0;
  }

  heapStatistics(): HeapStatistics {
    const { heapUsedBytes, externalBytes } = this.memory;
    return { usedBytes: heapUsedBytes, totalBytes: heapUsedBytes, limitBytes: HEAP_LIMIT_BYTES, externalBytes };
  }

  peakRssBytes(): number {
    this.#peakRssBytes = Math.max(this.#peakRssBytes, this.memory.rssBytes);
    return this.#peakRssBytes;
  }

  setOwnThreadPriority(nice: number): void {
    this.nice = nice;
  }
}

function textOf(output: string | Uint8Array): string {
  return typeof output === 'string' ? output : new TextDecoder().decode(output);
}
