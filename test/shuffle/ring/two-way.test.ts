import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { FrameMemory } from '#core/columns/frame-memory';
import { formatRing, ringRegionBytes } from '#shuffle/ring/ring-layout';
import type { RingStart } from '#shuffle/ring/ring-layout';
import { DOORBELL_BYTES } from '#shuffle/ring/slot-doorbell';
import { twoWayRing } from './two-way-worker.js';
import type { TwoWayResult, TwoWayTask } from './two-way-worker.js';

function runWorker(task: TwoWayTask): Promise<TwoWayResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./two-way-worker.js', import.meta.url), { workerData: task });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the worker ended without a result')));
  });
}

async function runBoth(dataBytes: number, frames: number, spinCount: number, start?: RingStart): Promise<TwoWayResult[]> {
  const shared = new SharedArrayBuffer(2 * DOORBELL_BYTES + 2 * ringRegionBytes(dataBytes));
  const memory = new FrameMemory(shared);
  for (const self of [0, 1]) formatRing(memory, twoWayRing(self, dataBytes), dataBytes, start);
  const task = { shared, dataBytes, frames, spinCount, parkTimeoutMs: 20_000 };
  return Promise.all([runWorker({ ...task, self: 0 }), runWorker({ ...task, self: 1 })]);
}

const FRAMES = 12_000;
for (const [dataBytes, spinCount] of [[65_536, 0], [4096, 0], [4096, 300]] as const) {
  test(`two threads that flood each other over rings of ${dataBytes} bytes, spinning ${spinCount} times, lose nothing and never hang`, async () => {
    for (const result of await runBoth(dataBytes, FRAMES, spinCount)) {
      assert.equal(result.framesRead, FRAMES);
      assert.equal(result.entriesRead, FRAMES / 3 + 1);
      assert.equal(result.timeouts, 0, 'no wake-up was lost');
    }
  });
}

test('two threads go on across the end of every counter', async () => {
  const start = { position: 2 ** 31 - 4096, frames: 0, controlEntries: 2 ** 31 - 100 };
  for (const result of await runBoth(4096, 1200, 0, start)) {
    assert.deepEqual([result.framesRead, result.timeouts], [1200, 0]);
  }
});
