// A source's part in watermark alignment: reports where it stands and stops reading while it is too far ahead of its
// group. Thread: the slot's; the limit comes by mail from the JobMaster, which sees the whole group.
import type { WatermarkAlignment } from '#streaming/watermark/watermark-strategy';

export class AlignmentBrake {
  readonly #alignment: WatermarkAlignment;
  readonly #report: (alignment: WatermarkAlignment, watermark: number) => void;
  #maxWatermark = Number.POSITIVE_INFINITY;
  #lastReportMs = Number.NEGATIVE_INFINITY;

  constructor(alignment: WatermarkAlignment, report: (alignment: WatermarkAlignment, watermark: number) => void) {
    this.#alignment = alignment;
    this.#report = report;
  }

  /** Called per step, with the subtask's watermark; Infinity while it is idle, so that it holds nobody back. */
  onStep(nowMs: number, watermark: number): void {
    if (nowMs - this.#lastReportMs < this.#alignment.updateIntervalMs) return;
    this.#lastReportMs = nowMs;
    this.#report(this.#alignment, watermark);
  }

  /** The source has ended. */
  onEnd(): void {
    this.#report(this.#alignment, Number.POSITIVE_INFINITY);
  }

  limit(maxWatermark: number): void {
    this.#maxWatermark = maxWatermark;
  }

  /** No split may be read beyond this event time. */
  get maxWatermark(): number {
    return this.#maxWatermark;
  }

  isHolding(watermark: number): boolean {
    return watermark > this.#maxWatermark;
  }

  get nextReportMs(): number {
    return this.#lastReportMs + this.#alignment.updateIntervalMs;
  }
}
