import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FrameHeader, FrameKind } from '#core/columns/frame';
import { FrameMemory } from '#core/columns/frame-memory';
import { Polled } from '#shuffle/channel/channel';
import { FragmentAssembler } from '#shuffle/channel/fragment-assembler';
import { createSameSlotChannel } from '#shuffle/channel/same-slot-channel';
import { writeFragments } from '#shuffle/channel/write-fragments';
import { ShuffleError } from '#shuffle/errors';
import { CountingBell } from './counting-bell.js';

const RECORD_BYTES_MAX = 64 * 1024 * 1024;

/** Some bytes that look like a sealed frame at `base`. */
function oversized(byteLength: number, base: number) {
  const memory = FrameMemory.allocate(base + byteLength);
  for (let i = 64; i < byteLength; i++) memory.u8[base + i] = (i * 13 + byteLength) & 255;
  memory.i32[(base >>> 2) + FrameHeader.KIND] = FrameKind.BATCH;
  memory.i32[(base >>> 2) + FrameHeader.SCHEMA_ID] = 4711;
  memory.i32[(base >>> 2) + FrameHeader.ATTEMPT] = 3;
  return { memory, base, byteLength };
}

test('a frame larger than the channel arrives whole, in as many resumptions as the reader makes it take', () => {
  fc.assert(
    fc.property(fc.integer({ min: 32, max: 3000 }), fc.integer({ min: 1, max: 5 }), fc.nat({ max: 4 }), (words, readsPerTurn, baseWords) => {
      const frame = oversized(words * 8, baseWords * 8);
      const { producer, consumer } = createSameSlotChannel(1024, new CountingBell());
      const assembler = new FragmentAssembler(RECORD_BYTES_MAX);
      let cursor = 0;
      let isComplete = false;
      while (!isComplete) {
        cursor = writeFragments(producer, frame, cursor, RECORD_BYTES_MAX);
        for (let i = 0; i < readsPerTurn && consumer.poll() === Polled.FRAME; i++) {
          assert.equal(isComplete, false);
          assert.equal(consumer.memory.i32[(consumer.frameOffset >>> 2) + FrameHeader.SCHEMA_ID], 4711);
          assert.equal(consumer.memory.i32[(consumer.frameOffset >>> 2) + FrameHeader.SEQUENCE], consumer.framesReleased);
          isComplete = assembler.accept(consumer.memory, consumer.frameOffset);
          consumer.releaseFrame();
          assert.equal(assembler.pendingBytes === 0, isComplete);
        }
      }
      assert.equal(cursor, frame.byteLength);
      assert.equal(consumer.poll(), Polled.NOTHING);
      const joined = assembler.frame;
      const sent = frame.memory.u8.subarray(frame.base, frame.base + frame.byteLength);
      assert.deepEqual(joined.memory.u8.subarray(0, joined.byteLength), sent);
      assembler.clear();
      assert.throws(() => assembler.frame, /complete/);
    }),
    { numRuns: 100 },
  );
});

test('a record above the limit is refused with its size and the key that raises the limit', () => {
  const { producer } = createSameSlotChannel(1024, new CountingBell());
  assert.throws(
    () => writeFragments(producer, oversized(4096, 0), 0, 4000),
    (error) =>
      error instanceof ShuffleError &&
      error.code === 'CHANNEL_RECORD_TOO_LARGE' &&
      error.message === 'a record has 4096 bytes on its channel, more than the limit of 4000: raise millrace.record.size.max or make the record smaller',
  );
  assert.equal(producer.framesPublished, 0);
});

test('a piece that does not continue the frame is an engine error', () => {
  const { producer, consumer } = createSameSlotChannel(4096, new CountingBell());
  const assembler = new FragmentAssembler(RECORD_BYTES_MAX);
  writeFragments(producer, oversized(4000, 0), 0, RECORD_BYTES_MAX);
  consumer.poll();
  assembler.accept(consumer.memory, consumer.frameOffset);
  assert.throws(() => assembler.accept(consumer.memory, consumer.frameOffset), /the frame before was cleared/);
  consumer.releaseFrame();
  consumer.poll();
  assembler.clear();
  assert.throws(() => assembler.accept(consumer.memory, consumer.frameOffset), /fragments arrive in order/);
});
