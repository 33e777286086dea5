// Threads over node:worker_threads and Atomics. Each thread makes its own.
import { isMainThread, parentPort, receiveMessageOnPort, threadId, Worker, workerData, type MessagePort, type ResourceLimits } from 'node:worker_threads';
import { assert } from '#core/assert';
import type { BellResult, ParentPort, SpawnOptions, ThreadResourceLimits, Threads, Transferable, WorkerThread } from '#platform/threads/threads';

const BELL_RESULTS = { ok: 'woken', 'not-equal': 'changed', 'timed-out': 'timed-out' } as const;

/** Present in every supported Node, typed from ES2024 on. */
interface AtomicsWithWaitAsync {
  waitAsync(cell: Int32Array, index: number, expected: number, timeoutMs: number):
    | { readonly async: false; readonly value: 'not-equal' | 'timed-out' }
    | { readonly async: true; readonly value: Promise<'ok' | 'timed-out'> };
}

/** Longest wait that keeps the loop alive by one timer; Node's own limit. */
const KEEP_ALIVE_MS = 2 ** 31 - 1;

export class NodeThreads implements Threads {
  readonly threadId = threadId;
  readonly isMainThread = isMainThread;
  readonly #parentPort = parentPort === null ? undefined : new NodeParentPort(parentPort);

  spawn(entry: URL, options: SpawnOptions): WorkerThread {
    const worker = new Worker(entry, {
      name: options.name,
      workerData: options.workerData,
      ...(options.resourceLimits === undefined ? {} : { resourceLimits: limitsOf(options.resourceLimits) }),
      ...(options.transfer === undefined ? {} : { transferList: [...options.transfer] }),
    });
    return new NodeWorkerThread(worker, options.name);
  }

  workerData(): unknown {
    return workerData;
  }

  parentPort(): ParentPort | undefined {
    return this.#parentPort;
  }

  waitForBell(cell: Int32Array, index: number, expected: number, timeoutMs: number): BellResult {
    return BELL_RESULTS[Atomics.wait(cell, index, expected, timeoutMs)];
  }

  async waitForBellAsync(cell: Int32Array, index: number, expected: number, timeoutMs: number): Promise<BellResult> {
    const waiting = (Atomics as unknown as AtomicsWithWaitAsync).waitAsync(cell, index, expected, timeoutMs);
    if (!waiting.async) return BELL_RESULTS[waiting.value];
    // A pending waitAsync does not keep a thread alive (node-facts: measured), a timer does.
    const keepAlive = setTimeout(() => undefined, KEEP_ALIVE_MS);
    const result = await waiting.value;
    clearTimeout(keepAlive);
    return BELL_RESULTS[result];
  }

  ring(cell: Int32Array, index: number, count?: number): void {
    Atomics.notify(cell, index, count);
  }
}

class NodeWorkerThread implements WorkerThread {
  readonly threadId: number;
  readonly name: string;
  readonly #worker: Worker;
  #hasErrorListener = false;

  constructor(worker: Worker, name: string) {
    this.#worker = worker;
    this.threadId = worker.threadId;
    this.name = name;
    // An 'error' without a listener would end the parent; whoever listens to exit learns of it all the same.
    worker.on('error', () => undefined);
  }

  postMessage(message: unknown, transfer?: readonly Transferable[]): void {
    assert(message !== undefined, 'a message is not undefined');
    this.#worker.postMessage(message, transfer);
  }

  onMessage(listener: (message: unknown) => void): void {
    assert(this.#worker.listenerCount('message') === 0, 'a worker has one message listener');
    this.#worker.on('message', listener);
  }

  onError(listener: (error: Error) => void): void {
    assert(!this.#hasErrorListener, 'a worker has one error listener');
    this.#hasErrorListener = true;
    this.#worker.on('error', (thrown: unknown) => listener(thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown })));
  }

  onExit(listener: (code: number) => void): void {
    assert(this.#worker.listenerCount('exit') === 0, 'a worker has one exit listener');
    this.#worker.on('exit', listener);
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  ref(): void {
    this.#worker.ref();
  }

  unref(): void {
    this.#worker.unref();
  }
}

class NodeParentPort implements ParentPort {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  postMessage(message: unknown, transfer?: readonly Transferable[]): void {
    assert(message !== undefined, 'a message is not undefined');
    this.#port.postMessage(message, transfer);
  }

  onMessage(listener: (message: unknown) => void): void {
    assert(this.#port.listenerCount('message') === 0, 'a parent port has one message listener');
    this.#port.on('message', listener);
  }

  receiveSync(): unknown {
    const received = receiveMessageOnPort(this.#port) as { readonly message: unknown } | undefined;
    return received?.message;
  }

  ref(): void {
    this.#port.ref();
  }

  unref(): void {
    this.#port.unref();
  }

  close(): void {
    this.#port.close();
  }
}

function limitsOf(limits: ThreadResourceLimits): ResourceLimits {
  return {
    ...(limits.maxOldGenerationSizeMb === undefined ? {} : { maxOldGenerationSizeMb: limits.maxOldGenerationSizeMb }),
    ...(limits.maxYoungGenerationSizeMb === undefined ? {} : { maxYoungGenerationSizeMb: limits.maxYoungGenerationSizeMb }),
    ...(limits.stackSizeMb === undefined ? {} : { stackSizeMb: limits.stackSizeMb }),
  };
}
