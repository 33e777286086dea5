// RingChannel: a channel between two threads of one process over a region of a SharedArrayBuffer. Each end is built in its
// own thread from plain numbers; the region was formatted before (formatRing), by the owner of network memory.
import type { FrameMemory } from '#core/columns/frame-memory';
import type { Doorbell } from '#shuffle/channel/channel';
import { RingConsumer } from '#shuffle/ring/ring-consumer';
import { SharedFence } from '#shuffle/ring/ring-fence';
import { RingProducer } from '#shuffle/ring/ring-producer';

/** @param memory views over the shared memory, one object per thread. @param offset of the region in `memory`, bytes. */
export function createRingProducer(memory: FrameMemory, offset: number, dataBytes: number, consumerBell: Doorbell): RingProducer {
  return new RingProducer(memory, offset, dataBytes, new SharedFence(memory, offset), consumerBell);
}

export function createRingConsumer(memory: FrameMemory, offset: number, dataBytes: number, producerBell: Doorbell): RingConsumer {
  return new RingConsumer(memory, offset, dataBytes, new SharedFence(memory, offset), producerBell);
}
