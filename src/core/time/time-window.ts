// Time windows and their arithmetic, as Flink's TimeWindow and assigners. Times are epoch ms as integers within ±2^53.
// Called by window assigners in slots and by slice arithmetic; pure.
import { assert } from '#core/assert';

/** [start, end) in ms. */
export class TimeWindow {
  readonly start: number;
  readonly end: number;

  constructor(start: number, end: number) {
    this.start = start;
    this.end = end;
  }

  /** The last ms that belongs to the window; an event-time window fires when the watermark reaches it. */
  get maxTimestamp(): number {
    return this.end - 1;
  }

  /** Windows that touch count as meeting, as for Flink's session merging. */
  intersects(other: TimeWindow): boolean {
    return this.start <= other.end && this.end >= other.start;
  }

  /** The smallest window that holds both. */
  cover(other: TimeWindow): TimeWindow {
    return new TimeWindow(Math.min(this.start, other.start), Math.max(this.end, other.end));
  }

  equals(other: TimeWindow): boolean {
    return this.start === other.start && this.end === other.end;
  }

  /** As Flink prints it. */
  toString(): string {
    return `TimeWindow{start=${this.start}, end=${this.end}}`;
  }
}

/**
 * Start of the window of `sizeMs` that holds `timestamp`, windows being aligned to `offsetMs`.
 * Holds for negative timestamps and offsets.
 */
export function windowStart(timestamp: number, offsetMs: number, sizeMs: number): number {
  const remainder = (timestamp - offsetMs) % sizeMs;
  // `+ 0` keeps a start of 0 from being -0 (-0 % n is -0).
  return (remainder < 0 ? timestamp - (remainder + sizeMs) : timestamp - remainder) + 0;
}

/** The tumbling window that holds `timestamp`. */
export function tumblingWindow(timestamp: number, sizeMs: number, offsetMs = 0): TimeWindow {
  assert(sizeMs > 0, `a window has a positive size, got ${sizeMs}`);
  const start = windowStart(timestamp, offsetMs, sizeMs);
  return new TimeWindow(start, start + sizeMs);
}

/** All sliding windows that hold `timestamp`, newest first; none when slideMs > sizeMs leaves a gap there. */
export function slidingWindows(timestamp: number, sizeMs: number, slideMs: number, offsetMs = 0): TimeWindow[] {
  assert(sizeMs > 0 && slideMs > 0, `a sliding window has a positive size and slide, got ${sizeMs} and ${slideMs}`);
  const windows: TimeWindow[] = [];
  for (let start = windowStart(timestamp, offsetMs, slideMs); start > timestamp - sizeMs; start -= slideMs) {
    windows.push(new TimeWindow(start, start + sizeMs));
  }
  return windows;
}
