// hot path. All input channels of a task: takes frames round-robin, hands control entries on, and aligns barriers: a
// channel whose barrier came is not read until every other channel's has come. Thread: the consumer's slot.
import { type ChannelConsumer, ControlKind, Polled } from '#shuffle/channel/channel';
import type { TypeInformation } from '#core/types/type-information';
import { ChannelRecording, InFlightRecorder } from '#shuffle/input-gate/in-flight-recorder';
import { RestoredConsumer } from '#shuffle/input-gate/restored-consumer';
import { InputChannel, type RestoredOrigin } from '#shuffle/input-gate/input-channel';

export const GateEvent = {
  NOTHING: 0,
  /** `channel.batch` is ready; call channel.release() when it is consumed. */
  BATCH: 1,
  /** `channel` and `value`. */
  WATERMARK: 2,
  /** `channel`. */
  IDLE: 3,
  ACTIVE: 4,
  /** The barrier has come on every channel: `barrier`. Channels flow again after the next poll. */
  BARRIER: 5,
  /** `barrier.checkpointId` was aborted upstream. */
  BARRIER_CANCELED: 6,
  /** `channel` has ended. */
  CHANNEL_ENDED: 7,
  LATENCY_MARKER: 8,
} as const;

export interface Barrier {
  readonly checkpointId: number;
  readonly timestamp: number;
  readonly flags: number;
  /** monotonic ms at which the first channel's barrier came. */
  readonly alignmentStartMs: number;
}

/** A checkpoint whose barrier has come on some channels. */
interface Alignment {
  readonly barrier: Barrier;
  /** Channels by their index. */
  readonly arrived: Set<number>;
}

export interface GateInput {
  readonly input: number;
  readonly consumers: readonly ChannelConsumer[];
}

/** One old channel of an input. */
export interface RestoredInput {
  readonly input: number;
  readonly type: TypeInformation | null;
  readonly skipRows: number;
  readonly frames: readonly Uint8Array[];
  readonly origin?: RestoredOrigin | undefined;
}

export interface InputGateOptions {
  readonly inputs: readonly GateInput[];
  readonly recordBytesMax: number;
  /** Of the consuming task: frames of older attempts are dropped. Default 0. */
  readonly attempt?: number;
  /** False = at least once: channels are not held back during alignment. */
  readonly isExactlyOnce: boolean;
  /** What a snapshot had under way: read before anything else, one channel after the other. */
  readonly restored?: readonly RestoredInput[] | undefined;
  readonly monotonicMs: () => number;
}

export class InputGate {
  readonly channels: readonly InputChannel[];
  readonly #isExactlyOnce: boolean;
  readonly #monotonicMs: () => number;
  readonly #restored: InputChannel[];
  #recorder: InFlightRecorder | undefined;
  /** Oldest first; at most one where channels are held back, since none is read past its barrier. */
  #pending: Alignment[] = [];
  /** Given up upstream while older ones go on. */
  readonly #canceled = new Set<number>();
  #lastBarrierId = -1;
  #next = 0;
  channel: InputChannel;
  value = 0;
  barrier: Barrier | undefined;

  constructor(options: InputGateOptions) {
    let index = 0;
    this.channels = options.inputs.flatMap(({ input, consumers }) => consumers.map((consumer) => new InputChannel(consumer, input, index++, options.recordBytesMax, options.attempt ?? 0)));
    const { restored = [], recordBytesMax, attempt = 0 } = options;
    this.#restored = restored.map(({ input, frames, ...rest }) => new InputChannel(new RestoredConsumer(frames, attempt), input, -1, recordBytesMax, attempt, rest));
    this.channel = this.channels[0]!;
    this.#isExactlyOnce = options.isExactlyOnce;
    this.#monotonicMs = options.monotonicMs;
  }

  get isEnded(): boolean {
    return this.channels.every((channel) => channel.isEnded);
  }

  /** All channels of one input have ended. */
  isInputEnded(input: number): boolean {
    return this.channels.every((channel) => channel.input !== input || channel.isEnded);
  }

  /** Takes the next event, one channel after the other. One of GateEvent. */
  poll(): number {
    if (this.#restored.length > 0 && this.#pollRestored()) return GateEvent.BATCH;
    const count = this.channels.length;
    for (let tries = 0; tries < count; tries++) {
      const channel = this.channels[this.#next]!;
      this.#next = this.#next + 1 === count ? 0 : this.#next + 1;
      if (channel.isEnded || channel.isBlocked) continue;
      const polled = channel.poll();
      if (polled === Polled.NOTHING) continue;
      this.channel = channel;
      if (polled === Polled.FRAME) return GateEvent.BATCH;
      const event = this.#control(channel);
      if (event !== GateEvent.NOTHING) return event;
      tries = -1;
    }
    return GateEvent.NOTHING;
  }

  /**
   * Takes only barriers that are next in their channels, for a task whose operator is emitting and can take no rows.
   * True when one is complete: `barrier` is set.
   */
  pollBarrier(): boolean {
    for (const channel of this.channels) {
      if (channel.isEnded || channel.isBlocked) continue;
      if (channel.consumer.poll() !== Polled.CONTROL || channel.consumer.controlKind !== ControlKind.BARRIER) continue;
      if (this.#control(channel) === GateEvent.BARRIER) return true;
    }
    return false;
  }

  /**
   * The barrier that may overtake: one that has come on some channel, or is seen ahead of the frames it follows, for which
   * `isDue` holds. Undefined when there is none, when it has not come on a channel where it may not overtake, or when a
   * record that travels in pieces has not come whole. @param aligned channels where it may not, by their index.
   */
  overtakingBarrier(isDue: (barrier: { readonly timestamp: number; readonly flags: number }) => boolean, aligned: readonly number[] = []): Barrier | undefined {
    let found = this.#pending.at(-1)?.barrier;
    for (const channel of this.channels) {
      if (channel.isEnded) continue;
      const seen = channel.consumer.peekBarrier(Math.max(this.#lastBarrierId, found?.checkpointId ?? 0) + 1);
      if (seen !== undefined) found = { checkpointId: seen.checkpointId, timestamp: seen.timestamp, flags: seen.flags, alignmentStartMs: this.#monotonicMs() };
    }
    if (found === undefined || !isDue(found) || !this.#hasComeOn(aligned, found.checkpointId) || this.channels.some((channel) => channel.isMidRecord)) return undefined;
    return found;
  }

  /** The barrier overtakes what is under way, which is recorded from here on. @param skipRows rows of the open batch that have been processed. */
  overtake(barrier: Barrier, skipRows: number): InFlightRecorder {
    const { checkpointId } = barrier;
    // The barrier has come on a channel that is held back: nothing before it is under way.
    const isDue = (channel: InputChannel): boolean => !channel.isEnded && this.#pending.find(({ barrier: aligned }) => aligned.checkpointId === checkpointId)?.arrived.has(channel.index) !== true;
    const recorded = [...this.#restored, ...this.channels.filter(isDue)];
    this.#recorder?.cancel();
    this.#recorder = new InFlightRecorder(checkpointId, recorded.map((channel) => new ChannelRecording(channel, checkpointId, channel === this.channel && channel.hasBatch ? skipRows : channel.firstRow)));
    this.#endAlignment(checkpointId);
    this.#recorder.advance();
    return this.#recorder;
  }

  /** The barrier has been taken, or is next, on all of these channels. */
  #hasComeOn(channels: readonly number[], checkpointId: number): boolean {
    const arrived = this.#pending.find(({ barrier }) => barrier.checkpointId === checkpointId)?.arrived;
    return channels.every((index) => this.channels[index]!.isEnded || arrived?.has(index) === true || this.channels[index]!.isBarrierNext(checkpointId));
  }

  /** The first channels that still hold something of the snapshot; true when `channel.batch` is ready. */
  #pollRestored(): boolean {
    for (let channel = this.#restored[0]; channel !== undefined; channel = this.#restored[0]) {
      if (channel.poll() === Polled.FRAME) {
        this.channel = channel;
        return true;
      }
      // A record of which only some pieces had come is whole in the frames of the producing side.
      this.#restored.shift();
    }
    return false;
  }

  #control(channel: InputChannel): number {
    const { consumer } = channel;
    const kind = consumer.controlKind;
    const a = consumer.controlA;
    this.value = a;
    switch (kind) {
      case ControlKind.WATERMARK: consumer.takeControl(); return GateEvent.WATERMARK;
      case ControlKind.IDLE: consumer.takeControl(); return GateEvent.IDLE;
      case ControlKind.ACTIVE: consumer.takeControl(); return GateEvent.ACTIVE;
      case ControlKind.LATENCY_MARKER: consumer.takeControl(); return GateEvent.LATENCY_MARKER;
      case ControlKind.BARRIER: {
        const barrier = { checkpointId: a, timestamp: consumer.controlB, flags: consumer.controlC, alignmentStartMs: 0 };
        consumer.takeControl();
        return this.#barrierArrived(channel, barrier);
      }
      case ControlKind.CANCEL_BARRIER: consumer.takeControl(); return this.#cancelArrived(channel, a);
      default: {
        consumer.takeControl();
        channel.isEnded = true;
        return GateEvent.CHANNEL_ENDED;
      }
    }
  }

  /** After CHANNEL_ENDED: true if the ended channel was the last one that an alignment waited for; `barrier` is set. Until it is false. */
  completeAlignmentAfterEnd(): boolean {
    return this.#completeIfAligned() === GateEvent.BARRIER;
  }

  #barrierArrived(channel: InputChannel, barrier: Barrier): number {
    const { checkpointId } = barrier;
    if (checkpointId <= this.#lastBarrierId || this.#canceled.has(checkpointId)) return GateEvent.NOTHING;
    const alignment = this.#pending.find(({ barrier: aligned }) => aligned.checkpointId === checkpointId) ?? this.#start(barrier);
    if (alignment === undefined) return GateEvent.NOTHING;
    alignment.arrived.add(channel.index);
    channel.isBlocked = this.#isExactlyOnce;
    return this.#completeIfAligned();
  }

  /** Undefined for a checkpoint that a newer one has taken the place of. */
  #start(barrier: Barrier): Alignment | undefined {
    if (this.#isExactlyOnce) {
      // A newer checkpoint subsumes one that is still being aligned: its trigger timed out or was declined.
      if (this.#pending.some(({ barrier: aligned }) => aligned.checkpointId > barrier.checkpointId)) return undefined;
      this.#pending = [];
      this.#unblock();
    }
    const alignment = { barrier: { ...barrier, alignmentStartMs: this.#monotonicMs() }, arrived: new Set<number>() };
    this.#pending.push(alignment);
    this.#pending.sort((one, other) => one.barrier.checkpointId - other.barrier.checkpointId);
    return alignment;
  }

  #completeIfAligned(): number {
    const complete = this.#pending.find(({ arrived }) => this.channels.every((channel) => channel.isEnded || arrived.has(channel.index)));
    if (complete === undefined) return GateEvent.NOTHING;
    this.barrier = complete.barrier;
    this.#endAlignment(complete.barrier.checkpointId);
    return GateEvent.BARRIER;
  }

  #cancelArrived(channel: InputChannel, checkpointId: number): number {
    if (checkpointId <= this.#lastBarrierId || this.#canceled.has(checkpointId)) return GateEvent.NOTHING;
    this.#canceled.add(checkpointId);
    // An older one whose barrier this channel has skipped cannot come any more.
    this.#pending = this.#pending.filter(({ barrier, arrived }) => barrier.checkpointId > checkpointId || (barrier.checkpointId < checkpointId && arrived.has(channel.index)));
    if (this.#pending.length === 0) this.#endAlignment(checkpointId);
    this.barrier = { checkpointId, timestamp: 0, flags: 0, alignmentStartMs: 0 };
    return GateEvent.BARRIER_CANCELED;
  }

  /** No barrier up to this checkpoint's is waited for any more. */
  #endAlignment(checkpointId: number): void {
    this.#lastBarrierId = checkpointId;
    this.#pending = this.#pending.filter(({ barrier }) => barrier.checkpointId > checkpointId);
    for (const canceled of this.#canceled) if (canceled <= checkpointId) this.#canceled.delete(canceled);
    this.#unblock();
  }

  #unblock(): void {
    for (const channel of this.channels) channel.isBlocked = false;
  }
}
