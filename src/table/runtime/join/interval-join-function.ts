// Joins rows whose times lie within bounds of each other: `lower <= left time - right time <= upper`. Each side waits in state until no
// row of the other side can meet it any more; an outer side's row that has met none comes out then, with NULLs.
import { Types, type TypeInformation } from '#core/types/type-information';
import type { MapState, ValueState } from '#state/keyed/keyed-state';
import type { Collector, TimerService } from '#streaming/process/process-functions';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { RowKind, type TableRow } from '#table/runtime/row-kind';

export interface IntervalJoinOptions {
  readonly joinType: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL';
  readonly leftType: TypeInformation;
  readonly rightType: TypeInformation;
  /** Of left time - right time, in ms, both included. */
  readonly lowerMs: number;
  readonly upperMs: number;
  /** State may be cleaned that much later, so that one timer serves several rows. */
  readonly cleanupIntervalMs: number;
  /** Event time of a row; undefined: by processing time. */
  readonly timeOf: readonly [(row: TableRow) => number | null, (row: TableRow) => number | null] | undefined;
  readonly condition: ((left: TableRow, right: TableRow) => boolean) | undefined;
  readonly hasNullKey: readonly [(row: TableRow) => boolean, (row: TableRow) => boolean];
  readonly join: (left: TableRow | null, right: TableRow | null, kind: number) => TableRow;
}

interface Waiting {
  readonly row: TableRow;
  readonly hasMet: boolean;
}

interface Side {
  readonly index: 0 | 1;
  /** A row of this side meets rows of the other up to that much earlier … */
  readonly beforeMs: number;
  /** … and that much later. */
  readonly afterMs: number;
  /** Rows without a partner come out with NULLs. */
  readonly isOuter: boolean;
  readonly rows: MapState<number, readonly Waiting[]>;
  readonly timer: ValueState<number>;
}

export class IntervalJoinFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly watermarkDelayMs: number;
  readonly onTimer = (timestamp: number, _context: unknown, out: Collector<TableRow>): void => this.#clean(timestamp, out);
  readonly #options: IntervalJoinOptions;
  readonly #isEmpty: boolean;
  #sides!: readonly [Side, Side];
  #timers!: TimerService;

  constructor(options: IntervalJoinOptions) {
    this.#options = options;
    this.#isEmpty = options.upperMs < options.lowerMs;
    this.watermarkDelayMs = options.timeOf === undefined || this.#isEmpty ? 0 : Math.max(-options.lowerMs, options.upperMs, 0) + options.cleanupIntervalMs;
    this.elements = [(row: TableRow, _context: unknown, out: Collector<TableRow>) => this.#process(row, 0, out), (row: TableRow, _context: unknown, out: Collector<TableRow>) => this.#process(row, 1, out)];
  }

  openWith({ backend, timers }: TableFunctionContext): void {
    const { joinType, leftType, rightType, lowerMs, upperMs } = this.#options;
    this.#timers = timers;
    const side = (index: 0 | 1, name: string, type: TypeInformation, extent: Pick<Side, 'beforeMs' | 'afterMs' | 'isOuter'>): Side => ({
      index, ...extent,
      rows: backend.getState({ kind: 'map', name: `${name}-rows`, keyType: Types.LONG, type: Types.LIST(Types.ROW({ row: type, hasMet: Types.BOOLEAN })) }) as MapState<number, readonly Waiting[]>,
      timer: backend.getState({ kind: 'value', name: `${name}-timer`, type: Types.LONG }) as ValueState<number>,
    });
    this.#sides = [
      side(0, 'left', leftType, { beforeMs: upperMs, afterMs: -lowerMs, isOuter: joinType === 'LEFT' || joinType === 'FULL' }),
      side(1, 'right', rightType, { beforeMs: -lowerMs, afterMs: upperMs, isOuter: joinType === 'RIGHT' || joinType === 'FULL' }),
    ];
  }

  #now(): number {
    return this.#options.timeOf === undefined ? this.#timers.currentProcessingTime() : this.#timers.currentWatermark();
  }

  #process(row: TableRow, index: 0 | 1, out: Collector<TableRow>): void {
    const own = this.#sides[index];
    const other = this.#sides[index === 0 ? 1 : 0];
    const now = this.#now();
    const time = this.#options.timeOf === undefined ? now : this.#options.timeOf[index](row);
    if (time === null || this.#isEmpty) {
      if (own.isOuter) this.#emitAlone(row, own, out);
      return;
    }
    const hasMet = this.#meet(row, time, own, other, out);
    // A partner may still come: none that is later than what its side has passed.
    if (now < time + own.afterMs) this.#keep({ row, hasMet }, time, own);
    else if (!hasMet && own.isOuter) this.#emitAlone(row, own, out);
  }

  #meet(row: TableRow, time: number, own: Side, other: Side, out: Collector<TableRow>): boolean {
    const { condition, hasNullKey, join } = this.#options;
    if (hasNullKey[own.index](row)) return false;
    let hasMet = false;
    const times = [...other.rows.keys()].filter((otherTime) => otherTime >= time - own.beforeMs && otherTime <= time + own.afterMs).sort((a, b) => a - b);
    for (const otherTime of times) {
      const waiting = other.rows.get(otherTime)!;
      let isChanged = false;
      const after = waiting.map((candidate): Waiting => {
        const [left, right] = own.index === 0 ? [row, candidate.row] : [candidate.row, row];
        if (hasNullKey[other.index](candidate.row) || (condition !== undefined && !condition(left, right))) return candidate;
        hasMet = true;
        out.collect(join(left, right, RowKind.INSERT));
        if (candidate.hasMet) return candidate;
        isChanged = true;
        return { row: candidate.row, hasMet: true };
      });
      if (isChanged) other.rows.put(otherTime, after);
    }
    return hasMet;
  }

  #keep(waiting: Waiting, time: number, side: Side): void {
    side.rows.put(time, [...(side.rows.get(time) ?? []), waiting]);
    if (side.timer.value() === null) this.#register(time, side);
  }

  #register(time: number, side: Side): void {
    const cleanAt = time + side.afterMs + this.#options.cleanupIntervalMs + 1;
    side.timer.update(cleanAt);
    if (this.#options.timeOf === undefined) this.#timers.registerProcessingTimeTimer(cleanAt);
    else this.#timers.registerEventTimeTimer(cleanAt);
  }

  #clean(timestamp: number, out: Collector<TableRow>): void {
    const now = Math.max(timestamp, this.#now());
    for (const side of this.#sides) if (side.timer.value() === timestamp) this.#expire(side, now, out);
  }

  #expire(side: Side, now: number, out: Collector<TableRow>): void {
    let earliest: number | undefined;
    for (const time of [...side.rows.keys()].sort((a, b) => a - b)) {
      if (time > now - side.afterMs - 1) {
        earliest ??= time;
        continue;
      }
      if (side.isOuter) for (const { row, hasMet } of side.rows.get(time)!) if (!hasMet) this.#emitAlone(row, side, out);
      side.rows.remove(time);
    }
    if (earliest === undefined) side.timer.clear();
    else this.#register(earliest, side);
  }

  #emitAlone(row: TableRow, side: Side, out: Collector<TableRow>): void {
    const { join } = this.#options;
    out.collect(side.index === 0 ? join(row, null, RowKind.INSERT) : join(null, row, RowKind.INSERT));
  }
}
