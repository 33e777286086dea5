// SameSlotChannel: a channel between two tasks of one slot. The ring of ring-layout.ts over private memory, without
// atomics: the consumer reads in place what the producer wrote. Thread: both ends on the slot's own.
import { FrameMemory } from '#core/columns/frame-memory';
import type { ChannelConsumer, ChannelProducer, Doorbell } from '#shuffle/channel/channel';
import { RingConsumer } from '#shuffle/ring/ring-consumer';
import { PrivateFence } from '#shuffle/ring/ring-fence';
import { formatRing, ringRegionBytes } from '#shuffle/ring/ring-layout';
import { RingProducer } from '#shuffle/ring/ring-producer';

export interface ChannelEnds {
  readonly producer: ChannelProducer;
  readonly consumer: ChannelConsumer;
}

/**
 * @param dataBytes size of the data lane. @param bell the slot's: rung as on any channel, so that the loop looks again before
 * it parks. @param memory holds the channel at `offset`; left out, private memory is allocated.
 */
export function createSameSlotChannel(
  dataBytes: number,
  bell: Doorbell,
  memory: FrameMemory = FrameMemory.allocate(ringRegionBytes(dataBytes)),
  offset = 0,
): ChannelEnds {
  formatRing(memory, offset, dataBytes);
  const fence = new PrivateFence(memory, offset);
  return {
    producer: new RingProducer(memory, offset, dataBytes, fence, bell),
    consumer: new RingConsumer(memory, offset, dataBytes, fence, bell),
  };
}
