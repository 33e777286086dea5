import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameMemory } from '#core/columns/frame-memory';
import { createSameSlotChannel } from '#shuffle/channel/same-slot-channel';
import { RingConsumer } from '#shuffle/ring/ring-consumer';
import { PrivateFence } from '#shuffle/ring/ring-fence';
import { formatRing, ringRegionBytes } from '#shuffle/ring/ring-layout';
import { RingProducer } from '#shuffle/ring/ring-producer';
import { describeChannelContract } from './channel-contract.js';
import { CountingBell } from './counting-bell.js';

describeChannelContract('SameSlotChannel', (dataBytes, start) => {
  const memory = FrameMemory.allocate(ringRegionBytes(dataBytes));
  formatRing(memory, 0, dataBytes, start);
  const fence = new PrivateFence(memory, 0);
  const producerBell = new CountingBell();
  const consumerBell = new CountingBell();
  return {
    producer: new RingProducer(memory, 0, dataBytes, fence, consumerBell),
    consumer: new RingConsumer(memory, 0, dataBytes, fence, producerBell),
    producerRings: () => producerBell.rings,
    consumerRings: () => consumerBell.rings,
    step: () => undefined,
    settle: () => undefined,
  };
});

test('the consumer reads in place what the producer wrote, and both ring the one slot', () => {
  const bell = new CountingBell();
  const { producer, consumer } = createSameSlotChannel(4096, bell);
  const offset = producer.tryReserve(16);
  producer.publish(16);
  assert.equal(bell.rings, 1);
  consumer.poll();
  assert.equal(consumer.memory, producer.memory);
  assert.equal(consumer.frameOffset, offset);
});
