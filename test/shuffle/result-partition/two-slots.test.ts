import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { FrameMemory } from '#core/columns/frame-memory';
import { formatRing, ringRegionBytes } from '#shuffle/ring/ring-layout';
import { DOORBELL_BYTES, WakeCause } from '#shuffle/ring/slot-doorbell';
import { FloodingSlot, slotRing } from './two-slots-worker.js';
import type { SlotResult, SlotStep, TwoSlotsResult, TwoSlotsTask } from './two-slots-worker.js';

function runWorker(task: TwoSlotsTask): Promise<TwoSlotsResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./two-slots-worker.js', import.meta.url), { workerData: task });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the worker ended without a result')));
  });
}

function openSlots(dataBytes: number): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(2 * DOORBELL_BYTES + 2 * ringRegionBytes(dataBytes));
  const memory = new FrameMemory(shared);
  for (const self of [0, 1]) formatRing(memory, slotRing(self, dataBytes), dataBytes);
  return shared;
}

const ROWS = 20_000;
/** Far above what any wake-up takes: a park that lasts so long slept through one. */
const PARK_TIMEOUT_MS = 60_000;
for (const [dataBytes, isDeclared] of [[4096, true], [4096, false], [65_536, true]] as const) {
  test(`two slots that write ${isDeclared ? 'declared' : 'undeclared'} rows to each other over rings of ${dataBytes} bytes lose nothing and never hang`, async () => {
    const task = { shared: openSlots(dataBytes), dataBytes, rows: ROWS, isDeclared, parkTimeoutMs: PARK_TIMEOUT_MS };
    const results = await Promise.all([runWorker({ ...task, self: 0 }), runWorker({ ...task, self: 1 })]);
    assert.equal(results[0]!.rowsRead + results[1]!.rowsRead, 2 * ROWS);
    for (const { timeouts, watermarksRead } of results) {
      assert.equal(timeouts, 0, 'no wake-up was slept through');
      assert.ok(watermarksRead > 50, `${watermarksRead} watermarks`);
    }
  });
}

/** A slot on this thread: asleep it only asks whether it was rung. */
class SteppedSlot {
  readonly #slot: FloodingSlot;
  readonly #steps: Generator<SlotStep, SlotResult>;
  #isAsleep = false;
  result: SlotResult | undefined;

  constructor(task: TwoSlotsTask) {
    this.#slot = new FloodingSlot(task, { waitForBell: () => 'timed-out', waitForBellAsync: () => Promise.resolve('timed-out'), ring: () => undefined });
    this.#steps = this.#slot.run();
  }

  /** False when it goes on sleeping, or has ended. */
  step(): boolean {
    if (this.result !== undefined) return false;
    if (this.#isAsleep && this.#slot.bell.park(0, () => false) === WakeCause.TIMEOUT) return false;
    const step = this.#steps.next();
    this.#isAsleep = step.value === 'idle';
    if (step.done === true) this.result = step.value;
    return true;
  }
}

/** Which slot has its turn, and for how many steps: long turns fill and empty the rings. */
const turn = fc.tuple(fc.nat({ max: 1 }), fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 300 })));

test('in no order of their steps do two slots both sleep while something is left to do', () => {
  fc.assert(
    fc.property(fc.infiniteStream(turn), fc.constantFrom(4096, 65_536), fc.boolean(), (turns, dataBytes, isDeclared) => {
      const task = { shared: openSlots(dataBytes), dataBytes, rows: 400, isDeclared, parkTimeoutMs: 0 };
      const slots = [new SteppedSlot({ ...task, self: 0 }), new SteppedSlot({ ...task, self: 1 })] as const;
      while (slots.some((slot) => slot.result === undefined)) {
        const [index, count] = turns.next().value;
        const [first, other] = index === 0 ? slots : [slots[1], slots[0]];
        assert.ok(first.step() || other.step(), 'a slot that has not ended is awake');
        for (let i = 1; i < count && first.step(); i++);
      }
      assert.equal(slots[0].result!.rowsRead + slots[1].result!.rowsRead, 800);
    }),
    { numRuns: 150 },
  );
});
