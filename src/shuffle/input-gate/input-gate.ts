// hot path. All input channels of a task: takes frames round-robin, hands control entries on, and aligns barriers: a
// channel whose barrier came is not read until every other channel's has come. Thread: the consumer's slot.
import { type ChannelConsumer, ControlKind, Polled } from '#shuffle/channel/channel';
import { InputChannel } from '#shuffle/input-gate/input-channel';

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

export interface GateInput {
  readonly input: number;
  readonly consumers: readonly ChannelConsumer[];
}

export interface InputGateOptions {
  readonly inputs: readonly GateInput[];
  readonly recordBytesMax: number;
  /** Of the consuming task: frames of older attempts are dropped. Default 0. */
  readonly attempt?: number;
  /** False = at least once: channels are not held back during alignment. */
  readonly isExactlyOnce: boolean;
  readonly monotonicMs: () => number;
}

export class InputGate {
  readonly channels: readonly InputChannel[];
  readonly #isExactlyOnce: boolean;
  readonly #monotonicMs: () => number;
  readonly #arrived = new Set<number>();
  #pending: Barrier | undefined;
  #lastBarrierId = -1;
  #next = 0;
  channel: InputChannel;
  value = 0;
  barrier: Barrier | undefined;

  constructor(options: InputGateOptions) {
    let index = 0;
    this.channels = options.inputs.flatMap(({ input, consumers }) => consumers.map((consumer) => new InputChannel(consumer, input, index++, options.recordBytesMax, options.attempt ?? 0)));
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
      case ControlKind.CANCEL_BARRIER: consumer.takeControl(); return this.#cancelArrived(a);
      default: {
        consumer.takeControl();
        channel.isEnded = true;
        return GateEvent.CHANNEL_ENDED;
      }
    }
  }

  /** After CHANNEL_ENDED: true if the ended channel was the last one that alignment waited for; `barrier` is set. */
  completeAlignmentAfterEnd(): boolean {
    return this.#pending !== undefined && this.#completeIfAligned() === GateEvent.BARRIER;
  }

  #barrierArrived(channel: InputChannel, barrier: Barrier): number {
    if (barrier.checkpointId <= this.#lastBarrierId) return GateEvent.NOTHING;
    // A newer checkpoint subsumes one that is still being aligned: its trigger timed out or was declined.
    if (this.#pending === undefined || barrier.checkpointId > this.#pending.checkpointId) this.#start(barrier);
    if (barrier.checkpointId < this.#pending!.checkpointId) return GateEvent.NOTHING;
    this.#arrived.add(channel.index);
    channel.isBlocked = this.#isExactlyOnce;
    return this.#completeIfAligned();
  }

  #start(barrier: Barrier): void {
    this.#unblock();
    this.#pending = { ...barrier, alignmentStartMs: this.#monotonicMs() };
  }

  #completeIfAligned(): number {
    for (const channel of this.channels) if (!channel.isEnded && !this.#arrived.has(channel.index)) return GateEvent.NOTHING;
    this.barrier = this.#pending!;
    this.#lastBarrierId = this.barrier.checkpointId;
    this.#pending = undefined;
    this.#unblock();
    return GateEvent.BARRIER;
  }

  #cancelArrived(checkpointId: number): number {
    if (checkpointId <= this.#lastBarrierId) return GateEvent.NOTHING;
    this.#lastBarrierId = checkpointId;
    if (this.#pending !== undefined && this.#pending.checkpointId <= checkpointId) {
      this.#pending = undefined;
      this.#unblock();
    }
    this.barrier = { checkpointId, timestamp: 0, flags: 0, alignmentStartMs: 0 };
    return GateEvent.BARRIER_CANCELED;
  }

  #unblock(): void {
    this.#arrived.clear();
    for (const channel of this.channels) channel.isBlocked = false;
  }
}
