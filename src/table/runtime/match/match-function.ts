// MATCH_RECOGNIZE per key. By event time rows wait until the watermark has passed them and are then taken in order; late ones are dropped
// and counted. By processing time they are taken as they come.
import { Types, type TypeInformation } from '#core/types/type-information';
import type { MapState, ValueState } from '#state/keyed/keyed-state';
import type { Collector, TimerService } from '#streaming/process/process-functions';
import type { OperatorContext } from '#streaming/operator/stream-operator';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { INITIAL_STATE, type MatchedRow, type MatcherState, type MatcherStep, type PatternMatcher } from '#table/runtime/match/pattern-matcher';
import type { TableRow } from '#table/runtime/row-kind';

export interface MatchOptions {
  readonly rowType: TypeInformation;
  readonly matcher: PatternMatcher;
  readonly withinMs: number | undefined;
  /** Event time of a row; undefined: by processing time. */
  readonly timeOf: ((row: TableRow) => number | null) | undefined;
  /** Among rows of one time. */
  readonly compare: (a: TableRow, b: TableRow) => number;
  readonly emit: (rows: readonly MatchedRow[]) => TableRow;
}

export class MatchFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly onTimer = (_timestamp: number, _context: unknown, out: Collector<TableRow>): void => this.#fire(out);
  readonly #options: MatchOptions;
  #matcher!: ValueState<MatcherState>;
  #waiting!: MapState<number, readonly TableRow[]>;
  #timers!: TimerService;
  #operator!: OperatorContext;

  constructor(options: MatchOptions) {
    this.#options = options;
    this.elements = [(row: TableRow, _context: unknown, out: Collector<TableRow>) => this.#add(row, out)];
  }

  openWith({ backend, timers, operator }: TableFunctionContext): void {
    const { rowType } = this.#options;
    this.#timers = timers;
    this.#operator = operator;
    const matched = Types.ROW({ variable: Types.INT, sequence: Types.LONG, row: rowType });
    const partial = Types.ROW({ start: Types.LONG, startTime: Types.LONG, element: Types.INT, count: Types.INT, rows: Types.LIST(matched) });
    this.#matcher = backend.getState({ kind: 'value', name: 'nfa-state', type: Types.ROW({ next: Types.LONG, partial: Types.LIST(partial), complete: Types.LIST(partial) }) }) as ValueState<MatcherState>;
    this.#waiting = backend.getState({ kind: 'map', name: 'element-queue', keyType: Types.LONG, type: Types.LIST(rowType) }) as MapState<number, readonly TableRow[]>;
  }

  #add(row: TableRow, out: Collector<TableRow>): void {
    const { timeOf, matcher } = this.#options;
    if (timeOf === undefined) {
      this.#take((state) => matcher.process(state, row, this.#timers.currentProcessingTime()), out);
      return;
    }
    const time = timeOf(row);
    if (time === null) return;
    if (time <= this.#timers.currentWatermark()) {
      this.#operator.count('numLateRecordsDropped', 1);
      return;
    }
    this.#waiting.put(time, [...(this.#waiting.get(time) ?? []), row]);
    this.#timers.registerEventTimeTimer(time);
  }

  #fire(out: Collector<TableRow>): void {
    const { matcher, compare, withinMs } = this.#options;
    const watermark = this.#timers.currentWatermark();
    for (const time of [...this.#waiting.keys()].filter((due) => due <= watermark).sort((a, b) => a - b)) {
      const rows = this.#waiting.get(time)!;
      this.#waiting.remove(time);
      for (const row of [...rows].sort(compare)) this.#take((state) => matcher.process(state, row, time), out);
    }
    this.#take((state) => matcher.advance(state, watermark), out);
    // A match that waits for an earlier one comes out when that one's time is over.
    const state = this.#matcher.value();
    if (withinMs !== undefined && state !== null && state.complete.length > 0) this.#timers.registerEventTimeTimer(Math.min(...state.partial.map(({ startTime }) => startTime)) + withinMs);
  }

  #take(step: (state: MatcherState) => MatcherStep, out: Collector<TableRow>): void {
    const before = this.#matcher.value() ?? INITIAL_STATE;
    const { state, matches } = step(before);
    if (state !== before) this.#matcher.update(state);
    for (const match of matches) out.collect(this.#options.emit(match));
  }
}
