// Flink's buffer debloating: lets so much be in flight in each channel of a gate as its task consumes in a given time, so that
// a barrier behind it comes soon under back pressure too. Throughput is that of the time in which the task was not idle.
// Invariant: limits stay between four of the smallest frames and the channel's ring. Thread: the consumer's slot.
import type { Configuration } from '#core/config/configuration';
import { networkOptions } from '#core/config/options/network-options';
import { taskManagerOptions } from '#core/config/options/task-manager-options';
import type { InputChannel } from '#shuffle/input-gate/input-channel';

/** Frames of which what is in flight in a channel should consist. */
const FRAMES_IN_FLIGHT = 4;

export interface BufferDebloaterSettings {
  /** Time in which what is in flight should be consumed. */
  readonly targetMs: number;
  readonly periodMs: number;
  /** Periods over which limits are averaged. */
  readonly samples: number;
  /** Smallest change of a limit that is carried out, percent. */
  readonly thresholdPercent: number;
  /** Of a channel, before anything is known of its throughput. */
  readonly startBytes: number;
  readonly minBytes: number;
}

/** Undefined where it is not enabled. */
export function readDebloating(configuration: Configuration): BufferDebloaterSettings | undefined {
  if (!configuration.get(networkOptions.isBufferDebloatEnabled)) return undefined;
  return {
    targetMs: configuration.get(networkOptions.bufferDebloatTarget).toMillis(),
    periodMs: configuration.get(networkOptions.bufferDebloatPeriod).toMillis(),
    samples: configuration.get(networkOptions.bufferDebloatSamples),
    thresholdPercent: configuration.get(networkOptions.bufferDebloatThresholdPercentages),
    startBytes: FRAMES_IN_FLIGHT * Number(configuration.get(taskManagerOptions.startingSegmentSize).bytes),
    minBytes: FRAMES_IN_FLIGHT * Number(configuration.get(taskManagerOptions.minSegmentSize).bytes),
  };
}

export class BufferDebloater {
  readonly #settings: BufferDebloaterSettings;
  readonly #channels: readonly DebloatedChannel[];
  #dueMs: number;
  #lastActiveMs = 0;
  /** Bytes per ms of all channels, in the last period in which the task was not idle. */
  #throughput = 0;

  constructor(channels: readonly InputChannel[], settings: BufferDebloaterSettings, nowMs: number) {
    this.#settings = settings;
    this.#channels = channels.map((channel) => new DebloatedChannel(channel, settings));
    this.#dueMs = nowMs + settings.periodMs;
  }

  /** A period has passed: `update` is due. */
  isDue(nowMs: number): boolean {
    return nowMs >= this.#dueMs;
  }

  /** @param activeMs that the task was not idle, since its start. @param openRows rows of the open batch that have been processed. O(channels). */
  update(nowMs: number, activeMs: number, openRows: number): void {
    const { periodMs, samples } = this.#settings;
    this.#dueMs = nowMs + periodMs;
    const elapsedMs = activeMs - this.#lastActiveMs;
    if (elapsedMs <= 0) return;
    this.#lastActiveMs = activeMs;
    // An exponential average over so many periods: a period that was longer, as steps can be, weighs more.
    const weight = 1 - (1 - 2 / (samples + 1)) ** (elapsedMs / periodMs);
    let bytes = 0;
    for (const channel of this.#channels) bytes += channel.update(elapsedMs, weight, openRows);
    this.#throughput = bytes / elapsedMs;
  }

  /** Flink's gauges: bytes that may be in flight, and how long what is in flight takes, 0 before that is known. */
  metrics(): readonly (readonly [string, number])[] {
    const queued = this.#channels.reduce((sum, { bytesQueued }) => sum + bytesQueued, 0);
    return [
      ['debloatedBufferSize', this.#channels.reduce((sum, { limitBytes }) => sum + limitBytes, 0)],
      ['estimatedTimeToConsumeBuffersMs', this.#throughput === 0 ? 0 : queued / this.#throughput],
    ];
  }
}

class DebloatedChannel {
  readonly #channel: InputChannel;
  readonly #settings: BufferDebloaterSettings;
  #averageBytes: number;
  #consumedBytes = 0;
  limitBytes = 0;

  constructor(channel: InputChannel, settings: BufferDebloaterSettings) {
    this.#channel = channel;
    this.#settings = settings;
    this.#averageBytes = this.#inBounds(settings.startBytes);
    this.#announce();
  }

  get bytesQueued(): number {
    return this.#channel.isEnded ? 0 : this.#channel.consumer.bytesQueued;
  }

  /** Bytes consumed since the last time. */
  update(elapsedMs: number, weight: number, openRows: number): number {
    const channel = this.#channel;
    const unread = channel.hasBatch ? channel.batchBytes * (1 - openRows / channel.batch.count) : 0;
    const before = this.#consumedBytes;
    this.#consumedBytes = channel.bytesIn - unread;
    const bytes = this.#consumedBytes - before;
    // Nothing came, or nothing may be read until a barrier has come elsewhere: that tells nothing of the task.
    if (channel.isEnded || channel.isBlocked || (bytes === 0 && !channel.hasBatch)) return bytes;
    this.#averageBytes += weight * (this.#inBounds((bytes / elapsedMs) * this.#settings.targetMs) - this.#averageBytes);
    if (Math.abs(this.#averageBytes - this.limitBytes) * 100 >= this.limitBytes * this.#settings.thresholdPercent) this.#announce();
    return bytes;
  }

  #inBounds(bytes: number): number {
    const { dataBytes } = this.#channel.consumer;
    return Math.min(dataBytes, Math.max(this.#settings.minBytes, bytes));
  }

  #announce(): void {
    this.limitBytes = Math.floor(this.#averageBytes / 8) * 8;
    this.#channel.consumer.limitBytesInFlight(this.limitBytes);
  }
}
