// Output of one subtask that keeps everything that is given to it. Invariant: blocked once `room` rows were taken.
import type { Output } from '#streaming/operator/stream-operator';

/** One row that came out. */
export interface EmittedRow<T = unknown> {
  readonly value: T;
  /** Event time in ms; null for none. */
  readonly timestamp: number | null;
}

export class RecordedOutput implements Output {
  readonly rows: EmittedRow[] = [];
  readonly sides = new Map<string, EmittedRow[]>();
  /** Values of rows, `{ watermark }` and `{ isIdle }` in the order they came. */
  readonly events: unknown[] = [];
  readonly watermarks: number[] = [];
  /** Rows that are still taken before the output is blocked. */
  room = Number.POSITIVE_INFINITY;
  readonly collect = (value: unknown, timestamp: number): void => {
    this.room--;
    this.rows.push(emittedRow(value, timestamp));
    this.events.push(value);
  };

  get isBlocked(): boolean {
    return this.room <= 0;
  }

  collectSide(tag: string, value: unknown, timestamp: number): void {
    const rows = this.sides.get(tag) ?? [];
    this.sides.set(tag, rows);
    rows.push(emittedRow(value, timestamp));
  }

  emitWatermark(watermark: number): void {
    this.watermarks.push(watermark);
    this.events.push({ watermark });
  }

  emitIdleness(isIdle: boolean): void {
    this.events.push({ isIdle });
  }

  /** Forgets what came out so far. */
  clear(): void {
    this.rows.length = 0;
    this.events.length = 0;
    this.watermarks.length = 0;
    this.sides.clear();
  }
}

function emittedRow(value: unknown, timestamp: number): EmittedRow {
  return { value, timestamp: Number.isNaN(timestamp) ? null : timestamp };
}
