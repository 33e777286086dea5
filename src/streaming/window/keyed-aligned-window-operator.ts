// hot path. Tumbling and sliding windows whose contents are keyed state and whose ends are timers of their keys, as in Flink's
// WindowOperator: for backends that keep state on disk. What differs from AlignedWindowOperator is where things lie; windows, late
// rows and results are the same, and each restores what the other saved. Thread: the slot's.
// Invariant: a key with contents has a timer for the next window that needs them.
import { assert } from '#core/assert';
import { keyGroupRangeOf } from '#core/keys/key-groups';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import { combineSnapshots, type OperatorSnapshot, type SnapshotRequest } from '#state/snapshot/operator-snapshot';
import type { OperatorContext, StreamOperator } from '#streaming/operator/stream-operator';
import { type Accumulation, accumulationOf } from '#streaming/window/accumulation';
import { ALIGNED_WINDOW_SECTION, DUE, restoreAligned } from '#streaming/window/aligned-window-restore';
import type { FiredAhead } from '#streaming/window/fired-ahead';
import { createKeyedWindowContents, type KeyedWindowContents } from '#streaming/window/keyed-window-contents';
import { failWithoutTimestamp, WindowEmission } from '#streaming/window/window-emission';
import { geometrySection } from '#streaming/window/keyed-window-restore';
import { KeyedWindowTimers } from '#streaming/window/keyed-window-timers';
import { WindowGeometry } from '#streaming/window/window-geometry';
import type { WindowAssignment, WindowOperatorOptions } from '#streaming/window/window-operator-options';
import { type WindowRow, WindowRowsWriter } from '#streaming/window/window-rows';
import { WindowSnapshot } from '#streaming/window/window-snapshot';

/** Namespace of timers that end a key's lateness; those that fire a window have none. */
const CLEAN_UP = 1;

export class KeyedAlignedWindowOperator implements StreamOperator {
  readonly #options: WindowOperatorOptions;
  readonly #accumulation: Accumulation;
  readonly #geometry: WindowGeometry;
  readonly #isEventTime: boolean;
  readonly #latenessMs: number;
  readonly #selector: (value: unknown) => unknown;
  #context!: OperatorContext;
  #emission!: WindowEmission;
  #backend!: KeyedStateBackend;
  #contents!: KeyedWindowContents;
  #timers!: KeyedWindowTimers;
  /** Every window that ends at or before this + 1 has fired, or has a timer that is due. */
  #firedTime = Number.NEGATIVE_INFINITY;
  #ahead: FiredAhead | undefined;
  /** Rows that were due in a snapshot of tables. */
  #due: WindowRow[] = [];

  constructor(options: WindowOperatorOptions) {
    const assignment = options.assignment as WindowAssignment & { kind: 'tumbling' | 'sliding' };
    this.#options = options;
    this.#accumulation = accumulationOf(options);
    this.#geometry = new WindowGeometry(assignment, this.#accumulation.isSliceable && options.process?.clear === undefined);
    this.#isEventTime = assignment.timeDomain === 'event';
    this.#latenessMs = this.#isEventTime ? options.allowedLatenessMs : 0;
    this.#selector = options.keys.selector;
  }

  open(context: OperatorContext): void {
    assert(context.keyedState !== undefined, 'a keyed operator has keyed state');
    this.#context = context;
    this.#backend = context.keyedState;
    this.#emission = new WindowEmission(this.#options, this.#accumulation, context, () => this.#timers.watermark);
    this.#contents = createKeyedWindowContents(this.#options.aggregation, this.#accumulation, this.#backend);
    this.#timers = new KeyedWindowTimers(context, this.#isEventTime, (key, namespace, timestamp) => this.#onTimer(key, namespace, timestamp));
    this.#options.process?.open?.(context);
    const { restored, maxParallelism } = context;
    if (restored === undefined) return;
    this.#timers.service.restore(restored);
    const { firedTime, due, ahead } = restoreAligned(restored, {
      keyType: this.#backend.keyType, maxParallelism, geometry: this.#geometry, accumulation: this.#accumulation,
      insert: ({ key, from, accumulator }, groupFiredTime) => {
        this.#backend.setCurrentKey(key);
        this.#contents.put(from, accumulator);
        this.#registerTimers(from, groupFiredTime);
      },
    });
    this.#firedTime = firedTime;
    this.#due = due;
    this.#ahead = ahead;
  }

  processElement(value: unknown, timestamp: number): void {
    // A clock that was set back must not put rows into windows that have fired.
    const time = this.#isEventTime ? timestamp : Math.max(this.#options.hasGivenTime === true ? timestamp : this.#context.clock.now(), this.#firedTime + 1);
    if (time !== time) failWithoutTimestamp();
    // Windows start and end at whole ms, as the numbers in state.
    const wholeTime = Math.floor(time);
    const { isPerWindow, sizeMs } = this.#geometry;
    const key = this.#selector(value);
    const reached = this.#reached(key);
    const starts = this.#geometry.windowStarts(wholeTime);
    const open = this.#isEventTime ? starts.filter((start) => start + sizeMs - 1 + this.#latenessMs > reached) : starts;
    if (open.length === 0) {
      // Between two windows a row belongs to none; Flink still tells it as late when it is.
      if (this.#isEventTime && (starts.length > 0 || time + this.#latenessMs <= this.#timers.watermark)) this.#emission.dropLate(value, time);
      return;
    }
    this.#backend.setCurrentKey(key);
    if (isPerWindow) for (const start of open) this.#add(start, value, reached);
    else this.#add(this.#geometry.sliceStart(wholeTime), value, reached);
    if (!this.#isEventTime || open[open.length - 1]! + sizeMs - 1 > reached) return;
    for (const start of open) if (start + sizeMs - 1 <= reached) this.#emission.emit(key, start, start + sizeMs, this.#accumulatorOf(start));
  }

  processWatermark(watermark: number): void {
    this.#timers.onWatermark(watermark);
    this.advance();
  }

  advance(): boolean {
    if (!this.#emission.emitDue(this.#due) || !this.#fire()) return false;
    this.#timers.emitWatermark();
    return true;
  }

  nextProcessingTime(): number {
    return this.#timers.nextProcessingTime();
  }

  onProcessingTime(nowMs: number): void {
    this.#timers.onProcessingTime(nowMs);
    if (this.#emission.emitDue(this.#due)) this.#fire();
  }

  snapshot(request: SnapshotRequest): OperatorSnapshot {
    const { maxParallelism, parallelism, subtaskIndex } = this.#context;
    const { firedTime, ahead } = { firedTime: this.#firedTime, ahead: this.#ahead };
    const writer = new WindowRowsWriter({
      name: ALIGNED_WINDOW_SECTION, keyType: this.#backend.keyType, accumulatorType: this.#accumulation.type,
      maxParallelism, keyGroupRange: keyGroupRangeOf(maxParallelism, parallelism, subtaskIndex),
      firedTimeOf: (keyGroup) => (ahead === undefined ? firedTime : Math.max(firedTime, ahead.timeOfGroup(keyGroup))),
    });
    writer.beginGroups();
    for (const row of this.#due) writer.add(row.key, row.from, row.to, row.accumulator, DUE);
    const own: OperatorSnapshot = { keyed: [], operator: [geometrySection(this.#geometry)], deferred: [new WindowSnapshot(writer, [])] };
    return combineSnapshots(own, this.#backend.snapshot(request), this.#timers.service.snapshot());
  }

  close(): void {
    this.#options.process?.close?.();
    (this.#timers as KeyedWindowTimers | undefined)?.service.release();
  }

  /** Up to where the windows of the key have fired. */
  #reached(key: unknown): number {
    const fired = this.#isEventTime ? this.#timers.watermark : this.#firedTime;
    return this.#ahead === undefined ? fired : Math.max(fired, this.#ahead.timeOf(key));
  }

  #add(start: number, value: unknown, reached: number): void {
    if (this.#contents.add(start, value)) this.#registerTimers(start, reached);
  }

  /** For what begins at `start`, of the current key. */
  #registerTimers(start: number, firedTime: number): void {
    const next = this.#geometry.nextEndOf(start, firedTime);
    if (next !== Number.POSITIVE_INFINITY) this.#timers.registerEnd(next);
    if (this.#latenessMs > 0) this.#timers.service.registerEventTimeTimer(CLEAN_UP, this.#geometry.lastEndOf(start) - 1 + this.#latenessMs);
  }

  /** Of the current key; undefined when the window has none. */
  #accumulatorOf(windowStart: number): unknown {
    const { sizeMs, tableMs } = this.#geometry;
    let merged: unknown;
    for (let start = windowStart; start < windowStart + sizeMs; start += tableMs) {
      const accumulator = this.#contents.get(start);
      if (accumulator !== undefined) merged = merged === undefined ? accumulator : this.#accumulation.merge!(merged, accumulator);
    }
    return merged;
  }

  #fire(): boolean {
    if (!this.#timers.fire()) return false;
    this.#firedTime = Math.max(this.#firedTime, this.#timers.targetTime);
    if (this.#ahead !== undefined && this.#ahead.lastTime <= this.#firedTime) this.#ahead = undefined;
    return true;
  }

  #onTimer(key: unknown, namespace: unknown, timestamp: number): void {
    if (namespace === CLEAN_UP) {
      this.#purge(key, timestamp + 1 - this.#latenessMs);
      return;
    }
    const { sizeMs, slideMs, isPerWindow } = this.#geometry;
    const end = timestamp + 1;
    if (timestamp > this.#firedTime) this.#firedTime = timestamp;
    const accumulator = this.#accumulatorOf(end - sizeMs);
    if (accumulator !== undefined) this.#emission.emit(key, end - sizeMs, end, accumulator);
    if (!isPerWindow && this.#hasSlices(end - sizeMs + slideMs, end)) this.#timers.registerEnd(end + slideMs);
    if (this.#latenessMs === 0) this.#purge(key, end);
  }

  #hasSlices(from: number, to: number): boolean {
    for (let start = from; start < to; start += this.#geometry.tableMs) if (this.#contents.has(start)) return true;
    return false;
  }

  /** Drops what no window after the one that ends at `end` needs, of the current key. */
  #purge(key: unknown, end: number): void {
    const { sizeMs, slideMs, tableMs } = this.#geometry;
    const first = end - sizeMs;
    for (let start = first; start < first + Math.min(slideMs, sizeMs); start += tableMs) {
      if (this.#emission.hasClear && this.#contents.has(start)) this.#emission.clear(key, start, start + sizeMs);
      this.#contents.remove(start);
    }
  }
}
