// Makes the watermark of a source subtask from the event times of its rows, per split: the watermark of the subtask is
// the smallest of its active splits'. Built-in strategies are run per batch. Thread: the slot's.
import { MIN_WATERMARK } from '#core/time/watermarks';
import type { WatermarkGenerator, WatermarkOutput, WatermarkStrategy } from '#streaming/watermark/watermark-strategy';

interface SplitProgress {
  maxTimestamp: number;
  watermark: number;
  lastRowMs: number;
  isIdle: boolean;
  /** Left unread by the reader, so that it is not idle by that. */
  isPaused: boolean;
  readonly generator: WatermarkGenerator<unknown> | undefined;
}

export class SplitWatermarks {
  readonly #strategy: WatermarkStrategy<unknown>;
  readonly #splits = new Map<string, SplitProgress>();
  #current: SplitProgress | undefined;
  /** What the user's generator said last; applied to the current split. */
  readonly #output: WatermarkOutput;

  constructor(strategy: WatermarkStrategy<unknown>) {
    this.#strategy = strategy;
    this.#output = {
      emitWatermark: (timestamp) => { if (timestamp > this.#current!.watermark) this.#current!.watermark = timestamp; },
      markIdle: () => { this.#current!.isIdle = true; },
      markActive: () => { this.#current!.isIdle = false; },
    };
  }

  get kind(): 'none' | 'max' | 'generator' {
    const { kind } = this.#strategy.generation;
    return kind === 'bounded-out-of-orderness' ? 'max' : kind;
  }

  /** From now on the split's watermark counts. */
  assign(splitId: string, nowMs: number): void {
    this.#split(splitId, nowMs);
  }

  /** The highest event time of the split so far: what its loop starts from. */
  enter(splitId: string, nowMs: number): number {
    const split = this.#split(splitId, nowMs);
    split.lastRowMs = nowMs;
    split.isIdle = false;
    this.#current = split;
    return split.maxTimestamp;
  }

  /** For `ms` nothing could be read, for want of room: no split has become idle by that. */
  excuse(ms: number): void {
    for (const split of this.#splits.values()) split.lastRowMs += ms;
  }

  /** Per row, for a user's generator. */
  onEvent(value: unknown, timestamp: number): void {
    this.#current!.generator!.onEvent(value, timestamp, this.#output);
  }

  /** Of the entered split alone. */
  get enteredWatermark(): number {
    return this.#current!.watermark;
  }

  /** After a batch of the entered split. */
  leave(maxTimestamp: number): void {
    this.#advance(this.#current!, maxTimestamp);
  }

  /** A split is read to its end or moved: it holds nothing back any more. */
  remove(splitId: string): void {
    this.#splits.delete(splitId);
  }

  /** Which splits to leave unread and which to read again, so that none is read whose watermark is above the limit. */
  alignTo(maxWatermark: number, nowMs: number): { readonly pause: readonly string[]; readonly resume: readonly string[] } {
    const pause: string[] = [];
    const resume: string[] = [];
    for (const [id, split] of this.#splits) {
      const isAhead = split.watermark > maxWatermark;
      if (isAhead === split.isPaused) continue;
      split.isPaused = isAhead;
      split.lastRowMs = nowMs;
      (isAhead ? pause : resume).push(id);
    }
    return { pause, resume };
  }

  /** Asks generators, marks quiet splits idle, and combines. Undefined watermark = nothing known yet. */
  combine(nowMs: number): { readonly watermark: number; readonly isIdle: boolean } {
    const { idlenessMs } = this.#strategy;
    let watermark = Number.POSITIVE_INFINITY;
    let isIdle = true;
    for (const split of this.#splits.values()) {
      this.#current = split;
      split.generator?.onPeriodicEmit(this.#output);
      if (idlenessMs !== undefined && !split.isPaused && nowMs - split.lastRowMs >= idlenessMs) split.isIdle = true;
      if (split.isIdle) continue;
      isIdle = false;
      if (split.watermark < watermark) watermark = split.watermark;
    }
    return { watermark: isIdle ? MIN_WATERMARK : watermark, isIdle: isIdle && this.#splits.size > 0 };
  }

  /** Highest event time per split, for snapshots. */
  progress(): Record<string, number> {
    return Object.fromEntries([...this.#splits].filter(([, split]) => split.maxTimestamp > MIN_WATERMARK).map(([id, split]) => [id, split.maxTimestamp]));
  }

  /** The split goes on from where it was; the one that is entered stays so. */
  restore(splitId: string, maxTimestamp: number, nowMs: number): void {
    this.#advance(this.#split(splitId, nowMs), maxTimestamp);
  }

  #split(splitId: string, nowMs: number): SplitProgress {
    let split = this.#splits.get(splitId);
    if (split === undefined) {
      const { generation } = this.#strategy;
      split = { maxTimestamp: MIN_WATERMARK, watermark: MIN_WATERMARK, lastRowMs: nowMs, isIdle: false, isPaused: false, generator: generation.kind === 'generator' ? generation.create() : undefined };
      this.#splits.set(splitId, split);
    }
    return split;
  }

  #advance(split: SplitProgress, maxTimestamp: number): void {
    split.maxTimestamp = maxTimestamp;
    const { generation } = this.#strategy;
    if (generation.kind === 'bounded-out-of-orderness') split.watermark = Math.max(split.watermark, maxTimestamp - generation.outOfOrdernessMs - 1);
  }
}
