// Joins the rows of two windowed inputs window by window, when the window's end has passed. Keyed by the equalities apart from the
// window's bounds. Late rows are dropped and counted. hot path. Bench: `millrace nexmark --query q5 --api sql`.
import type { RowView } from '#core/codegen/row-view';
import type { TypeInformation } from '#core/types/type-information';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { TimerService } from '#streaming/process/process-functions';
import type { OperatorContext } from '#streaming/operator/stream-operator';
import { createListedRows, type ListedRows } from '#table/runtime/join/join-rows';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { RowKind, type TableRow } from '#table/runtime/row-kind';

export interface WindowJoinOptions {
  readonly joinType: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'SEMI' | 'ANTI';
  readonly leftType: TypeInformation;
  readonly rightType: TypeInformation;
  /** End of the window of a row, in ms of the window's line. */
  readonly endOf: readonly [(row: TableRow) => number | null, (row: TableRow) => number | null];
  /** Time at which a window that ends then is complete. */
  readonly fireAt: (end: number) => number;
  readonly isRowtime: boolean;
  readonly condition: ((left: TableRow, right: TableRow) => boolean) | undefined;
  readonly hasNullKey: readonly [(row: TableRow) => boolean, (row: TableRow) => boolean];
  readonly join: (left: TableRow | null, right: TableRow | null, kind: number) => TableRow;
}

export class WindowJoinFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly acceptsViews = true;
  readonly onTimer = (timestamp: number): Iterable<TableRow> => this.#fire(timestamp);
  readonly #options: WindowJoinOptions;
  #left!: ListedRows;
  #right!: ListedRows;
  #backend!: KeyedStateBackend;
  #timers!: TimerService;
  #operator!: OperatorContext;
  /** The last timer by event time: the next row often has the same, and none is late for it once it has fired. */
  #timerKey: unknown;
  #timerTime = Number.NaN;

  constructor(options: WindowJoinOptions) {
    this.#options = options;
    const forInput = (side: 0 | 1) => (row: TableRow, _context: unknown, _out: unknown, view?: RowView) => this.#add(row, side, view);
    this.elements = [forInput(0), forInput(1)];
  }

  openWith({ backend, timers, operator }: TableFunctionContext): void {
    const { leftType, rightType } = this.#options;
    this.#backend = backend;
    this.#timers = timers;
    this.#operator = operator;
    this.#left = createListedRows(backend, 'left-records', { rowType: leftType });
    this.#right = createListedRows(backend, 'right-records', { rowType: rightType });
  }

  #add(row: TableRow, side: 0 | 1, view: RowView | undefined): void {
    const { endOf, fireAt, isRowtime } = this.#options;
    const end = endOf[side](row);
    if (end === null) return;
    const time = fireAt(end);
    if (isRowtime && time <= this.#timers.currentWatermark()) {
      this.#operator.count('numLateRecordsDropped', 1);
      return;
    }
    (side === 0 ? this.#left : this.#right).add(row, 0, view);
    if (isRowtime) this.#registerOnce(time);
    else this.#timers.registerProcessingTimeTimer(time);
  }

  #registerOnce(time: number): void {
    const key = this.#backend.currentKey;
    if (time === this.#timerTime && key === this.#timerKey) return;
    this.#timers.registerEventTimeTimer(time);
    this.#timerTime = time;
    this.#timerKey = key;
  }

  /** Takes the rows out of state before the first result goes out: a snapshot between two results holds neither twice. */
  *#fire(timestamp: number): Iterable<TableRow> {
    const left = this.#take(0, timestamp);
    const right = this.#take(1, timestamp);
    const ends = [...new Set([...left.keys(), ...right.keys()])].sort((a, b) => a - b);
    for (const end of ends) yield* this.#joinWindow(left.get(end) ?? [], right.get(end) ?? []);
  }

  /** Rows whose windows are complete, by the ends of these. */
  #take(side: 0 | 1, timestamp: number): ReadonlyMap<number, readonly TableRow[]> {
    const { endOf, fireAt } = this.#options;
    const state = side === 0 ? this.#left : this.#right;
    const due = new Map<number, TableRow[]>();
    const waiting: TableRow[] = [];
    for (const row of state.list()) {
      const end = endOf[side](row)!;
      if (fireAt(end) > timestamp) {
        waiting.push(row);
        continue;
      }
      const rows = due.get(end);
      if (rows === undefined) due.set(end, [row]);
      else rows.push(row);
    }
    if (due.size > 0) state.keepOnly(waiting);
    return due;
  }

  *#joinWindow(left: readonly TableRow[], right: readonly TableRow[]): Iterable<TableRow> {
    const { joinType, condition, hasNullKey, join } = this.#options;
    const isHalf = joinType === 'SEMI' || joinType === 'ANTI';
    const met = new Uint8Array(right.length);
    for (const row of left) {
      let hasMet = false;
      const canMeet = !hasNullKey[0](row);
      for (let index = 0; canMeet && index < right.length; index++) {
        const other = right[index]!;
        if (hasNullKey[1](other) || (condition !== undefined && !condition(row, other))) continue;
        hasMet = true;
        if (isHalf) break;
        met[index] = 1;
        yield join(row, other, RowKind.INSERT);
      }
      const standsAlone = !hasMet && (joinType === 'ANTI' || joinType === 'LEFT' || joinType === 'FULL');
      if (standsAlone || (hasMet && joinType === 'SEMI')) yield join(row, null, RowKind.INSERT);
    }
    if (joinType !== 'RIGHT' && joinType !== 'FULL') return;
    for (let index = 0; index < right.length; index++) if (met[index] === 0) yield join(null, right[index]!, RowKind.INSERT);
  }
}
