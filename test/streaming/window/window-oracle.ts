// Flink's WindowOperator, slow and plain: every window keeps all its elements, every step looks at all windows. What the
// window operators are compared with. One key space; results are told per step.

export interface OracleElement {
  readonly id: number;
  readonly key: number;
  /** Event time, or the processing time at which the element came. */
  readonly time: number;
  /** Sessions with dynamic gaps. */
  readonly gap: number;
}

export type OracleAssignment =
  | { readonly kind: 'aligned'; readonly sizeMs: number; readonly slideMs: number; readonly offsetMs: number }
  | { readonly kind: 'session' };

export interface OracleOptions {
  readonly assignment: OracleAssignment;
  readonly allowedLatenessMs: number;
  readonly isEventTime: boolean;
}

/** One call of the window function. `ids` in ascending order. */
export interface Firing {
  readonly key: number;
  readonly start: number;
  readonly end: number;
  readonly ids: readonly number[];
}

interface OpenWindow {
  readonly key: number;
  start: number;
  end: number;
  readonly ids: number[];
  isTimerSet: boolean;
}

export class WindowOracle {
  readonly firings: Firing[] = [];
  readonly late: number[] = [];
  readonly cleared: string[] = [];
  readonly #options: OracleOptions;
  #windows: OpenWindow[] = [];
  /** The watermark, or one below the processing time. */
  #time = Number.NEGATIVE_INFINITY;

  constructor(options: OracleOptions) {
    this.#options = options;
  }

  element(element: OracleElement): void {
    const { assignment, isEventTime, allowedLatenessMs } = this.#options;
    let isSkipped = true;
    const windows = assignment.kind === 'session' ? [this.#mergeSession(element)] : this.#alignedWindows(element, assignment);
    for (const window of windows) {
      if (isEventTime && window.end - 1 + allowedLatenessMs <= this.#time) {
        this.#windows = this.#windows.filter((other) => other !== window);
        continue;
      }
      isSkipped = false;
      window.ids.push(element.id);
      if (window.end - 1 <= this.#time) this.#fire(window);
      else window.isTimerSet = true;
    }
    if (isSkipped && isEventTime && element.time + allowedLatenessMs <= this.#time) this.late.push(element.id);
  }

  /** @param time the watermark, or the processing time less 1. */
  advance(time: number): void {
    this.#time = time;
    const due = this.#windows.filter((window) => window.isTimerSet && window.end - 1 <= time).sort((a, b) => a.end - b.end);
    for (const window of due) {
      window.isTimerSet = false;
      this.#fire(window);
    }
    const lateness = this.#options.isEventTime ? this.#options.allowedLatenessMs : 0;
    this.#windows = this.#windows.filter((window) => {
      const isOver = window.end - 1 + lateness <= time;
      if (isOver) this.cleared.push(`${window.key}/${window.start}/${window.end}`);
      return !isOver;
    });
  }

  #fire(window: OpenWindow): void {
    this.firings.push({ key: window.key, start: window.start, end: window.end, ids: [...window.ids].sort((a, b) => a - b) });
  }

  #alignedWindows({ key, time }: OracleElement, assignment: OracleAssignment & { kind: 'aligned' }): OpenWindow[] {
    const { sizeMs, slideMs, offsetMs } = assignment;
    const found: OpenWindow[] = [];
    // Straight from the definition: every start offset + k * slide with start <= time < start + size, latest first.
    for (let start = Math.floor(time) + 1; start > time - sizeMs; start--) {
      if (start > time || !Number.isInteger((start - offsetMs) / slideMs)) continue;
      let window = this.#windows.find((other) => other.key === key && other.start === start);
      if (window === undefined) this.#windows.push((window = { key, start, end: start + sizeMs, ids: [], isTimerSet: false }));
      found.push(window);
    }
    return found;
  }

  #mergeSession({ key, time, gap }: OracleElement): OpenWindow {
    // Flink's times are whole ms.
    const start = Math.floor(time);
    const merged: OpenWindow = { key, start, end: start + gap, ids: [], isTimerSet: false };
    for (;;) {
      const met = this.#windows.find((other) => other.key === key && other.start <= merged.end && other.end >= merged.start);
      if (met === undefined) break;
      this.#windows = this.#windows.filter((other) => other !== met);
      merged.start = Math.min(merged.start, met.start);
      merged.end = Math.max(merged.end, met.end);
      merged.ids.push(...met.ids);
    }
    this.#windows.push(merged);
    return merged;
  }
}
