// The Output of one operator in a chain: generated emit functions for rows, plain calls for watermarks.
import { ControlKind } from '#shuffle/channel/channel';
import type { Availability } from '#shuffle/result-partition/availability';
import type { RecordWriter } from '#shuffle/result-partition/record-writer';
import type { Output } from '#streaming/operator/stream-operator';

/** What follows an operator, for everything that is not a row. */
export interface WatermarkTargets {
  /** Called with the watermark for each chained successor, over fused row operators. */
  readonly chained: readonly ((watermark: number) => void)[];
  readonly chainedIdleness: readonly ((isIdle: boolean) => void)[];
  readonly writers: readonly RecordWriter[];
}

type Emit = (value: unknown, timestamp: number) => void;

export class ChainOutput implements Output {
  collect: Emit = () => undefined;
  readonly #availability: Availability;
  readonly #sides = new Map<string, Emit>();
  #targets: WatermarkTargets = { chained: [], chainedIdleness: [], writers: [] };

  constructor(availability: Availability) {
    this.#availability = availability;
  }

  /** Set once, after the chain is generated. */
  connect(collect: Emit, sides: ReadonlyMap<string, Emit>, targets: WatermarkTargets): void {
    this.collect = collect;
    for (const [tag, emit] of sides) this.#sides.set(tag, emit);
    this.#targets = targets;
  }

  /** A tag that nobody asked for is dropped, as in Flink. */
  collectSide(tag: string, value: unknown, timestamp: number): void {
    this.#sides.get(tag)?.(value, timestamp);
  }

  emitWatermark(watermark: number): void {
    for (const forward of this.#targets.chained) forward(watermark);
    for (const writer of this.#targets.writers) writer.emitWatermark(watermark);
  }

  emitIdleness(isIdle: boolean): void {
    for (const forward of this.#targets.chainedIdleness) forward(isIdle);
    for (const writer of this.#targets.writers) writer.broadcast(isIdle ? ControlKind.IDLE : ControlKind.ACTIVE, 0);
  }

  get isBlocked(): boolean {
    return this.#availability.blocked !== 0;
  }
}
