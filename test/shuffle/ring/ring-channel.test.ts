import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameMemory } from '#core/columns/frame-memory';
import { Polled } from '#shuffle/channel/channel';
import { createRingConsumer, createRingProducer } from '#shuffle/ring/ring-channel';
import { formatRing, ringDataBytes, ringFrameBytesMax, ringRegionBytes } from '#shuffle/ring/ring-layout';
import { describeChannelContract } from '../channel/channel-contract.js';
import { CountingBell } from '../channel/counting-bell.js';

describeChannelContract('RingChannel', (dataBytes, start) => {
  const regionBytes = ringRegionBytes(dataBytes);
  const shared = new SharedArrayBuffer(regionBytes * 3);
  const memory = new FrameMemory(shared);
  // Neighbours on both sides: a write outside the region would be seen.
  memory.u8.fill(0x5a);
  formatRing(memory, regionBytes, dataBytes, start);
  const producerBell = new CountingBell();
  const consumerBell = new CountingBell();
  return {
    producer: createRingProducer(new FrameMemory(shared), regionBytes, dataBytes, consumerBell),
    consumer: createRingConsumer(new FrameMemory(shared), regionBytes, dataBytes, producerBell),
    producerRings: () => producerBell.rings,
    consumerRings: () => consumerBell.rings,
    step: () => undefined,
    settle: () => {
      for (let i = regionBytes - 64; i < regionBytes; i++) assert.equal(memory.u8[i], 0x5a);
      for (let i = regionBytes * 2; i < regionBytes * 2 + 64; i++) assert.equal(memory.u8[i], 0x5a);
    },
  };
});

test('the region of a channel is what its data lane needs, and the inverse never promises too much', () => {
  for (let regionBytes = 65_536; regionBytes < 66_000; regionBytes += 8) {
    const dataBytes = ringDataBytes(regionBytes);
    assert.ok(ringRegionBytes(dataBytes) <= regionBytes);
    assert.ok(regionBytes - ringRegionBytes(dataBytes) < 256);
  }
  assert.equal(ringFrameBytesMax(65_536), 16_376);
});

test('either end can be built anew from plain numbers while frames and entries lie in the ring', () => {
  const dataBytes = 1024;
  const memory = new FrameMemory(new SharedArrayBuffer(ringRegionBytes(dataBytes)));
  formatRing(memory, 0, dataBytes);
  const bell = new CountingBell();
  let taken = 0;
  for (let i = 0; i < 100; i++) {
    const producer = createRingProducer(memory, 0, dataBytes, bell);
    const offset = producer.tryReserve(100);
    memory.i32[offset >>> 2] = i;
    producer.publish(100);
    producer.tryControl(1, i, 0, 0);
    if (i % 3 !== 2) continue;
    const consumer = createRingConsumer(memory, 0, dataBytes, bell);
    for (let polled = consumer.poll(); polled !== Polled.NOTHING; polled = consumer.poll()) {
      if (polled === Polled.FRAME) {
        assert.equal(memory.i32[consumer.frameOffset >>> 2], taken);
        consumer.releaseFrame();
      } else {
        assert.equal(consumer.controlA, taken++);
        consumer.takeControl();
      }
    }
    assert.equal(consumer.framesReleased, i + 1);
  }
  assert.equal(taken, 99);
});

test('an end refuses a region that is not formatted, or formatted for another size', () => {
  const memory = new FrameMemory(new SharedArrayBuffer(ringRegionBytes(4096)));
  assert.throws(() => createRingProducer(memory, 0, 4096, new CountingBell()), /is formatted/);
  formatRing(memory, 0, 2048);
  assert.throws(() => createRingConsumer(memory, 0, 4096, new CountingBell()), /has 4096 data bytes/);
  assert.throws(() => formatRing(memory, 128, 4096), /lies inside its memory/);
});

test('a region formatted again for the next attempt is empty', () => {
  const memory = new FrameMemory(new SharedArrayBuffer(ringRegionBytes(1024)));
  const bell = new CountingBell();
  formatRing(memory, 0, 1024);
  const producer = createRingProducer(memory, 0, 1024, bell);
  producer.tryReserve(8);
  producer.publish(8);
  producer.tryControl(1, 1, 1, 1);
  formatRing(memory, 0, 1024);
  const consumer = createRingConsumer(memory, 0, 1024, bell);
  assert.equal(consumer.poll(), Polled.NOTHING);
  assert.equal(consumer.peekBarrier(), undefined);
});
