// Process over Node's globals. Invariant: output is written synchronously to the descriptor from whichever thread calls,
// so a line of a slot is out before the slot goes on.
import { readlinkSync, writeSync } from 'node:fs';
import * as os from 'node:os';
import { isatty } from 'node:tty';
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { isMainThread } from 'node:worker_threads';
import type { Cancellable } from '#platform/clock/clock';
import type { HeapStatistics, MemoryUsage, Process, ProcessSignal, ScratchDirectory } from '#platform/process/process';
import { openScratchDirectory } from '#platform/process/scratch-directory';

const STDOUT = 1;
const STDERR = 2;
/** Where bin/millrace.mjs listens, line by line. */
const PARENT_FD_VARIABLE = 'MILLRACE_PARENT_FD';
const PARENT_PID_VARIABLE = 'MILLRACE_PARENT_PID';
/** Pause between two looks whether the parent lives: cheaper than a socket to it, which would have to be loaded. */
const PARENT_LOOK_MS = 200;
/** Pause before a full pipe is tried again. */
const PIPE_FULL_PAUSE_MS = 1;

export class NodeProcess implements Process {
  readonly argv: readonly string[] = process.argv.slice(2);
  readonly env: Readonly<Record<string, string | undefined>> = process.env;
  readonly pid = process.pid;
  readonly hostPlatform = process.platform;
  readonly hostName = os.hostname();
  readonly hostMemoryBytes = os.totalmem();
  readonly hostCores = os.availableParallelism();
  readonly temporaryDirectory = os.tmpdir();
  readonly nodeVersion = process.versions.node;
  readonly isStdoutTerminal = isatty(STDOUT);
  readonly isStderrTerminal = isatty(STDERR);

  #gcMs = 0;
  #gcObserver: PerformanceObserver | undefined;

  openScratchDirectory(): ScratchDirectory {
    return openScratchDirectory(this.temporaryDirectory);
  }

  cwd(): string {
    return process.cwd();
  }

  writeStdout(output: string | Uint8Array): void {
    writeFully(STDOUT, output);
  }

  writeStderr(output: string | Uint8Array): void {
    writeFully(STDERR, output);
  }

  tellParent(message: string): void {
    const fd = process.env[PARENT_FD_VARIABLE];
    // Who has gone away hears nothing more: not this process's concern.
    if (fd !== undefined) writeFully(Number(fd), `${message}\n`, () => undefined);
  }

  onParentGone(listener: () => void): Cancellable {
    const parent = process.env[PARENT_PID_VARIABLE];
    if (parent === undefined) return { cancel: () => undefined };
    const timer = setInterval(() => {
      if (process.ppid === Number(parent)) return;
      clearInterval(timer);
      listener();
    }, PARENT_LOOK_MS).unref();
    return { cancel: () => clearInterval(timer) };
  }

  onSignal(signal: ProcessSignal, listener: () => void): Cancellable {
    process.on(signal, listener);
    return { cancel: () => void process.off(signal, listener) };
  }

  onUncaught(listener: (thrown: unknown) => void): Cancellable {
    const onException = (thrown: unknown) => listener(thrown);
    process.on('uncaughtException', onException);
    process.on('unhandledRejection', onException);
    return {
      cancel: () => {
        process.off('uncaughtException', onException);
        process.off('unhandledRejection', onException);
      },
    };
  }

  exit(code: number): never {
    process.exit(code);
  }

  setExitCode(code: number): void {
    process.exitCode = code;
  }

  memoryUsage(): MemoryUsage {
    const usage = process.memoryUsage();
    return { rssBytes: usage.rss, heapUsedBytes: usage.heapUsed, externalBytes: usage.external };
  }

  heapStatistics(): HeapStatistics {
    const heap = getHeapStatistics();
    return { usedBytes: heap.used_heap_size, totalBytes: heap.total_heap_size, limitBytes: heap.heap_size_limit, externalBytes: heap.external_memory };
  }

  gcMs(): number {
    if (this.#gcObserver === undefined) {
      this.#gcObserver = new PerformanceObserver((entries) => {
        for (const { duration } of entries.getEntries()) this.#gcMs += duration;
      });
      this.#gcObserver.observe({ entryTypes: ['gc'] });
    }
    return this.#gcMs;
  }

  peakRssBytes(): number {
    return process.resourceUsage().maxRSS * 1024;
  }

  setOwnThreadPriority(nice: number): void {
    try {
      // "<pid>/task/<tid>"; Linux schedules threads by tid, which Node's call takes as well as a pid.
      const tid = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
      os.setPriority(tid, nice);
    } catch {
      // A matter of comfort for the other threads: without it the engine is right all the same.
    }
  }
}

/** Writes every byte; waits while a pipe is full, ends the process when its reader is gone. */
function writeFully(fd: number, output: string | Uint8Array, onReaderGone = endQuietly): void {
  const bytes = typeof output === 'string' ? Buffer.from(output, 'utf8') : output;
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(fd, bytes, done, bytes.length - done);
    } catch (error) {
      const errno = (error as NodeJS.ErrnoException).code;
      if (errno === 'EAGAIN') pause();
      // A socket whose reader left bytes unread is reset: Node gives a child sockets, not pipes.
      else if (errno === 'EPIPE' || errno === 'ECONNRESET') return onReaderGone();
      else throw error;
    }
  }
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PIPE_FULL_PAUSE_MS);
}

/** `millrace … | head` has read what it wanted. A worker cannot end the process, so it asks as `kill` would. */
function endQuietly(): void {
  if (isMainThread) process.exit(0);
  else process.kill(process.pid, 'SIGTERM');
}
