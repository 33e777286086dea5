// Drives the source at the head of a task: polls the reader, runs its rows through the chain, makes watermarks, and
// snapshots splits with their positions. A batch that the outputs could not take whole is continued before the next poll.
import { Batch, layoutOf } from '#core/columns/frame';
import { FrameMemory } from '#core/columns/frame-memory';
import { schemaOf } from '#core/columns/schema';
import { executionOptions } from '#core/config/options/execution-options';
import { decodePlain, encodePlain } from '#core/serialization/plain-value';
import { MAX_WATERMARK, MIN_WATERMARK } from '#core/time/watermarks';
import type { Availability } from '#shuffle/result-partition/availability';
import type { OperatorSection, OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { ReadStatus, type ReaderOutput, type SourceReader } from '#streaming/source/source';
import type { BatchLoop, OperatorChain, RowsLoop, SourceFunctions } from '#streaming/task/operator-chain';
import { type ChainedOperator, StepResult, type TaskDescription } from '#streaming/task/task-description';
import { AlignmentBrake } from '#streaming/watermark/alignment-brake';
import { SplitWatermarks } from '#streaming/watermark/split-watermarks';
import { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';

/** Keeps the text of a batch below V8's 128 KiB limit of ordinary objects: a larger string is mapped and unmapped each time (+150 ns a row). */
const BATCH_ROWS = 512;
const BATCH_HEAP_BYTES = 256 * 1024;
/** Watermarks follow batches, but not more often than this: an entry flushes partly filled frames. */
const WATERMARK_INTERVAL_MS_MAX = 10;
const SPLITS_SECTION = 'source/splits';
const PROGRESS_SECTION = 'source/progress';
const SECTION_VERSION = 1;

export class SourceDriver {
  readonly #description: TaskDescription;
  readonly #chain: OperatorChain;
  readonly #operatorId: string;
  readonly #reader: SourceReader<unknown, unknown>;
  readonly #watermarks: SplitWatermarks;
  readonly #functions: SourceFunctions;
  readonly #watermarkIntervalMs: number;
  /** Interval 0 turns periodic watermarks off; those that a user's generator emits per row remain. */
  readonly #hasWatermarks: boolean;
  readonly #availability: Availability;
  readonly #brake: AlignmentBrake | undefined;
  readonly #restoredProgress = new Map<string, number>();
  #batch: Batch | undefined;
  #batchLoop: BatchLoop | undefined;
  #rowsLoop: RowsLoop | undefined;
  #values: unknown[] = [];
  #times: number[] = [];
  #splitIds: string[] = [];
  #cursor = 0;
  #end = 0;
  #segmentEnd = 0;
  #isWoken = true;
  #isEnded = false;
  #watermark = MIN_WATERMARK;
  #isIdle = false;
  #lastEmitMs = Number.NEGATIVE_INFINITY;
  #lastStepMs = 0;
  /** The last step ended without room or held by alignment: until the next one no split is idle. */
  #wasBlocked = false;
  recordsIn = 0;

  constructor(description: TaskDescription, chain: OperatorChain, availability: Availability) {
    this.#description = description;
    this.#chain = chain;
    this.#availability = availability;
    const operator = description.operators[0]!;
    const node = operator.node as ChainedOperator['node'] & { kind: 'source' };
    this.#operatorId = operator.operatorId;
    const strategy = node.watermarks ?? WatermarkStrategy.noWatermarks<unknown>();
    this.#watermarks = new SplitWatermarks(strategy);
    this.#brake = strategy.alignment === undefined ? undefined : new AlignmentBrake(strategy.alignment, ({ group, maxDriftMs }, watermark) => description.reporter.reportWatermark(operator.operatorId, group, maxDriftMs, watermark));
    this.#functions = {
      hasAssigner: strategy.timestampAssigner !== undefined,
      watermarks: this.#watermarks.kind,
      assign: strategy.timestampAssigner,
      onEvent: (value, timestamp) => this.#watermarks.onEvent(value, timestamp),
    };
    this.#watermarkIntervalMs = Math.min(WATERMARK_INTERVAL_MS_MAX, description.configuration.get(executionOptions.autoWatermarkInterval).toMillis());
    this.#hasWatermarks = this.#watermarks.kind === 'generator' || (this.#watermarks.kind === 'max' && this.#watermarkIntervalMs > 0);
    const { subtaskIndex, parallelism, files, clock, reporter } = description;
    const source = node.source.narrowedTo?.(chain.readsOfSource(this.#functions)) ?? node.source;
    this.#reader = source.createReader({
      subtaskIndex, parallelism, files, clock,
      requestSplit: () => reporter.requestSplit(this.#operatorId),
      wake: () => { this.#isWoken = true; },
      count: (metric, by) => chain.count(metric, by),
    });
    if (this.#reader.kind === 'columns') this.#prepareColumns(source.producedType!);
    else this.#rowsLoop = chain.rowsLoop(this.#functions);
  }

  open(): void {
    const restored = this.#description.restored?.(this.#operatorId);
    this.#reader.start();
    if (restored !== undefined) {
      for (const item of restored.operator(PROGRESS_SECTION)) {
        for (const [splitId, timestamp] of Object.entries(decodePlain(item.bytes) as Record<string, number>)) this.#restoredProgress.set(splitId, timestamp);
      }
      const splits = restored.operator(SPLITS_SECTION).map((item) => decodePlain(item.bytes));
      if (splits.length > 0) this.#assign(splits);
    }
    this.#description.reporter.registerReader(this.#operatorId);
  }

  /** Watermark alignment: reading stops while the watermark is above this. */
  limitWatermark(maxWatermark: number): void {
    this.#brake?.limit(maxWatermark);
    this.#alignSplits(this.#description.clock.now());
    this.#isWoken = true;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  get watermark(): number {
    return this.#watermark;
  }

  /** Rows of the batch that is being run; 0 between batches. */
  get batchRows(): number {
    return this.#cursor < this.#end ? this.#end : 0;
  }

  get progress(): number {
    return this.#reader.progress ?? Number.NaN;
  }

  /** Epoch ms at which an idle source wants to be polled. */
  get wakeAtMs(): number {
    if (this.#isWoken) return 0;
    const emitMs = !this.#hasWatermarks ? Number.POSITIVE_INFINITY : this.#lastEmitMs + Math.max(1, this.#watermarkIntervalMs) * 10;
    return Math.min(this.#reader.nextPollMs, emitMs, this.#brake?.nextReportMs ?? Number.POSITIVE_INFINITY);
  }

  addSplits(splits: readonly unknown[]): void {
    this.#assign(splits);
    this.#isWoken = true;
  }

  notifyNoMoreSplits(): void {
    this.#reader.notifyNoMoreSplits();
    this.#isWoken = true;
  }

  /** One batch: the rest of the last one, or a fresh one. */
  step(nowMs: number): StepResult {
    if (this.#wasBlocked) this.#watermarks.excuse(nowMs - this.#lastStepMs);
    this.#brake?.onStep(nowMs, this.#isIdle ? Number.POSITIVE_INFINITY : this.#watermark);
    const result = this.#step(nowMs);
    this.#lastStepMs = nowMs;
    this.#wasBlocked = this.#availability.blocked !== 0 || this.#isHeld;
    return result;
  }

  #step(nowMs: number): StepResult {
    if (this.#cursor < this.#end) {
      this.#run();
      this.#maybeEmitWatermark(nowMs);
      return StepResult.PROGRESS;
    }
    this.#isWoken = false;
    if (this.#isHeld) return StepResult.IDLE;
    const status = this.#reader.kind === 'columns' ? this.#reader.fill(this.#batch!) : this.#pollRows(this.#reader);
    const rows = this.#reader.kind === 'columns' ? this.#batch!.count : this.#values.length;
    if (rows > 0 || status === ReadStatus.MORE) this.#isWoken = true;
    if (rows > 0) this.#begin(rows, nowMs);
    this.#maybeEmitWatermark(nowMs);
    if (status === ReadStatus.END && rows === 0) {
      this.#isEnded = true;
      this.#brake?.onEnd();
      return StepResult.PROGRESS;
    }
    return rows > 0 || status === ReadStatus.MORE ? StepResult.PROGRESS : StepResult.IDLE;
  }

  /** The end of a bounded source: every event-time window fires. */
  emitMaxWatermark(): void {
    this.#chain.processWatermark(MAX_WATERMARK);
  }

  /** Rows handed to the chain are behind the positions; rows still in the batch are not, so it is asked only between batches. */
  get isBetweenBatches(): boolean {
    return this.#cursor >= this.#end;
  }

  /** Finishes the current batch, as far as the outputs allow; true when it is done. */
  finishBatch(): boolean {
    while (this.#cursor < this.#end && this.#availability.blocked === 0) this.#run();
    return this.#cursor >= this.#end;
  }

  /** As finishBatch, into overdraft; false when a function's rows are pending, which must be pulled first. */
  finishBatchWithoutRoom(): boolean {
    while (this.#cursor < this.#end) {
      this.#runRows();
      if (this.#chain.isMidRecord) return false;
    }
    return true;
  }

  snapshot(checkpointId: number): OperatorSnapshot {
    const sections: OperatorSection[] = [{ name: SPLITS_SECTION, version: SECTION_VERSION, mode: 'split', items: this.#reader.snapshot(checkpointId).map(encodePlain) }];
    const progress = this.#watermarks.progress();
    if (Object.keys(progress).length > 0) sections.push({ name: PROGRESS_SECTION, version: SECTION_VERSION, mode: 'union', items: [encodePlain(progress)] });
    return { keyed: [], operator: sections };
  }

  checkpointComplete(checkpointId: number): void {
    this.#reader.notifyCheckpointComplete?.(checkpointId);
  }

  close(): void {
    this.#reader.close();
  }

  #assign(splits: readonly unknown[]): void {
    const reader = this.#reader;
    const nowMs = this.#description.clock.now();
    for (const split of reader.splitIdOf === undefined ? [] : splits) {
      const splitId = reader.splitIdOf!(split);
      this.#watermarks.assign(splitId, nowMs);
      this.#restoreProgress(splitId, nowMs);
    }
    reader.addSplits(splits);
  }

  /** Where the split was before, whoever read it then. */
  #restoreProgress(splitId: string, nowMs: number): void {
    const restored = this.#restoredProgress.get(splitId);
    if (restored === undefined) return;
    this.#watermarks.restore(splitId, restored, nowMs);
    this.#restoredProgress.delete(splitId);
  }

  /** The whole source is ahead of its group. */
  get #isHeld(): boolean {
    return this.#brake?.isHolding(this.#watermark) === true;
  }

  /** Splits that alone are ahead of the group wait, so that the others catch up. */
  #alignSplits(nowMs: number): void {
    if (this.#brake === undefined || this.#reader.pauseOrResumeSplits === undefined) return;
    const { pause, resume } = this.#watermarks.alignTo(this.#brake.maxWatermark, nowMs);
    if (pause.length > 0 || resume.length > 0) this.#reader.pauseOrResumeSplits(pause, resume);
  }

  #prepareColumns(producedType: Parameters<typeof schemaOf>[0]): void {
    const schema = schemaOf(producedType);
    const bytes = layoutOf(schema, BATCH_ROWS).heapStart + BATCH_HEAP_BYTES;
    this.#batch = Batch.allocate(FrameMemory.allocate(bytes), schema, BATCH_ROWS);
    this.#batchLoop = this.#chain.batchLoop(schema, 0, this.#functions);
  }

  #pollRows(reader: SourceReader<unknown, unknown> & { kind: 'rows' }): ReadStatus {
    this.#values.length = 0;
    this.#times.length = 0;
    this.#splitIds.length = 0;
    const values = this.#values;
    const times = this.#times;
    const splitIds = this.#splitIds;
    const output: ReaderOutput<unknown> = {
      get room() { return BATCH_ROWS - values.length; },
      collect(record, timestamp, splitId) {
        values.push(record);
        times.push(timestamp);
        splitIds.push(splitId);
      },
    };
    return reader.poll(output);
  }

  #begin(rows: number, nowMs: number): void {
    this.#cursor = 0;
    this.#end = rows;
    this.#segmentEnd = 0;
    this.recordsIn += rows;
    this.#enterSegment(nowMs);
    this.#run();
  }

  /** Rows of one split after the other: each split has its own highest event time. */
  #enterSegment(nowMs: number): void {
    let splitId: string;
    if (this.#reader.kind === 'columns') {
      splitId = this.#reader.splitId;
      this.#segmentEnd = this.#end;
    } else {
      splitId = this.#splitIds[this.#cursor]!;
      let end = this.#cursor + 1;
      while (end < this.#end && this.#splitIds[end] === splitId) end++;
      this.#segmentEnd = end;
    }
    this.#restoreProgress(splitId, nowMs);
    this.#chain.state.maxTimestamp = this.#watermarks.enter(splitId, nowMs);
  }

  #run(): void {
    while (this.#cursor < this.#end && this.#availability.blocked === 0) this.#runRows();
  }

  /** Until there is no room, at least one row. */
  #runRows(): void {
    if (this.#cursor >= this.#segmentEnd) this.#enterSegment(this.#description.clock.now());
    this.#cursor = this.#reader.kind === 'columns'
      ? this.#batchLoop!(this.#batch!, this.#cursor)
      : this.#rowsLoop!(this.#values, this.#times, this.#cursor, this.#segmentEnd);
    this.#watermarks.leave(this.#chain.state.maxTimestamp);
  }

  #maybeEmitWatermark(nowMs: number): void {
    if (!this.#hasWatermarks || nowMs - this.#lastEmitMs < this.#watermarkIntervalMs || this.#cursor < this.#end) return;
    this.#lastEmitMs = nowMs;
    for (const splitId of this.#reader.takeFinishedSplits?.() ?? []) this.#watermarks.remove(splitId);
    const { watermark, isIdle } = this.#watermarks.combine(nowMs);
    this.#alignSplits(nowMs);
    if (isIdle !== this.#isIdle) {
      this.#isIdle = isIdle;
      this.#chain.processIdleness(isIdle);
    }
    if (watermark <= this.#watermark) return;
    this.#watermark = watermark;
    this.#chain.processWatermark(watermark);
  }
}
