// Doorbells of all slots of one deployment in one piece of shared memory. Beside each bell's own cells lies MAIL: how many
// commands have been posted to the slot since its deployment, so that a running slot sees mail by one load.
import type { SlotCommand } from '#cluster/messages/slot-messages';
import { DOORBELL_BYTES, SlotDoorbell, type SlotDoorbellOptions } from '#shuffle/ring/slot-doorbell';

const INT32_PER_BELL = DOORBELL_BYTES / 4;
/** Int32 index of the mail counter from the start of a bell: on the second cache line of its pair. */
const MAIL_CELL = 16;

export function slotBellsBytes(slotCount: number): number {
  return slotCount * DOORBELL_BYTES;
}

export function createSlotDoorbell(cells: Int32Array, slotIndex: number, options?: SlotDoorbellOptions): SlotDoorbell {
  return new SlotDoorbell(cells, slotIndex * INT32_PER_BELL, options);
}

/** The slot's view of its mail counter. */
export function mailCount(cells: Int32Array, slotIndex: number): number {
  return Atomics.load(cells, slotIndex * INT32_PER_BELL + MAIL_CELL);
}

/** Main thread: posts, then counts, then rings, in this order, so that a slot that sees the count finds the command. */
export function postWithBell(cells: Int32Array, slotIndex: number, bell: SlotDoorbell, post: (command: SlotCommand) => void, command: SlotCommand): void {
  post(command);
  Atomics.add(cells, slotIndex * INT32_PER_BELL + MAIL_CELL, 1);
  bell.ring();
}
