// How event times and watermarks are made, as the user declares it. Immutable: the with… methods give a new strategy.

export interface WatermarkGenerator<T> {
  onEvent(event: T, timestamp: number, output: WatermarkOutput): void;
  onPeriodicEmit(output: WatermarkOutput): void;
}

export interface WatermarkOutput {
  emitWatermark(timestamp: number): void;
  markIdle(): void;
  markActive(): void;
}

export type TimestampAssigner<T> = (element: T, recordTimestamp: number) => number;

export interface WatermarkAlignment {
  readonly group: string;
  readonly maxDriftMs: number;
  readonly updateIntervalMs: number;
}

/** Built-in generators are data, so that the engine can run them per batch; `generator` is the user's own. */
export type WatermarkGeneration<T> =
  | { readonly kind: 'none' }
  /** Watermark = highest timestamp - outOfOrdernessMs - 1. Monotonous timestamps are outOfOrdernessMs 0. */
  | { readonly kind: 'bounded-out-of-orderness'; readonly outOfOrdernessMs: number }
  | { readonly kind: 'generator'; readonly create: () => WatermarkGenerator<T> };

export class WatermarkStrategy<T> {
  readonly generation: WatermarkGeneration<T>;
  readonly timestampAssigner: TimestampAssigner<T> | undefined;
  /** Undefined = never idle. */
  readonly idlenessMs: number | undefined;
  readonly alignment: WatermarkAlignment | undefined;

  private constructor(generation: WatermarkGeneration<T>, assigner?: TimestampAssigner<T>, idlenessMs?: number, alignment?: WatermarkAlignment) {
    this.generation = generation;
    this.timestampAssigner = assigner;
    this.idlenessMs = idlenessMs;
    this.alignment = alignment;
  }

  static noWatermarks<T>(): WatermarkStrategy<T> {
    return new WatermarkStrategy<T>({ kind: 'none' });
  }

  static forMonotonousTimestamps<T>(): WatermarkStrategy<T> {
    return new WatermarkStrategy<T>({ kind: 'bounded-out-of-orderness', outOfOrdernessMs: 0 });
  }

  /** @param outOfOrdernessMs how far in ms an event may lie behind the highest timestamp seen. */
  static forBoundedOutOfOrderness<T>(outOfOrdernessMs: number): WatermarkStrategy<T> {
    return new WatermarkStrategy<T>({ kind: 'bounded-out-of-orderness', outOfOrdernessMs });
  }

  static forGenerator<T>(create: () => WatermarkGenerator<T>): WatermarkStrategy<T> {
    return new WatermarkStrategy<T>({ kind: 'generator', create });
  }

  withTimestampAssigner(assigner: TimestampAssigner<T>): WatermarkStrategy<T> {
    return new WatermarkStrategy(this.generation, assigner, this.idlenessMs, this.alignment);
  }

  withIdleness(idlenessMs: number): WatermarkStrategy<T> {
    return new WatermarkStrategy(this.generation, this.timestampAssigner, idlenessMs, this.alignment);
  }

  withWatermarkAlignment(group: string, maxDriftMs: number, updateIntervalMs = 1000): WatermarkStrategy<T> {
    return new WatermarkStrategy(this.generation, this.timestampAssigner, this.idlenessMs, { group, maxDriftMs, updateIntervalMs });
  }
}
