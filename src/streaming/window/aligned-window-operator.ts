// hot path. Tumbling and sliding windows. Rows are gathered in one table per slice (or per window), so that the timer of
// a key is its first touch in a table and a whole window fires at once. Firing emits row by row with a cursor; what is due
// and not yet emitted is part of a snapshot. Flink's WindowOperator with the default triggers. Thread: the slot's.
import { keyGroupRangeOf } from '#core/keys/key-groups';
import { MIN_WATERMARK } from '#core/time/watermarks';
import type { TypeInformation } from '#core/types/type-information';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import { combineSnapshots, type OperatorSnapshot, type RestoredOperatorState, type SnapshotRequest } from '#state/snapshot/operator-snapshot';
import { createKeyTable, type KeyTable } from '#state/tables/key-table';
import { SliceTables } from '#state/tables/slice-tables';
import type { OperatorContext, StreamOperator } from '#streaming/operator/stream-operator';
import { type Accumulation, accumulationOf } from '#streaming/window/accumulation';
import { ALIGNED_WINDOW_SECTION, DUE, restoreAligned } from '#streaming/window/aligned-window-restore';
import type { FiredAhead } from '#streaming/window/fired-ahead';
import { createKeyedWindowContents } from '#streaming/window/keyed-window-contents';
import { hasKeyedWindows, readWindowEnds, takeKeyedWindows } from '#streaming/window/keyed-window-restore';
import { failWithoutTimestamp, WindowEmission } from '#streaming/window/window-emission';
import { WindowGeometry } from '#streaming/window/window-geometry';
import type { WindowAssignment, WindowOperatorOptions } from '#streaming/window/window-operator-options';
import { type WindowRow, WindowRowsWriter } from '#streaming/window/window-rows';
import { type TableToSave, WindowSnapshot } from '#streaming/window/window-snapshot';
import { deepCopy } from '#streaming/task/deep-copy';

export class AlignedWindowOperator implements StreamOperator {
  readonly #options: WindowOperatorOptions;
  readonly #accumulation: Accumulation;
  readonly #geometry: WindowGeometry;
  readonly #isEventTime: boolean;
  readonly #hasGivenTime: boolean;
  /** Keeps nothing of the rows, so that one row may go to several windows. */
  readonly #sharesRows: boolean;
  readonly #selector: (value: unknown) => unknown;
  readonly #keyType: TypeInformation | undefined;
  #context!: OperatorContext;
  #emission!: WindowEmission;
  #tables!: SliceTables<KeyTable>;
  /** Tables of the segment of time that the last row fell into. */
  #current: KeyTable[] = [];
  #currentFrom = Number.POSITIVE_INFINITY;
  #currentTo = Number.NEGATIVE_INFINITY;
  #watermark = MIN_WATERMARK;
  #isWatermarkDue = false;
  /** Every window that ends at or before this + 1 has fired, except the one being emitted. */
  #firedTime = Number.NEGATIVE_INFINITY;
  /** Of a restored operator, until it has fired as far. */
  #ahead: FiredAhead | undefined;
  /** Fire up to here: the watermark, or the processing time. */
  #targetTime = Number.NEGATIVE_INFINITY;
  /** The window being emitted: its rows from the cursor on are due. */
  #firing: { readonly table: KeyTable; readonly start: number; readonly end: number; cursor: number } | undefined;
  #merged: KeyTable | undefined;
  #lastSnapshot: WindowSnapshot | undefined;
  /** Rows that were due in the snapshot restored. */
  #due: WindowRow[] = [];

  constructor(options: WindowOperatorOptions) {
    this.#options = options;
    this.#accumulation = accumulationOf(options);
    const assignment = options.assignment as WindowAssignment & { kind: 'tumbling' | 'sliding' };
    this.#geometry = new WindowGeometry(assignment, this.#accumulation.isSliceable && options.process?.clear === undefined);
    this.#isEventTime = assignment.timeDomain === 'event';
    this.#hasGivenTime = options.hasGivenTime === true;
    this.#sharesRows = options.aggregation.kind === 'accumulation';
    this.#selector = options.keys.selector;
    this.#keyType = options.keys.type;
  }

  open(context: OperatorContext): void {
    this.#context = context;
    this.#emission = new WindowEmission(this.#options, this.#accumulation, context, () => this.#watermark);
    this.#tables = new SliceTables(() => this.#createTable());
    this.#options.process?.open?.(context);
    if (context.restored === undefined) return;
    const restored = restoreAligned(context.restored, {
      keyType: this.#keyType, maxParallelism: context.maxParallelism, geometry: this.#geometry, accumulation: this.#accumulation,
      insert: ({ key, from, accumulator }) => this.#insert(key, from, accumulator),
    });
    this.#firedTime = restored.firedTime;
    this.#due = restored.due;
    this.#ahead = restored.ahead;
    if (context.keyedState !== undefined && hasKeyedWindows(context.restored)) this.#takeStored(context.restored, context.keyedState, restored.firedTimes);
  }

  processElement(value: unknown, timestamp: number): void {
    // A clock that was set back must not put rows into windows that have fired.
    const time = this.#isEventTime ? timestamp : Math.max(this.#hasGivenTime ? timestamp : this.#context.clock.now(), this.#firedTime + 1);
    if (!(time >= this.#currentFrom && time < this.#currentTo) && !this.#locate(time, value)) return;
    const key = this.#selector(value);
    const tables = this.#current;
    this.#add(tables[0]!, key, value);
    for (let i = 1; i < tables.length; i++) this.#add(tables[i]!, key, this.#sharesRows ? value : deepCopy(value));
  }

  processWatermark(watermark: number): void {
    this.#watermark = watermark;
    this.#isWatermarkDue = true;
    if (this.#isEventTime) {
      this.#targetTime = watermark;
      this.#forgetCurrent();
    }
    this.advance();
  }

  advance(): boolean {
    if (!this.#emission.emitDue(this.#due)) return false;
    if (!this.#fire()) return false;
    if (this.#isWatermarkDue) {
      this.#isWatermarkDue = false;
      this.#context.output.emitWatermark(this.#watermark);
    }
    return true;
  }

  nextProcessingTime(): number {
    return this.#isEventTime || this.#firing !== undefined ? Number.POSITIVE_INFINITY : this.#nextEnd();
  }

  onProcessingTime(nowMs: number): void {
    // A window is over once its end is reached: with whole ms its last time is end - 1.
    this.#targetTime = Math.floor(nowMs) - 1;
    this.#forgetCurrent();
    if (this.#emission.emitDue(this.#due)) this.#fire();
  }

  snapshot(request: SnapshotRequest): OperatorSnapshot {
    // A table has one cut at a time: checkpoints that overlap read the earlier one to its end first.
    this.#lastSnapshot?.finishReading();
    const { maxParallelism, parallelism, subtaskIndex, keyedState } = this.#context;
    const { firedTime, ahead } = { firedTime: this.#firedTime, ahead: this.#ahead };
    const writer = new WindowRowsWriter({
      name: ALIGNED_WINDOW_SECTION, keyType: this.#keyType, accumulatorType: this.#accumulation.type,
      maxParallelism, keyGroupRange: keyGroupRangeOf(maxParallelism, parallelism, subtaskIndex),
      firedTimeOf: (keyGroup) => (ahead === undefined ? firedTime : Math.max(firedTime, ahead.timeOfGroup(keyGroup))),
    });
    writer.beginGroups();
    for (const row of this.#due) writer.add(row.key, row.from, row.to, row.accumulator, DUE);
    this.#lastSnapshot = new WindowSnapshot(writer, this.#tablesToSave(writer));
    const own: OperatorSnapshot = { keyed: [], operator: [], deferred: [this.#lastSnapshot] };
    return keyedState === undefined ? own : combineSnapshots(own, keyedState.snapshot(request));
  }

  close(): void {
    this.#options.process?.close?.();
    this.#merged?.release();
    this.#merged = undefined;
    (this.#tables as SliceTables<KeyTable> | undefined)?.release();
  }

  #insert(key: unknown, start: number, accumulator: unknown): void {
    const table = this.#tables.tableOf(start);
    table.any[table.findOrInsert(key)] = accumulator;
  }

  /** What was saved from a backend that keeps windows in keyed state. @param firedTimes by key group. */
  #takeStored(restored: RestoredOperatorState, backend: KeyedStateBackend, firedTimes: ReadonlyMap<number, number>): void {
    const contents = createKeyedWindowContents(this.#options.aggregation, this.#accumulation, backend);
    const firedTimeOf = (key: unknown): number => firedTimes.get(backend.keyGroupOf(key)) ?? Number.NEGATIVE_INFINITY;
    takeKeyedWindows(backend, contents, (key, starts) => {
      for (const start of starts) this.#insert(key, start, contents.get(start));
    });
    readWindowEnds(restored, backend, (key, end) => {
      const start = end - this.#geometry.sizeMs;
      if (end - 1 <= firedTimeOf(key)) this.#due.push({ key, from: start, to: end, accumulator: deepCopy(this.#accumulatorOf(key, start)), flag: DUE });
    });
    this.#due.sort((a, b) => b.to - a.to);
  }

  /** Open tables, and the one being emitted with its rows from the cursor on. */
  #tablesToSave(writer: WindowRowsWriter): TableToSave[] {
    const { tableMs } = this.#geometry;
    const firing = this.#firing;
    const cursor = firing?.cursor ?? 0;
    const ahead = this.#ahead;
    const saveDue = (row: number): void => {
      if (row < cursor) return;
      const key = firing!.table.keyAt(row);
      if (!hasFired(ahead, key, firing!.end)) writer.add(key, firing!.start, firing!.end, firing!.table.any[row], DUE);
    };
    const saved: TableToSave[] = [];
    for (const start of this.#tables.starts()) {
      const table = this.#tables.tableOf(start);
      const isFiring = firing?.table === table;
      const isOpen = !this.#isExpired(start, this.#firedTime);
      if (!isOpen && !isFiring) continue;
      const save = (row: number): void => {
        if (isOpen) writer.add(table.keyAt(row), start, start + tableMs, table.any[row], 0);
        if (isFiring) saveDue(row);
      };
      saved.push({ columns: table.columns, save });
    }
    if (firing !== undefined && firing.table === this.#merged) saved.push({ columns: firing.table.columns, save: saveDue });
    return saved;
  }

  #createTable(): KeyTable {
    return createKeyTable({ keyType: this.#keyType, memory: this.#context.memory, owner: this.#context.operatorName, layout: { f64: 0, i32: 0, hasAny: true } });
  }

  #add(table: KeyTable, key: unknown, value: unknown): void {
    const row = table.findOrInsert(key);
    const any = table.any;
    any[row] = table.wasInserted ? this.#accumulation.first(value) : this.#accumulation.add(value, any[row]);
  }

  #forgetCurrent(): void {
    this.#currentFrom = Number.POSITIVE_INFINITY;
    this.#currentTo = Number.NEGATIVE_INFINITY;
  }

  /** Finds the tables for `time`; false when the row was dealt with here: late, in a fired window, or in none. */
  #locate(time: number, value: unknown): boolean {
    if (time !== time) failWithoutTimestamp();
    const geometry = this.#geometry;
    const starts = geometry.windowStarts(time);
    if (starts.length === 0) {
      // Between two windows a row belongs to none; Flink still tells it as late when it is.
      if (this.#isEventTime && time + this.#options.allowedLatenessMs <= this.#watermark) this.#emission.dropLate(value, time);
      return false;
    }
    const firstEnd = starts[starts.length - 1]! + geometry.sizeMs;
    const reached = this.#ahead === undefined ? this.#watermark : Math.max(this.#watermark, this.#ahead.timeOf(this.#selector(value)));
    if (this.#isEventTime && firstEnd - 1 <= reached) {
      this.#addLate(time, value, starts, reached);
      return false;
    }
    this.#current = this.#tablesOf(time, starts);
    if (this.#ahead !== undefined) return true;
    const segment = geometry.segment(time);
    this.#currentFrom = geometry.isPerWindow ? segment.from : geometry.sliceStart(time);
    this.#currentTo = geometry.isPerWindow ? segment.to : this.#currentFrom + geometry.tableMs;
    return true;
  }

  #tablesOf(time: number, starts: readonly number[]): KeyTable[] {
    if (!this.#geometry.isPerWindow) return [this.#tables.tableOf(this.#geometry.sliceStart(time))];
    return starts.map((start) => this.#tables.tableOf(start));
  }

  /** A row behind the watermark, or behind what its key group has fired: counts for windows whose lateness is not over; those that have fired fire again for its key. */
  #addLate(time: number, value: unknown, starts: readonly number[], watermark: number): void {
    const { sizeMs } = this.#geometry;
    const { allowedLatenessMs } = this.#options;
    const open = starts.filter((start) => start + sizeMs - 1 + allowedLatenessMs > watermark);
    if (open.length === 0) {
      this.#emission.dropLate(value, time);
      return;
    }
    const key = this.#selector(value);
    this.#tablesOf(time, open).forEach((table, index) => this.#add(table, key, index === 0 || this.#sharesRows ? value : deepCopy(value)));
    for (const start of open) if (start + sizeMs - 1 <= watermark) this.#emission.emit(key, start, start + sizeMs, this.#accumulatorOf(key, start));
  }

  #accumulatorOf(key: unknown, windowStart: number): unknown {
    const { isPerWindow, sizeMs, tableMs } = this.#geometry;
    if (isPerWindow) {
      const table = this.#tables.tableOf(windowStart);
      const row = table.find(key);
      table.columns.beforeWrite(row);
      return table.any[row];
    }
    let merged: unknown;
    let isFirst = true;
    for (let start = windowStart; start < windowStart + sizeMs; start += tableMs) {
      const table = this.#tables.tryTableOf(start);
      const row = table === undefined ? -1 : table.find(key);
      if (row === -1) continue;
      merged = isFirst ? this.#accumulation.copy(table!.any[row]) : this.#accumulation.merge!(merged, table!.any[row]);
      isFirst = false;
    }
    return merged;
  }

  #nextEnd(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const start of this.#tables.starts()) next = Math.min(next, this.#geometry.nextEndOf(start, this.#firedTime));
    return next;
  }

  /** Fires windows in order of their ends up to the target time; false when the output is blocked. */
  #fire(): boolean {
    for (;;) {
      if (this.#firing !== undefined && !this.#emitFiring()) return false;
      const end = this.#tables.size === 0 ? Number.POSITIVE_INFINITY : this.#nextEnd();
      if (end === Number.POSITIVE_INFINITY || end - 1 > this.#targetTime) break;
      if (this.#context.output.isBlocked) return false;
      this.#startFiring(end);
    }
    if (this.#targetTime > this.#firedTime) this.#firedTime = this.#targetTime;
    if (this.#ahead !== undefined && this.#ahead.lastTime <= this.#firedTime) this.#ahead = undefined;
    this.#purge(this.#firedTime);
    return true;
  }

  #startFiring(end: number): void {
    const { isPerWindow, sizeMs } = this.#geometry;
    const start = end - sizeMs;
    this.#firedTime = end - 1;
    const table = isPerWindow ? this.#tables.tableOf(start) : this.#mergeSlices(start);
    this.#firing = { table, start, end, cursor: 0 };
  }

  /** Combines the slices of a window into one table, in order of time. */
  #mergeSlices(windowStart: number): KeyTable {
    const { sizeMs, tableMs } = this.#geometry;
    const merged = this.#emptyMerged();
    const { copy } = this.#accumulation;
    const merge = this.#accumulation.merge!;
    for (let start = windowStart; start < windowStart + sizeMs; start += tableMs) {
      const slice = this.#tables.tryTableOf(start);
      if (slice === undefined) continue;
      const from = slice.any;
      slice.forEachRow((row) => {
        const target = merged.findOrInsert(slice.keyAt(row));
        merged.any[target] = merged.wasInserted ? copy(from[row]) : merge(merged.any[target], from[row]);
      });
    }
    return merged;
  }

  #emptyMerged(): KeyTable {
    const last = this.#merged;
    if (last?.columns.hasCut === true) {
      last.columns.whenCutEnds(() => last.release());
      this.#merged = undefined;
    }
    this.#merged ??= this.#createTable();
    this.#merged.clear();
    return this.#merged;
  }

  #emitFiring(): boolean {
    const firing = this.#firing!;
    const { table, start, end } = firing;
    const { columns, any } = table;
    const ahead = this.#ahead;
    const output = this.#context.output;
    for (const limit = columns.rowLimit; firing.cursor < limit;) {
      if (output.isBlocked) return false;
      const row = firing.cursor++;
      if (!columns.isLive(row)) continue;
      const key = table.keyAt(row);
      if (ahead !== undefined && hasFired(ahead, key, end)) continue;
      // What is emitted may be changed by whoever gets it.
      columns.beforeWrite(row);
      this.#emission.emit(key, start, end, any[row]);
    }
    this.#firing = undefined;
    this.#purge(this.#firedTime);
    return true;
  }

  #isExpired(tableStart: number, time: number): boolean {
    const lateness = this.#isEventTime ? this.#options.allowedLatenessMs : 0;
    return this.#geometry.lastEndOf(tableStart) - 1 + lateness <= time;
  }

  /** Drops tables that no window needs any more. */
  #purge(time: number): void {
    while (this.#tables.size > 0 && this.#isExpired(this.#tables.earliestStart, time)) {
      const start = this.#tables.earliestStart;
      if (this.#emission.hasClear) {
        const table = this.#tables.tableOf(start);
        table.forEachRow((row) => this.#emission.clear(table.keyAt(row), start, start + this.#geometry.sizeMs));
      }
      this.#tables.closeSlice(start);
      this.#forgetCurrent();
    }
  }
}

/** Whether the key's group had fired the window that ends at `end` before it came here. */
function hasFired(ahead: FiredAhead | undefined, key: unknown, end: number): boolean {
  return ahead !== undefined && end - 1 <= ahead.timeOf(key);
}
