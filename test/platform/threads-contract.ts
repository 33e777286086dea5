// What every Threads keeps to. The workers of the suite are in threads-worker.ts: as real modules and as entries of the
// simulation they run the same code, chosen by workerData.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Threads, WorkerThread } from '#platform/threads/threads';
import type { ScriptName } from './threads-worker.js';

export interface ThreadsHarness {
  readonly threads: Threads;
  /** URL to spawn that runs a script of threads-worker. */
  readonly entry: URL;
  /** Lets threads and timers run while `promise` is pending. */
  settle<T>(promise: Promise<T>): Promise<T>;
}

interface Watched {
  readonly worker: WorkerThread;
  readonly messages: unknown[];
  readonly errors: Error[];
  readonly exited: Promise<number>;
  /** Resolves with the n-th message (from 1). */
  message(n: number): Promise<unknown>;
}

function spawn(harness: ThreadsHarness, script: ScriptName, data: Record<string, unknown> = {}): Watched {
  const worker = harness.threads.spawn(harness.entry, { name: script, workerData: { script, ...data }, resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 } });
  const messages: unknown[] = [];
  const errors: Error[] = [];
  const waiting: (() => void)[] = [];
  worker.onMessage((message) => {
    messages.push(message);
    waiting.splice(0).forEach((wake) => wake());
  });
  worker.onError((error) => errors.push(error));
  const exited = new Promise<number>((resolve) => worker.onExit(resolve));
  const message = async (n: number): Promise<unknown> => {
    while (messages.length < n) await new Promise<void>((resolve) => waiting.push(resolve));
    return messages[n - 1];
  };
  return { worker, messages, errors, exited, message };
}

export function threadsContract(name: string, create: () => ThreadsHarness): void {
  describe(`${name} as Threads`, () => {
    test('the main thread knows that it is one', () => {
      const { threads } = create();
      assert.deepEqual([threads.isMainThread, threads.threadId, threads.parentPort()], [true, 0, undefined]);
    });

    test('a worker has its data and an id, and ends with 0 when it has nothing left to do', async () => {
      const harness = create();
      const { worker, messages, errors, exited } = spawn(harness, 'introduce', { text: 'for you' });
      const { threadId, name: workerName } = worker;
      assert.equal(await harness.settle(exited), 0);
      assert.deepEqual(messages, [{ data: { script: 'introduce', text: 'for you' }, threadId, isMainThread: false }]);
      assert.deepEqual([errors, workerName, threadId > 0], [[], 'introduce', true]);
    });

    test('messages arrive in order, as copies, and an answer comes to each', async () => {
      const harness = create();
      const { worker, messages, message, exited } = spawn(harness, 'echo');
      const sent = { n: 0 };
      for (sent.n = 0; sent.n < 20; sent.n++) worker.postMessage(sent);
      await harness.settle(message(20));
      assert.deepEqual(messages, Array.from({ length: 20 }, (_, n) => ({ echo: { n } })));
      worker.postMessage('close');
      assert.equal(await harness.settle(exited), 0);
    });

    test('messages posted before a worker has started, or listens, are kept for it', async () => {
      const harness = create();
      const { worker, exited, messages } = spawn(harness, 'listen late');
      worker.postMessage('early');
      assert.equal(await harness.settle(exited), 0);
      assert.deepEqual(messages, ['early']);
    });

    test('a worker can take its messages without going back to its loop', async () => {
      const harness = create();
      const cell = new Int32Array(new SharedArrayBuffer(4));
      const { worker, messages, exited } = spawn(harness, 'receive', { cell });
      worker.postMessage('a');
      worker.postMessage('b');
      Atomics.store(cell, 0, 1);
      harness.threads.ring(cell, 0);
      await harness.settle(exited);
      assert.deepEqual(messages, [['a', 'b', undefined]]);
    });

    test('a transferred buffer leaves its sender and arrives whole', async () => {
      const harness = create();
      const { worker, message } = spawn(harness, 'echo');
      const buffer = Uint8Array.of(1, 2, 3).buffer;
      worker.postMessage(buffer, [buffer]);
      const { echo } = await harness.settle(message(1)) as { echo: ArrayBuffer };
      assert.equal(buffer.byteLength, 0);
      assert.deepEqual(new Uint8Array(echo), Uint8Array.of(1, 2, 3));
      await harness.settle(worker.terminate());
    });

    test('shared memory is the same memory on both sides', async () => {
      const harness = create();
      const cell = new Int32Array(new SharedArrayBuffer(8));
      const { exited } = spawn(harness, 'write cell', { cell });
      await harness.settle(exited);
      assert.equal(Atomics.load(cell, 1), 77);
    });

    test('an error nobody caught is reported, then the exit with 1', async () => {
      const harness = create();
      for (const script of ['throw at start', 'throw on message'] as const) {
        const { worker, errors, exited } = spawn(harness, script);
        worker.postMessage('go');
        assert.equal(await harness.settle(exited), 1);
        assert.deepEqual(errors.map((error) => [error.name, error.message]), [['RangeError', script]]);
      }
    });

    test('terminate ends a waiting worker with 1, and after it nothing is heard', async () => {
      const harness = create();
      const { worker, message, messages, errors, exited } = spawn(harness, 'wait for ever');
      await harness.settle(message(1));
      await harness.settle(worker.terminate());
      assert.equal(await harness.settle(exited), 1);
      await harness.settle(worker.terminate());
      worker.postMessage('lost');
      assert.deepEqual([messages, errors], [['waiting'], []]);
    });

    test('a ring wakes the waiter of the other thread, each way', async () => {
      const harness = create();
      const cell = new Int32Array(new SharedArrayBuffer(8));
      const { exited, messages } = spawn(harness, 'answer bell', { cell });
      const answered = harness.threads.waitForBellAsync(cell, 1, 0, 60_000);
      Atomics.store(cell, 0, 1);
      harness.threads.ring(cell, 0);
      assert.equal(await harness.settle(answered), 'woken');
      assert.equal(Atomics.load(cell, 1), 1);
      await harness.settle(exited);
      assert.match(String(messages[0]), /^(woken|changed)$/);
    });

    test('a wait ends at once when the cell has changed, and after its time when nobody rings', async () => {
      const harness = create();
      const cell = new Int32Array(new SharedArrayBuffer(8));
      cell[1] = 5;
      assert.equal(harness.threads.waitForBell(cell, 1, 4, 1000), 'changed');
      assert.equal(harness.threads.waitForBell(cell, 1, 5, 1), 'timed-out');
      assert.equal(await harness.settle(harness.threads.waitForBellAsync(cell, 1, 4, 1000)), 'changed');
      assert.equal(await harness.settle(harness.threads.waitForBellAsync(cell, 1, 5, 1)), 'timed-out');
      assert.equal(await harness.settle(harness.threads.waitForBellAsync(cell, 1, 5, 0)), 'timed-out');
    });

    test('a ring of one cell does not wake the waiter of another', async () => {
      const harness = create();
      const cell = new Int32Array(new SharedArrayBuffer(8));
      const other = new Int32Array(new SharedArrayBuffer(8));
      const waiting = harness.threads.waitForBellAsync(cell, 0, 0, 20);
      harness.threads.ring(other, 0);
      harness.threads.ring(cell, 1);
      assert.equal(await harness.settle(waiting), 'timed-out');
    });

    test('undefined is not a message', async () => {
      const harness = create();
      const { worker } = spawn(harness, 'echo');
      assert.throws(() => worker.postMessage(undefined), /not undefined/);
      await harness.settle(worker.terminate());
    });
  });
}
