// The fence of a channel: how a counter becomes visible to the other end. The ring's algorithm is written once
// (RingProducer, RingConsumer); what differs between two threads, one thread and a simulation is only this.
// Invariant: a store makes everything its writer wrote before it visible no later than the value itself, and all stores
// and loads have one order (what the wait-for-room handshake stands on). Called per frame. hot path
import type { FrameMemory } from '#core/columns/frame-memory';

/** `cell` is a RingCell. */
export interface RingFence {
  load(cell: number): number;
  store(cell: number, value: number): void;
}

/** Two threads: Atomics on the shared cells. */
export class SharedFence implements RingFence {
  readonly #i32: Int32Array;
  readonly #base: number;

  constructor(memory: FrameMemory, offset: number) {
    this.#i32 = memory.i32;
    this.#base = offset >>> 2;
  }

  load(cell: number): number {
    return Atomics.load(this.#i32, this.#base + cell);
  }

  store(cell: number, value: number): void {
    Atomics.store(this.#i32, this.#base + cell, value);
  }
}

/** One thread: plain reads and writes. */
export class PrivateFence implements RingFence {
  readonly #i32: Int32Array;
  readonly #base: number;

  constructor(memory: FrameMemory, offset: number) {
    this.#i32 = memory.i32;
    this.#base = offset >>> 2;
  }

  load(cell: number): number {
    return this.#i32[this.#base + cell]!;
  }

  store(cell: number, value: number): void {
    this.#i32[this.#base + cell] = value;
  }
}
