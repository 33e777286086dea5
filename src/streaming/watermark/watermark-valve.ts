// Combines the watermarks of a task's channels: the smallest of those that are not idle, not ended and not behind what
// was combined already: one that wakes up late is left out until it has caught up. Flink's StatusWatermarkValve.
// Invariant: the combined watermark never goes back. Thread: the slot's.
import { MAX_WATERMARK, MIN_WATERMARK } from '#core/time/watermarks';

export class WatermarkValve {
  readonly #watermarks: Float64Array;
  readonly #isIdle: Uint8Array;
  readonly #isEnded: Uint8Array;
  /** Combined watermark. */
  watermark = MIN_WATERMARK;
  /** Every channel that has not ended is idle. */
  isAllIdle = false;

  constructor(channelCount: number) {
    this.#watermarks = new Float64Array(channelCount).fill(MIN_WATERMARK);
    this.#isIdle = new Uint8Array(channelCount);
    this.#isEnded = new Uint8Array(channelCount);
  }

  /** True when the combined watermark advanced. */
  onWatermark(channel: number, watermark: number): boolean {
    if (watermark > this.#watermarks[channel]!) this.#watermarks[channel] = watermark;
    return this.#combine();
  }

  /** True when the combined watermark advanced. */
  onIdleness(channel: number, isIdle: boolean): boolean {
    this.#isIdle[channel] = isIdle ? 1 : 0;
    return this.#combine();
  }

  /** An ended channel holds nothing back. True when the combined watermark advanced. */
  onEnd(channel: number): boolean {
    this.#isEnded[channel] = 1;
    return this.#combine();
  }

  /** Starts where a snapshot was taken, so that what was late stays late. Every channel had come that far. */
  restore(watermark: number): void {
    this.watermark = Math.max(this.watermark, watermark);
    this.#watermarks.fill(this.watermark);
  }

  #combine(): boolean {
    let combined = MAX_WATERMARK;
    let highest = MIN_WATERMARK;
    let isAnyActive = false;
    let isAnyAligned = false;
    let isAnyOpen = false;
    for (let channel = 0; channel < this.#watermarks.length; channel++) {
      const watermark = this.#watermarks[channel]!;
      if (watermark > highest) highest = watermark;
      if (this.#isEnded[channel] === 1) continue;
      isAnyOpen = true;
      if (this.#isIdle[channel] === 1) continue;
      isAnyActive = true;
      if (watermark < this.watermark) continue;
      isAnyAligned = true;
      if (watermark < combined) combined = watermark;
    }
    this.isAllIdle = isAnyOpen && !isAnyActive;
    // With nobody active the highest watermark seen holds, as in Flink: idle channels' own progress is not lost.
    if (!isAnyActive) combined = highest;
    else if (!isAnyAligned) return false;
    if (combined <= this.watermark) return false;
    this.watermark = combined;
    return true;
  }
}
