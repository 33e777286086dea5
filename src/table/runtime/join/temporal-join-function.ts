// Joins each row of the left with the version of the right that held at the left row's event time. Left rows wait until the watermark has
// passed their time, since versions may come late; of the versions that the watermark has passed only the last is kept.
import { Types, type TypeInformation } from '#core/types/type-information';
import type { MapState, ValueState } from '#state/keyed/keyed-state';
import type { Collector, TimerService } from '#streaming/process/process-functions';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { isAccumulate, kindOf, RowKind, type TableRow } from '#table/runtime/row-kind';

export interface TemporalJoinOptions {
  readonly isOuter: boolean;
  /** With `$kind` where the side brings changes. */
  readonly leftType: TypeInformation;
  readonly rightType: TypeInformation;
  /** Event time of a left row, of a version. */
  readonly timeOf: readonly [(row: TableRow) => number | null, (row: TableRow) => number | null];
  readonly condition: ((left: TableRow, right: TableRow) => boolean) | undefined;
  readonly hasNullKey: (row: TableRow) => boolean;
  readonly join: (left: TableRow | null, right: TableRow | null, kind: number) => TableRow;
}

export class TemporalJoinFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly onTimer = (_timestamp: number, _context: unknown, out: Collector<TableRow>): void => this.#emit(out);
  readonly #options: TemporalJoinOptions;
  /** By order of arrival. */
  #left!: MapState<number, TableRow>;
  #next!: ValueState<number>;
  /** By time. A version that is a delete says that there is no row from then on. */
  #versions!: MapState<number, TableRow>;
  #timers!: TimerService;

  constructor(options: TemporalJoinOptions) {
    this.#options = options;
    this.elements = [(row: TableRow) => this.#addLeft(row), (row: TableRow) => this.#addVersion(row)];
  }

  openWith({ backend, timers }: TableFunctionContext): void {
    const { leftType, rightType } = this.#options;
    this.#timers = timers;
    this.#left = backend.getState({ kind: 'map', name: 'left', keyType: Types.LONG, type: leftType }) as MapState<number, TableRow>;
    this.#next = backend.getState({ kind: 'value', name: 'next-left-index', type: Types.LONG }) as ValueState<number>;
    this.#versions = backend.getState({ kind: 'map', name: 'right', keyType: Types.LONG, type: rightType }) as MapState<number, TableRow>;
  }

  #addLeft(row: TableRow): void {
    const time = this.#options.timeOf[0](row);
    if (time === null) return;
    const index = this.#next.value() ?? 0;
    this.#left.put(index, row);
    this.#next.update(index + 1);
    this.#timers.registerEventTimeTimer(time);
  }

  #addVersion(row: TableRow): void {
    const time = this.#options.timeOf[1](row);
    // The +U behind a -U is a version of its own.
    if (time === null || kindOf(row) === RowKind.UPDATE_BEFORE) return;
    this.#versions.put(time, row);
    this.#timers.registerEventTimeTimer(time);
  }

  #emit(out: Collector<TableRow>): void {
    const watermark = this.#timers.currentWatermark();
    const times = [...this.#versions.keys()].sort((a, b) => a - b);
    const due = [...this.#left.entries()].filter(([, row]) => this.#options.timeOf[0](row)! <= watermark).sort(([a], [b]) => a - b);
    for (const [index, row] of due) {
      this.#left.remove(index);
      this.#joinRow(row, times, out);
    }
    const passed = times.filter((time) => time <= watermark);
    for (const time of passed.slice(0, -1)) this.#versions.remove(time);
  }

  #joinRow(row: TableRow, times: readonly number[], out: Collector<TableRow>): void {
    const { timeOf, condition, hasNullKey, join, isOuter } = this.#options;
    const at = timeOf[0](row)!;
    const time = times.findLast((candidate) => candidate <= at);
    const version = time === undefined ? null : this.#versions.get(time);
    const hasMet = version !== null && isAccumulate(kindOf(version)) && !hasNullKey(row) && (condition === undefined || condition(row, version));
    if (hasMet) out.collect(join(row, version, kindOf(row)));
    else if (isOuter) out.collect(join(row, null, kindOf(row)));
  }
}
