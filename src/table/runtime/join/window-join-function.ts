// Joins the rows of two windowed inputs window by window, when the window's end has passed. Keyed by the equalities apart from the
// window's bounds. Rows wait with the end of their window; late ones are dropped and counted.
import { type TypeInformation, Types } from '#core/types/type-information';
import type { ListState } from '#state/keyed/keyed-state';
import type { TimerService } from '#streaming/process/process-functions';
import type { OperatorContext } from '#streaming/operator/stream-operator';
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

interface Waiting {
  readonly end: number;
  readonly row: TableRow;
}

export class WindowJoinFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly onTimer = (timestamp: number): Iterable<TableRow> => this.#fire(timestamp);
  readonly #options: WindowJoinOptions;
  #left!: ListState<Waiting>;
  #right!: ListState<Waiting>;
  #timers!: TimerService;
  #operator!: OperatorContext;

  constructor(options: WindowJoinOptions) {
    this.#options = options;
    this.elements = [(row: TableRow) => this.#add(row, 0), (row: TableRow) => this.#add(row, 1)];
  }

  openWith({ backend, timers, operator }: TableFunctionContext): void {
    const { leftType, rightType } = this.#options;
    this.#timers = timers;
    this.#operator = operator;
    const list = (name: string, type: TypeInformation) => backend.getState({ kind: 'list', name, type: Types.ROW({ end: Types.LONG, row: type }) }) as ListState<Waiting>;
    this.#left = list('left-records', leftType);
    this.#right = list('right-records', rightType);
  }

  #add(row: TableRow, side: 0 | 1): void {
    const { endOf, fireAt, isRowtime } = this.#options;
    const end = endOf[side](row);
    if (end === null) return;
    const time = fireAt(end);
    if (isRowtime && time <= this.#timers.currentWatermark()) {
      this.#operator.count('numLateRecordsDropped', 1);
      return;
    }
    (side === 0 ? this.#left : this.#right).add({ end, row });
    if (isRowtime) this.#timers.registerEventTimeTimer(time);
    else this.#timers.registerProcessingTimeTimer(time);
  }

  /** Takes the rows out of state before the first result goes out: a snapshot between two results holds neither twice. */
  *#fire(timestamp: number): Iterable<TableRow> {
    const left = this.#take(this.#left, timestamp);
    const right = this.#take(this.#right, timestamp);
    const ends = [...new Set([...left, ...right].map(({ end }) => end))].sort((a, b) => a - b);
    for (const end of ends) yield* this.#joinWindow(left.filter((waiting) => waiting.end === end), right.filter((waiting) => waiting.end === end));
  }

  #take(state: ListState<Waiting>, timestamp: number): readonly Waiting[] {
    const all = state.get();
    const due = all.filter(({ end }) => this.#options.fireAt(end) <= timestamp);
    if (due.length === all.length) state.clear();
    else if (due.length > 0) state.update(all.filter(({ end }) => this.#options.fireAt(end) > timestamp));
    return due;
  }

  *#joinWindow(left: readonly Waiting[], right: readonly Waiting[]): Iterable<TableRow> {
    const { joinType, condition, hasNullKey, join } = this.#options;
    const isHalf = joinType === 'SEMI' || joinType === 'ANTI';
    const met = new Uint8Array(right.length);
    for (const { row } of left) {
      let hasMet = false;
      const canMeet = !hasNullKey[0](row);
      for (let index = 0; canMeet && index < right.length; index++) {
        const other = right[index]!.row;
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
    for (let index = 0; index < right.length; index++) if (met[index] === 0) yield join(null, right[index]!.row, RowKind.INSERT);
  }
}
