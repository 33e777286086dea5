// The arithmetic of tumbling and sliding windows: which windows hold a time, how windows are cut into slices, which
// window fires next. Windows start at multiples of the slide, shifted by the offset. Times in ms, ends exclusive.
import type { WindowAssignment } from '#streaming/window/window-operator-options';

/** More slices than this per window cost more to combine than adding each row to its windows. */
const SLICES_PER_WINDOW_MAX = 64;

export class WindowGeometry {
  readonly sizeMs: number;
  readonly slideMs: number;
  readonly offsetMs: number;
  /** Width of one table: a slice, or the whole window where rows cannot be shared between windows. */
  readonly tableMs: number;
  /** Each table is one window; a row of overlapping windows is added to several. */
  readonly isPerWindow: boolean;

  constructor(assignment: WindowAssignment & { readonly kind: 'tumbling' | 'sliding' }, isSliceable: boolean) {
    this.sizeMs = assignment.sizeMs;
    this.slideMs = assignment.kind === 'tumbling' ? assignment.sizeMs : assignment.slideMs;
    this.offsetMs = assignment.offsetMs;
    const sliceMs = greatestCommonDivisor(this.sizeMs, this.slideMs);
    const isSliced = isSliceable && this.slideMs < this.sizeMs && this.sizeMs / sliceMs <= SLICES_PER_WINDOW_MAX;
    this.isPerWindow = !isSliced;
    this.tableMs = isSliced ? sliceMs : this.sizeMs;
  }

  /** Start of the latest window that starts at or before `time`. */
  lastWindowStart(time: number): number {
    return time - modulo(time - this.offsetMs, this.slideMs);
  }

  /** Start of the slice that holds `time`; only where windows are sliced. */
  sliceStart(time: number): number {
    return time - modulo(time - this.offsetMs, this.tableMs);
  }

  /** Starts of the windows that hold `time`, latest first; none when `time` falls between windows. */
  windowStarts(time: number): number[] {
    const starts: number[] = [];
    for (let start = this.lastWindowStart(time); start + this.sizeMs > time; start -= this.slideMs) starts.push(start);
    return starts;
  }

  /** The smallest window end that is at least `time`. */
  windowEndFrom(time: number): number {
    return time + modulo(this.offsetMs + this.sizeMs - time, this.slideMs);
  }

  /** First and last end of the windows that need the table at `tableStart`. */
  firstEndOf(tableStart: number): number {
    return this.isPerWindow ? tableStart + this.sizeMs : this.windowEndFrom(tableStart + this.tableMs);
  }

  lastEndOf(tableStart: number): number {
    const end = tableStart + this.sizeMs;
    return this.isPerWindow ? end : end - modulo(end - this.offsetMs - this.sizeMs, this.slideMs);
  }

  /** The next window end after `firedTime` + 1 that needs the table; Infinity when all its windows have fired. */
  nextEndOf(tableStart: number, firedTime: number): number {
    const first = this.firstEndOf(tableStart);
    if (first - 1 > firedTime) return first;
    if (this.lastEndOf(tableStart) - 1 <= firedTime) return Number.POSITIVE_INFINITY;
    // Ends are whole ms; a watermark need not be.
    return this.windowEndFrom(Math.floor(firedTime) + 2);
  }

  /** Bounds [from, to) around `time` within which the same windows hold every time. */
  segment(time: number): { readonly from: number; readonly to: number } {
    const start = this.lastWindowStart(time);
    const previousEnd = time - modulo(time - this.offsetMs - this.sizeMs, this.slideMs);
    return { from: Math.max(start, previousEnd), to: Math.min(start + this.slideMs, previousEnd + this.slideMs) };
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Always in [0, divisor). */
function modulo(value: number, divisor: number): number {
  const rest = value % divisor;
  return rest < 0 ? rest + divisor : rest + 0;
}
