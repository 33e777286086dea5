import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NodeThreads } from '#platform/threads/node-threads';
import type { SimulatedPlatform } from '#platform/simulated-platform';
import { simulatedPlatform } from '#platform/simulated-platform';
import { threadsContract } from '../threads-contract.js';
import { runScript } from '../threads-worker.js';

const ENTRY = new URL('../threads-worker.js', import.meta.url);

threadsContract('NodeThreads', () => ({ threads: new NodeThreads(), entry: ENTRY, settle: (promise) => promise }));

for (const seed of [1, 2, 3]) {
  threadsContract(`SimulatedThreads of seed ${seed}`, () => {
    const platform = simulatedPlatform({ seed });
    platform.threads.register(ENTRY, runScript);
    return { threads: platform.threads, entry: ENTRY, settle: (promise) => settle(platform, promise) };
  });
}

async function settle<T>(platform: SimulatedPlatform, promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const watched = promise.finally(() => (isSettled = true));
  await platform.run({ until: () => isSettled, stepsMax: 10_000 });
  assert.ok(isSettled, 'the simulation ended before the promise did');
  return watched;
}

test('a real worker over its heap limit is reported with the code of the host', async () => {
  const threads = new NodeThreads();
  const hog = new URL('data:text/javascript,const kept = []; for (;;) kept.push({ a: kept.length, b: [kept.length] });');
  const worker = threads.spawn(hog, { name: 'hog', resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 } });
  const errors: Error[] = [];
  worker.onError((error) => errors.push(error));
  const code = await new Promise<number>((resolve) => worker.onExit(resolve));
  assert.equal(code, 1);
  assert.equal((errors[0] as NodeJS.ErrnoException).code, 'ERR_WORKER_OUT_OF_MEMORY');
});

test('a wait on a bell keeps its thread alive', async () => {
  const threads = new NodeThreads();
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const waiter = new URL(`data:text/javascript,${encodeURIComponent(`
    import { workerData, parentPort } from 'node:worker_threads';
    import { NodeThreads } from ${JSON.stringify(new URL('../../../src/platform/threads/node-threads.js', import.meta.url).href)};
    parentPort.postMessage('waiting');
    parentPort.postMessage(await new NodeThreads().waitForBellAsync(workerData.cell, 0, 0, Infinity));
  `)}`);
  const worker = threads.spawn(waiter, { name: 'waiter', workerData: { cell } });
  const messages: unknown[] = [];
  worker.onMessage((message) => {
    messages.push(message);
    Atomics.store(cell, 0, 1);
    setTimeout(() => threads.ring(cell, 0), 5);
  });
  assert.equal(await new Promise<number>((resolve) => worker.onExit(resolve)), 0);
  assert.match(messages.join(' '), /^waiting (woken|changed)$/);
});

test('a simulated thread needs a registered entry', () => {
  const { threads } = simulatedPlatform({ seed: 1 });
  assert.throws(() => threads.spawn(new URL('file:///nowhere.js'), { name: 'x' }), { code: 'THREAD_ENTRY_UNKNOWN' });
});

test('a simulated thread that is killed is reported and never runs again', async () => {
  const platform = simulatedPlatform({ seed: 1 });
  let turns = 0;
  platform.threads.register(ENTRY, async () => {
    for (;;) {
      turns++;
      await platform.clock.yieldToEventLoop();
      if (turns > 100) return;
    }
  });
  const worker = platform.threads.spawn(ENTRY, { name: 'victim' });
  const heard: unknown[] = [];
  worker.onError((error) => heard.push((error as NodeJS.ErrnoException).code));
  worker.onExit((code) => heard.push(code));
  await platform.run({ until: () => turns > 3 });
  platform.threads.kill(worker);
  await platform.run();
  assert.deepEqual(heard, ['THREAD_LOST', 1]);
});

test('which simulated thread moves next depends on the seed alone', async () => {
  const order = async (seed: number): Promise<string> => {
    const platform = simulatedPlatform({ seed });
    let moves = '';
    platform.threads.register(ENTRY, (threads) => {
      threads.parentPort()!.onMessage((message) => {
        moves += `${threads.threadId}${String(message)} `;
      });
    });
    const workers = [1, 2, 3].map((n) => platform.threads.spawn(ENTRY, { name: `w${n}` }));
    for (const message of ['a', 'b']) for (const worker of workers) worker.postMessage(message);
    await platform.run();
    return moves;
  };
  assert.equal(await order(9), await order(9));
  const orders = new Set(await Promise.all(Array.from({ length: 12 }, (_, seed) => order(seed))));
  assert.ok(orders.size > 4, `${orders.size} orders from 12 seeds`);
  for (const moves of orders) assert.match(moves, /1a.*1b/);
});
