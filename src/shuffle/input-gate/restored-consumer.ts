// The consumer's end of a channel that holds only what a snapshot has of an old channel: frames in private memory, no
// control entries, nothing follows. Thread: the consumer's slot.
import { assert } from '#core/assert';
import { FrameHeader } from '#core/columns/frame';
import { FrameMemory } from '#core/columns/frame-memory';
import { type ChannelConsumer, Polled, type QueuedBarrier } from '#shuffle/channel/channel';

export class RestoredConsumer implements ChannelConsumer {
  readonly memory: FrameMemory;
  readonly controlKind = 0;
  readonly controlA = 0;
  readonly controlB = 0;
  readonly controlC = 0;
  readonly controlAfterFrame = 0;
  readonly bytesQueued = 0;
  readonly dataBytes: number;
  frameOffset = 0;
  frameBytes = 0;
  framesReleased = 0;
  readonly #offsets: number[] = [];
  readonly #lengths: readonly number[];

  /** @param attempt of the task: frames become its own, so that they are not taken for those of an older one. */
  constructor(frames: readonly Uint8Array[], attempt: number) {
    this.#lengths = frames.map((frame) => frame.length);
    this.memory = FrameMemory.allocate(Math.max(8, this.#lengths.reduce((sum, length) => sum + ((length + 7) & ~7), 0)));
    this.dataBytes = this.memory.u8.length;
    let at = 0;
    for (const frame of frames) {
      this.memory.u8.set(frame, at);
      this.memory.i32[(at >>> 2) + FrameHeader.ATTEMPT] = attempt;
      this.#offsets.push(at);
      at += (frame.length + 7) & ~7;
    }
  }

  get isEmpty(): boolean {
    return this.framesReleased === this.#lengths.length;
  }

  poll(): number {
    if (this.isEmpty) return Polled.NOTHING;
    this.frameOffset = this.#offsets[this.framesReleased]!;
    this.frameBytes = this.#lengths[this.framesReleased]!;
    return Polled.FRAME;
  }

  releaseFrame(): void {
    assert(!this.isEmpty, 'a frame is open');
    this.framesReleased++;
  }

  takeControl(): void {
    assert(false, 'no control entry is restored');
  }

  limitBytesInFlight(): void {
    // Nothing follows.
  }

  peekBarrier(): QueuedBarrier | undefined {
    return undefined;
  }

  forEachQueuedFrame(beforeFrame: number, visit: (offset: number, bytes: number) => void): void {
    for (let frame = this.framesReleased; frame < Math.min(beforeFrame, this.#lengths.length); frame++) visit(this.#offsets[frame]!, this.#lengths[frame]!);
  }
}
