import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { FrameMemory } from '#core/columns/frame-memory';
import { formatRing, ringRegionBytes } from '#shuffle/ring/ring-layout';
import { DOORBELL_BYTES } from '#shuffle/ring/slot-doorbell';
import { slotRing } from './two-slots-worker.js';
import type { TwoSlotsResult, TwoSlotsTask } from './two-slots-worker.js';

function runWorker(task: TwoSlotsTask): Promise<TwoSlotsResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./two-slots-worker.js', import.meta.url), { workerData: task });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the worker ended without a result')));
  });
}

const ROWS = 20_000;
/**
 * The longest park of a slot. With an unbounded park about one run in seven sleeps through a wake-up somewhere between
 * writer, gate and doorbell (the rings and doorbells alone do not: see ../channel); the cause is not found. Until it is, the
 * bound turns it into a short pause, and this test holds that rows, their order and the end do not depend on it.
 */
const PARK_TIMEOUT_MS = 200;
for (const [dataBytes, isDeclared] of [[4096, true], [4096, false], [65_536, true]] as const) {
  test(`two slots that write ${isDeclared ? 'declared' : 'undeclared'} rows to each other over rings of ${dataBytes} bytes lose nothing and never hang`, async () => {
    const shared = new SharedArrayBuffer(2 * DOORBELL_BYTES + 2 * ringRegionBytes(dataBytes));
    const memory = new FrameMemory(shared);
    for (const self of [0, 1]) formatRing(memory, slotRing(self, dataBytes), dataBytes);
    const task = { shared, dataBytes, rows: ROWS, isDeclared, parkTimeoutMs: PARK_TIMEOUT_MS };
    const results = await Promise.all([runWorker({ ...task, self: 0 }), runWorker({ ...task, self: 1 })]);
    assert.equal(results[0]!.rowsRead + results[1]!.rowsRead, 2 * ROWS);
    for (const { timeouts, watermarksRead } of results) {
      assert.ok(timeouts < 50, `${timeouts} wake-ups were slept through`);
      assert.ok(watermarksRead > 50, `${watermarksRead} watermarks`);
    }
  });
}
