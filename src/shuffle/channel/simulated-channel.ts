// SimulatedChannel: both ends in one thread, where what one end publishes or releases reaches the other end later, when a
// schedule says so. Invariant: what arrives, arrives in the order in which it was done, at every delay; whoever learns of
// something is rung then. Thread: the one thread of the simulation.
import { FrameMemory } from '#core/columns/frame-memory';
import type { ChannelConsumer, ChannelProducer, Doorbell } from '#shuffle/channel/channel';
import type { ChannelEnds } from '#shuffle/channel/same-slot-channel';
import { RingConsumer } from '#shuffle/ring/ring-consumer';
import type { RingFence } from '#shuffle/ring/ring-fence';
import { formatRing, RingCell, ringRegionBytes } from '#shuffle/ring/ring-layout';
import type { RingStart } from '#shuffle/ring/ring-layout';
import { RingProducer } from '#shuffle/ring/ring-producer';

/** Calls `deliver` once, at once or later: a seeded scheduler with a random delay. Calls may come in any order. */
export type DeliverySchedule = (deliver: () => void) => void;

export interface SimulatedChannelOptions {
  readonly dataBytes: number;
  readonly schedule: DeliverySchedule;
  readonly producerBell: Doorbell;
  readonly consumerBell: Doorbell;
  readonly start?: RingStart;
}

export class SimulatedChannel implements ChannelEnds {
  readonly producer: ChannelProducer;
  readonly consumer: ChannelConsumer;

  constructor(options: SimulatedChannelOptions) {
    const { dataBytes, producerBell, consumerBell } = options;
    const memory = FrameMemory.allocate(ringRegionBytes(dataBytes));
    formatRing(memory, 0, dataBytes, options.start);
    const fence = new DelayedFence(memory.i32, options.schedule, producerBell, consumerBell);
    this.producer = new RingProducer(memory, 0, dataBytes, fence, SILENT);
    this.consumer = new RingConsumer(memory, 0, dataBytes, fence, SILENT);
  }
}

/** The ends ring nobody themselves: a ring must not come before that which it announces. */
const SILENT: Doorbell = { ring: () => undefined };

interface Arrival {
  readonly cell: number;
  readonly value: number;
}

class DelayedFence implements RingFence {
  readonly #visible: Int32Array;
  readonly #schedule: DeliverySchedule;
  readonly #producerBell: Doorbell;
  readonly #consumerBell: Doorbell;
  readonly #toConsumer: Arrival[] = [];
  readonly #toProducer: Arrival[] = [];

  constructor(visible: Int32Array, schedule: DeliverySchedule, producerBell: Doorbell, consumerBell: Doorbell) {
    this.#visible = visible;
    this.#schedule = schedule;
    this.#producerBell = producerBell;
    this.#consumerBell = consumerBell;
  }

  load(cell: number): number {
    return this.#visible[cell]!;
  }

  store(cell: number, value: number): void {
    // Every arrival rings, so who waits for room need not be known.
    if (cell === RingCell.ROOM_WAIT || cell === RingCell.CONTROL_WAIT) return;
    const isToConsumer = cell === RingCell.HEAD || cell === RingCell.CONTROL_HEAD;
    const queue = isToConsumer ? this.#toConsumer : this.#toProducer;
    const bell = isToConsumer ? this.#consumerBell : this.#producerBell;
    queue.push({ cell, value });
    // A schedule may call back in any order: each call delivers the oldest arrival.
    this.#schedule(() => {
      const arrival = queue.shift();
      if (arrival === undefined) return;
      this.#visible[arrival.cell] = arrival.value;
      bell.ring();
    });
  }
}
