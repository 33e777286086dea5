// Event times and watermarks in the middle of a stream (assignTimestampsAndWatermarks): upstream watermarks are dropped,
// except the end of the stream, and new ones are made from the rows. Flink's TimestampsAndWatermarksOperator.
import { executionOptions } from '#core/config/options/execution-options';
import { decodePlain, encodePlain } from '#core/serialization/plain-value';
import { MAX_WATERMARK, MIN_WATERMARK } from '#core/time/watermarks';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import type { OperatorContext, StreamOperator } from '#streaming/operator/stream-operator';
import { SplitWatermarks } from '#streaming/watermark/split-watermarks';
import type { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';

const ONLY_SPLIT = '';
const SECTION = 'watermark/progress';
const SECTION_VERSION = 1;

class WatermarkOperator implements StreamOperator {
  readonly #assign: ((value: unknown, timestamp: number) => number) | undefined;
  readonly #watermarks: SplitWatermarks;
  #context!: OperatorContext;
  #intervalMs = 0;
  #maxTimestamp = MIN_WATERMARK;
  #watermark = MIN_WATERMARK;
  #isIdle = false;
  #hasRows = false;
  #nextEmitMs = Number.POSITIVE_INFINITY;

  constructor(strategy: WatermarkStrategy<unknown>) {
    this.#assign = strategy.timestampAssigner;
    this.#watermarks = new SplitWatermarks(strategy);
  }

  open(context: OperatorContext): void {
    this.#context = context;
    this.#intervalMs = context.configuration.get(executionOptions.autoWatermarkInterval).toMillis();
    const nowMs = context.clock.now();
    const restored = (context.restored?.operator(SECTION) ?? []).map((item) => decodePlain(item.bytes) as number);
    this.#maxTimestamp = this.#watermarks.enter(ONLY_SPLIT, nowMs);
    const lowest = restored.length === 0 ? MIN_WATERMARK : Math.min(...restored);
    if (lowest > MIN_WATERMARK) {
      this.#watermarks.restore(ONLY_SPLIT, lowest, nowMs);
      this.#maxTimestamp = lowest;
    }
    if (this.#watermarks.kind !== 'none' && this.#intervalMs > 0) this.#nextEmitMs = nowMs + this.#intervalMs;
  }

  processElement(value: unknown, timestamp: number): void {
    const time = this.#assign === undefined ? timestamp : this.#assign(value, timestamp);
    if (time > this.#maxTimestamp) this.#maxTimestamp = time;
    this.#hasRows = true;
    this.#context.output.collect(value, time);
    if (this.#watermarks.kind === 'generator') this.#punctuate(value, time);
  }

  processWatermark(watermark: number): void {
    if (watermark !== MAX_WATERMARK) return;
    this.#watermark = MAX_WATERMARK;
    this.#context.output.emitWatermark(MAX_WATERMARK);
  }

  /** Whether the stream is idle is decided here anew, from its rows. */
  processIdleness(): void {}

  nextProcessingTime(): number {
    return this.#watermark === MAX_WATERMARK ? Number.POSITIVE_INFINITY : this.#nextEmitMs;
  }

  onProcessingTime(nowMs: number): void {
    this.#nextEmitMs = nowMs + this.#intervalMs;
    if (this.#hasRows) this.#watermarks.enter(ONLY_SPLIT, nowMs);
    this.#hasRows = false;
    this.#watermarks.leave(this.#maxTimestamp);
    const { watermark, isIdle } = this.#watermarks.combine(nowMs);
    if (isIdle !== this.#isIdle) {
      this.#isIdle = isIdle;
      this.#context.output.emitIdleness(isIdle);
    }
    if (watermark <= this.#watermark) return;
    this.#watermark = watermark;
    this.#context.output.emitWatermark(watermark);
  }

  /** A user's generator may emit at any row; the watermark follows that row. */
  #punctuate(value: unknown, time: number): void {
    this.#watermarks.onEvent(value, time);
    const watermark = this.#watermarks.enteredWatermark;
    if (watermark <= this.#watermark) return;
    this.#watermark = watermark;
    this.#context.output.emitWatermark(watermark);
  }

  snapshot(): OperatorSnapshot {
    // Also without rows: a subtask that has seen none holds all of them down when they are restored.
    return { keyed: [], operator: [{ name: SECTION, version: SECTION_VERSION, mode: 'union', items: [encodePlain(this.#maxTimestamp)] }] };
  }

  close(): void {
    this.#nextEmitMs = Number.POSITIVE_INFINITY;
  }
}

export function createWatermarkOperator(strategy: WatermarkStrategy<any>): StreamOperator { // any: user's record type
  return new WatermarkOperator(strategy);
}
