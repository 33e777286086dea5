// One channel: one producer subtask to one consumer subtask, two lanes. The data lane carries frames in order; the
// control lane carries entries, each acting after the frame it follows. Implementations: SameSlotChannel (one thread,
// no atomics), RingChannel (two threads over a SharedArrayBuffer), SimulatedChannel; all pass one contract suite.
// Nothing blocks: a producer without room goes back to its loop and is woken through its slot's doorbell.
import type { FrameMemory } from '#core/columns/frame-memory';

export const ControlKind = {
  /** a = event time. */
  WATERMARK: 1,
  /** The producer is idle: its watermark does not hold back the consumer. */
  IDLE: 2,
  /** The producer is active again. */
  ACTIVE: 3,
  /** a = checkpoint id, b = trigger time (epoch ms). Flags in c: what the tasks make of them, carried as they are. */
  BARRIER: 4,
  /** a = checkpoint id: the checkpoint was aborted, alignment ends. */
  CANCEL_BARRIER: 5,
  /** a = emission time, b = source subtask. */
  LATENCY_MARKER: 6,
  /** No frame and no entry follows. */
  END_OF_INPUT: 7,
} as const;

/** The producer's end. One thread. At most one reservation is open at a time. */
export interface ChannelProducer {
  readonly memory: FrameMemory;
  /** Largest frame the channel takes: a quarter of its data bytes, less the record's prefix. Multiple of 8. */
  readonly frameBytesMax: number;
  /** What a frame should not exceed where its rows allow: a quarter of what the consumer lets be in flight. */
  readonly frameBytesTarget: number;
  /**
   * Room for a frame of up to `bytes` (<= frameBytesMax), contiguous and 8-byte aligned: its byte offset in `memory`, or -1
   * when there is none now. After -1 the consumer rings the producer's doorbell each time it releases a frame while this
   * reservation would fit, until a reservation succeeds: a caller that wants room need not look again before it is rung.
   */
  tryReserve(bytes: number): number;
  /** Publishes the first `byteLength` (> 0) bytes of the open reservation as the next frame; the rest returns to the channel. */
  publish(byteLength: number): void;
  /** Gives the open reservation back unpublished. */
  cancelReservation(): void;
  /**
   * Appends an entry that acts after every frame published so far; false when the control lane is full (doorbell as above).
   * Allowed while a reservation is open: the entry then acts before the reserved frame. The lane holds 128 entries.
   */
  tryControl(kind: number, a: number, b: number, c: number): boolean;
  /** Frames published so far; also the sequence number (from 0) of the next frame. */
  readonly framesPublished: number;
  /** Bytes published and not yet released, with prefixes and what was skipped at the ring's end; never too small. */
  readonly bytesInFlight: number;
  /** Every published frame is released: the consumer can only wait, and a partly filled frame may be worth flushing. */
  readonly isConsumerIdle: boolean;
}

export const Polled = { NOTHING: 0, FRAME: 1, CONTROL: 2 } as const;

/** A barrier seen ahead of the frames it follows. It stays in the lane and is polled in its turn. */
export interface QueuedBarrier {
  readonly checkpointId: number;
  readonly timestamp: number;
  /** As the producer gave them. */
  readonly flags: number;
  readonly afterFrame: number;
}

/** The consumer's end. One thread. A frame stays valid until releaseFrame; after it nothing may point into it. */
export interface ChannelConsumer {
  readonly memory: FrameMemory;
  /**
   * What comes next in order: Polled.FRAME (frameOffset and frameBytes are set), Polled.CONTROL (control* are set) or
   * Polled.NOTHING. Idempotent until releaseFrame or takeControl; after NOTHING it looks again. Entries in their order, each
   * when exactly controlAfterFrame frames have been released. The fields are valid until releaseFrame or takeControl.
   */
  poll(): number;
  readonly frameOffset: number;
  readonly frameBytes: number;
  readonly controlKind: number;
  readonly controlA: number;
  readonly controlB: number;
  readonly controlC: number;
  /** The data sequence number (count of frames) that the polled control entry follows: framesReleased at that time. */
  readonly controlAfterFrame: number;
  releaseFrame(): void;
  takeControl(): void;
  /** Frames released so far. */
  readonly framesReleased: number;
  /** Bytes published and not yet released that are visible here, with prefixes. */
  readonly bytesQueued: number;
  /** The most that may be in flight. */
  readonly dataBytes: number;
  /**
   * Asks the producer to have no more than `bytes` (8 to dataBytes) in flight, from its next reservation on. One frame may
   * always be, whatever its size.
   */
  limitBytesInFlight(bytes: number): void;
  /**
   * The first BARRIER entry in the control lane, however many frames lie before it, or undefined: what an unaligned
   * checkpoint acts on at once. @param checkpointId passes over barriers of earlier checkpoints; default none.
   */
  peekBarrier(checkpointId?: number): QueuedBarrier | undefined;
  /**
   * Calls `visit(offset, bytes)` for each published frame not yet released (the polled one included, whether or not its
   * rows were read), in order, before data sequence number `beforeFrame`: frames framesReleased .. beforeFrame - 1.
   */
  forEachQueuedFrame(beforeFrame: number, visit: (offset: number, bytes: number) => void): void;
}

/**
 * Wakes the slot that owns it, from any thread. Make visible what the slot shall find, then ring. Cheap when the slot is
 * awake, and never lost: a ring after the slot last woke ends its next wait at once.
 */
export interface Doorbell {
  ring(): void;
}
