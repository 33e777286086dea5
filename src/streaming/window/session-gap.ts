// How long a session stays open after a row: fixed, or told by a function of the row.
import { StreamingError } from '#streaming/errors';
import type { WindowAssignment } from '#streaming/window/window-operator-options';

export class SessionGap {
  readonly #gapMs: number;
  readonly #gapOf: ((value: unknown) => number) | undefined;

  constructor(gapMs: (WindowAssignment & { kind: 'session' })['gapMs']) {
    this.#gapOf = typeof gapMs === 'function' ? gapMs : undefined;
    this.#gapMs = typeof gapMs === 'number' ? gapMs : 0;
  }

  /** In whole ms. Throws WINDOW_GAP_INVALID when the function gives none. */
  of(value: unknown): number {
    if (this.#gapOf === undefined) return this.#gapMs;
    const gap = this.#gapOf(value);
    if (gap > 0) return Math.ceil(gap);
    throw new StreamingError('WINDOW_GAP_INVALID', `the gap function of a session window returned ${String(gap)}: return a positive number of ms`, { context: { gap } });
  }
}
