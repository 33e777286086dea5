// Worker of two-way.test.ts: one of two slots that write to each other. Sends frames of random sizes and a control entry
// after every third, reads those of its peer, checks every word, and parks whenever neither is possible.
import assert from 'node:assert/strict';
import { parentPort, workerData } from 'node:worker_threads';
import { FrameMemory } from '#core/columns/frame-memory';
import { ControlKind, Polled } from '#shuffle/channel/channel';
import { createRingConsumer, createRingProducer } from '#shuffle/ring/ring-channel';
import { ringRegionBytes } from '#shuffle/ring/ring-layout';
import { DOORBELL_BYTES, SlotDoorbell, WakeCause } from '#shuffle/ring/slot-doorbell';

export interface TwoWayTask {
  readonly shared: SharedArrayBuffer;
  readonly self: 0 | 1;
  readonly dataBytes: number;
  readonly frames: number;
  readonly spinCount: number;
  /** Far above what any wake-up takes: a timeout means that one was lost. */
  readonly parkTimeoutMs: number;
}

export interface TwoWayResult {
  readonly framesRead: number;
  readonly entriesRead: number;
  readonly parks: number;
  readonly timeouts: number;
}

/** Where things lie in the shared memory: two doorbells, then the ring that 0 writes, then the ring that 1 writes. */
export const twoWayRing = (self: number, dataBytes: number): number => 2 * DOORBELL_BYTES + self * ringRegionBytes(dataBytes);

const next = (state: number): number => {
  let x = state;
  x ^= x << 13;
  x ^= x >>> 17;
  return x ^ (x << 5);
};

class TwoWaySlot {
  readonly #task: TwoWayTask;
  readonly #bell: SlotDoorbell;
  readonly #producer;
  readonly #consumer;
  #sent = 0;
  #isEndSent = false;
  #isEndRead = false;
  #entriesSent = 0;
  #entriesRead = 0;
  #sendState: number;
  #readState: number;

  constructor(task: TwoWayTask) {
    const memory = new FrameMemory(task.shared);
    const peer = 1 - task.self;
    this.#task = task;
    this.#bell = new SlotDoorbell(memory.i32, (task.self * DOORBELL_BYTES) / 4, { spinCount: task.spinCount });
    const peerBell = new SlotDoorbell(memory.i32, (peer * DOORBELL_BYTES) / 4);
    this.#producer = createRingProducer(memory, twoWayRing(task.self, task.dataBytes), task.dataBytes, peerBell);
    this.#consumer = createRingConsumer(memory, twoWayRing(peer, task.dataBytes), task.dataBytes, peerBell);
    this.#sendState = 77 + task.self;
    this.#readState = 77 + peer;
  }

  run(): TwoWayResult {
    let parks = 0;
    let timeouts = 0;
    while (!this.#isEndSent || !this.#isEndRead) {
      const isSending = this.#send();
      const isReading = this.#read();
      if (isSending || isReading) continue;
      parks++;
      if (this.#bell.park(this.#task.parkTimeoutMs, () => false) === WakeCause.TIMEOUT) timeouts++;
    }
    return { framesRead: this.#consumer.framesReleased, entriesRead: this.#entriesRead, parks, timeouts };
  }

  /** Sends what fits, one frame or entry at least; false when nothing did. */
  #send(): boolean {
    const { frames } = this.#task;
    let isSending = false;
    while (this.#sent < frames || !this.#isEndSent) {
      const isEntryDue = this.#sent >= (this.#entriesSent + 1) * 3 || this.#sent === frames;
      if (isEntryDue ? !this.#sendEntry() : !this.#sendFrame()) return isSending;
      isSending = true;
    }
    return isSending;
  }

  #sendEntry(): boolean {
    const isEnd = this.#sent === this.#task.frames && this.#sent < (this.#entriesSent + 1) * 3;
    if (!this.#producer.tryControl(isEnd ? ControlKind.END_OF_INPUT : ControlKind.WATERMARK, this.#entriesSent, 0, 0)) return false;
    this.#entriesSent++;
    this.#isEndSent = isEnd;
    return true;
  }

  #sendFrame(): boolean {
    const words = 2 + ((this.#sendState >>> 4) % ((this.#producer.frameBytesMax >>> 2) - 2));
    const offset = this.#producer.tryReserve(words * 4);
    if (offset === -1) return false;
    this.#producer.memory.i32.fill(this.#sendState, offset >>> 2, (offset >>> 2) + words);
    this.#producer.memory.i32[offset >>> 2] = this.#sent;
    this.#producer.publish(words * 4);
    this.#sendState = next(this.#sendState);
    this.#sent++;
    return true;
  }

  /** Reads at most three things, so that rings fill and both sides wait for room. */
  #read(): boolean {
    let taken = 0;
    for (; taken < 3; taken++) {
      const polled = this.#consumer.poll();
      if (polled === Polled.NOTHING) break;
      if (polled === Polled.FRAME) this.#readFrame();
      else this.#readEntry();
    }
    return taken > 0;
  }

  #readFrame(): void {
    const consumer = this.#consumer;
    const { i32 } = consumer.memory;
    const first = consumer.frameOffset >>> 2;
    const words = consumer.frameBytes >>> 2;
    assert.equal(this.#isEndRead, false);
    assert.equal(i32[first], consumer.framesReleased);
    for (let i = 1; i < words; i++) if (i32[first + i] !== this.#readState) assert.fail(`word ${i} of frame ${consumer.framesReleased} is damaged`);
    this.#readState = next(this.#readState);
    consumer.releaseFrame();
  }

  #readEntry(): void {
    const consumer = this.#consumer;
    assert.equal(this.#isEndRead, false);
    assert.equal(consumer.controlA, this.#entriesRead);
    this.#isEndRead = consumer.controlKind === ControlKind.END_OF_INPUT;
    this.#entriesRead++;
    assert.equal(consumer.controlAfterFrame, this.#isEndRead ? this.#task.frames : this.#entriesRead * 3);
    consumer.takeControl();
  }
}

// Imported by the test for its types and layout, run only as a worker.
if (parentPort !== null) parentPort.postMessage(new TwoWaySlot(workerData as TwoWayTask).run());
