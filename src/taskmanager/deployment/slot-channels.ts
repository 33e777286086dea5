// The ends of the channels that a slot's tasks use, built from plain descriptors over network memory. A channel inside the
// slot needs no atomics; one between slots rings the other slot's bell. Thread: the slot's, once per deployment.
import { assert } from '#core/assert';
import { FrameMemory } from '#core/columns/frame-memory';
import type { ChannelDescriptor, SlotDeployment } from '#cluster/messages/slot-messages';
import type { ChannelConsumer, ChannelProducer, Doorbell } from '#shuffle/channel/channel';
import { createSameSlotChannel } from '#shuffle/channel/same-slot-channel';
import type { BellDoor } from '#shuffle/ring/slot-doorbell';
import { createRingConsumer, createRingProducer } from '#shuffle/ring/ring-channel';
import { createSlotDoorbell } from '#taskmanager/slots/slot-bells';

export interface SlotBells {
  /** All doorbells of the deployment. */
  readonly cells: Int32Array;
  readonly ownBell: Doorbell;
  readonly bellDoor: BellDoor | undefined;
}

export class SlotChannels {
  readonly #producers = new Map<string, ChannelProducer>();
  readonly #consumers = new Map<string, ChannelConsumer>();
  readonly #descriptors: readonly ChannelDescriptor[];

  constructor(deployment: SlotDeployment, { cells, ownBell, bellDoor }: SlotBells) {
    this.#descriptors = deployment.channels;
    if (deployment.channels.length === 0) return;
    const memory = new FrameMemory(deployment.networkMemory);
    const bells = new Map<number, Doorbell>([[deployment.slotIndex, ownBell]]);
    const bellOf = (slotIndex: number): Doorbell => {
      const bell = bells.get(slotIndex) ?? createSlotDoorbell(cells, slotIndex, bellDoor === undefined ? {} : { door: bellDoor });
      bells.set(slotIndex, bell);
      return bell;
    };
    for (const channel of deployment.channels) this.#build(channel, deployment.slotIndex, memory, bellOf);
  }

  /** Ends of one producer subtask on an edge, by consumer subtask. */
  producers(edgeId: number, producerSubtask: number): readonly ChannelProducer[] {
    return this.#descriptors.filter((channel) => channel.edgeId === edgeId && channel.producerSubtask === producerSubtask)
      .sort((a, b) => a.consumerSubtask - b.consumerSubtask).map((channel) => endOf(this.#producers, channel));
  }

  /** Ends of one consumer subtask on an edge, by producer subtask. */
  consumers(edgeId: number, consumerSubtask: number): readonly ChannelConsumer[] {
    return this.#descriptors.filter((channel) => channel.edgeId === edgeId && channel.consumerSubtask === consumerSubtask)
      .sort((a, b) => a.producerSubtask - b.producerSubtask).map((channel) => endOf(this.#consumers, channel));
  }

  #build(channel: ChannelDescriptor, slotIndex: number, memory: FrameMemory, bellOf: (slotIndex: number) => Doorbell): void {
    const { producerSlot, consumerSlot, offset, dataBytes } = channel;
    const key = keyOf(channel);
    if (producerSlot === consumerSlot) {
      const ends = createSameSlotChannel(dataBytes, bellOf(slotIndex), memory, offset);
      this.#producers.set(key, ends.producer);
      this.#consumers.set(key, ends.consumer);
    } else if (producerSlot === slotIndex) {
      this.#producers.set(key, createRingProducer(memory, offset, dataBytes, bellOf(consumerSlot)));
    } else {
      assert(consumerSlot === slotIndex, 'a slot gets only channels that end in it');
      this.#consumers.set(key, createRingConsumer(memory, offset, dataBytes, bellOf(producerSlot)));
    }
  }
}

function keyOf(channel: ChannelDescriptor): string {
  return `${channel.edgeId}/${channel.producerSubtask}/${channel.consumerSubtask}`;
}

function endOf<E>(ends: ReadonlyMap<string, E>, channel: ChannelDescriptor): E {
  const end = ends.get(keyOf(channel));
  assert(end !== undefined, `channel ${keyOf(channel)} has an end in this slot`);
  return end;
}
