// Copies what is under way in a gate's channels for an unaligned checkpoint: of each channel the frames before its barrier,
// those that are there at the cut and those that come until the barrier does. Invariant: a frame is copied before it is
// released, and none behind the barrier is. Thread: the consumer's slot.
import type { TypeInformation } from '#core/types/type-information';
import type { InputChannel } from '#shuffle/input-gate/input-channel';

/** A channel's frames, to be named by whoever knows the job's graph. */
export interface RecordedInput {
  readonly channel: InputChannel;
  readonly type: TypeInformation | null;
  readonly skipRows: number;
  readonly frames: readonly Uint8Array[];
}

/** The recording of one channel. */
export class ChannelRecording {
  readonly channel: InputChannel;
  readonly frames: Uint8Array[] = [];
  readonly type: TypeInformation | null;
  readonly skipRows: number;
  isDone = false;
  readonly #checkpointId: number;
  /** Sequence number of the first frame that is not copied. */
  #next: number;

  /** @param skipRows rows of the open batch that have been processed. */
  constructor(channel: InputChannel, checkpointId: number, skipRows: number) {
    this.channel = channel;
    this.#checkpointId = checkpointId;
    this.type = channel.type ?? null;
    this.skipRows = skipRows;
    this.#next = channel.consumer.framesReleased;
    // An open batch that came in pieces lies in memory of its own; its frames have been released.
    const assembled = channel.assembledFrame();
    if (assembled !== undefined) this.frames.push(assembled);
  }

  /** Copies what has come; done when the barrier has. */
  catchUp(): void {
    if (this.isDone) return;
    const { consumer, isEnded } = this.channel;
    const barrier = consumer.peekBarrier(this.#checkpointId);
    let frame = consumer.framesReleased;
    consumer.forEachQueuedFrame(barrier?.afterFrame ?? Number.POSITIVE_INFINITY, (offset, bytes) => {
      if (frame++ < this.#next) return;
      this.frames.push(consumer.memory.u8.slice(offset, offset + bytes));
      this.#next = frame;
    });
    if (barrier !== undefined || isEnded || this.channel.isRestored) this.isDone = true;
  }
}

export class InFlightRecorder {
  readonly checkpointId: number;
  /** Resolves with the channels that have frames, once the barrier has come on all. Rejects when the checkpoint is given up. */
  readonly recorded: Promise<readonly RecordedInput[]>;
  readonly #recordings: readonly ChannelRecording[];
  #resolve: (inputs: readonly RecordedInput[]) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  #isOver = false;

  constructor(checkpointId: number, recordings: readonly ChannelRecording[]) {
    this.checkpointId = checkpointId;
    this.#recordings = recordings;
    this.recorded = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.recorded.catch(() => undefined); // nobody may be waiting when it is given up
    for (const recording of recordings) recording.channel.recording = recording;
  }

  /** True when nothing more is to be copied. */
  advance(): boolean {
    if (this.#isOver) return true;
    let isWhole = true;
    for (const recording of this.#recordings) {
      recording.catchUp();
      if (!recording.isDone) isWhole = false;
    }
    if (!isWhole) return false;
    this.#end();
    this.#resolve(this.#recordings.filter(({ frames }) => frames.length > 0).map(({ channel, type, skipRows, frames }) => ({ channel, type, skipRows, frames })));
    return true;
  }

  cancel(): void {
    if (this.#isOver) return;
    this.#end();
    this.#reject(new Error(`checkpoint ${this.checkpointId} was given up`));
  }

  #end(): void {
    this.#isOver = true;
    for (const recording of this.#recordings) if (recording.channel.recording === recording) recording.channel.recording = undefined;
  }
}
