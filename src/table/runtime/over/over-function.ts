// Window functions over the rows of a key. By event time rows wait for the watermark and are then taken in order; by processing time
// they are taken as they come; a batch is sorted at its end; over any other order every change moves the results of the rows behind it.
import { type TypeInformation, Types } from '#core/types/type-information';
import type { MapState, StateTtlConfig, ValueState } from '#state/keyed/keyed-state';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { Collector, TimerService } from '#streaming/process/process-functions';
import type { OperatorContext } from '#streaming/operator/stream-operator';
import type { StoredAccumulator } from '#table/runtime/aggregate/stored-aggregation';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { valuesOver, type OverCall, type OverFrame, type OverOrder } from '#table/runtime/over/over-call';
import { isAccumulate, kindOf, RowKind, type TableRow } from '#table/runtime/row-kind';

export interface OverOptions {
  readonly rowType: TypeInformation;
  readonly calls: readonly OverCall[];
  readonly frame: OverFrame;
  readonly order: OverOrder;
  readonly equal: (a: TableRow, b: TableRow) => boolean;
  readonly mode: 'rowtime' | 'proctime' | 'batch' | 'any-order';
  /** Event time in ms. */
  readonly timeOf: (row: TableRow) => number | null;
  readonly emit: (row: TableRow, values: readonly unknown[], kind: number) => TableRow;
  readonly emitsUpdateBefore: boolean;
  readonly ttl: StateTtlConfig | undefined;
}

interface TimedRow {
  readonly time: number;
  readonly row: TableRow;
}

const ROWS_STATE = 'rows';

export class OverFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly onTimer = (timestamp: number, _context: unknown, out: Collector<TableRow>): void => this.#fire(timestamp, out);
  readonly #options: OverOptions;
  #backend!: KeyedStateBackend;
  #timers!: TimerService;
  #operator!: OperatorContext;
  #waiting!: MapState<number, TableRow[]>;
  #accumulators!: ValueState<StoredAccumulator[]>;
  #retained!: ValueState<TimedRow[]>;
  #rows!: ValueState<TableRow[]>;

  constructor(options: OverOptions) {
    this.#options = options;
    const methods = {
      rowtime: (row: TableRow) => this.#wait(row),
      proctime: (row: TableRow, _context: unknown, out: Collector<TableRow>) => this.#take([row], this.#timers.currentProcessingTime(), out),
      batch: (row: TableRow) => this.#gather(row),
      'any-order': (row: TableRow, _context: unknown, out: Collector<TableRow>) => this.#change(row, out),
    };
    this.elements = [methods[options.mode]];
  }

  openWith({ backend, timers, operator }: TableFunctionContext): void {
    const { rowType, calls, ttl: timeToLive } = this.#options;
    const ttl = timeToLive === undefined ? {} : { ttl: timeToLive };
    this.#backend = backend;
    this.#timers = timers;
    this.#operator = operator;
    this.#waiting = backend.getState({ kind: 'map', name: 'inputState', keyType: Types.LONG, type: Types.LIST(rowType), ...ttl }) as MapState<number, TableRow[]>;
    this.#accumulators = backend.getState({ kind: 'value', name: 'accState', type: Types.TUPLE(...calls.map(({ aggregation }) => aggregation.type)), ...ttl }) as unknown as ValueState<StoredAccumulator[]>;
    this.#retained = backend.getState({ kind: 'value', name: 'retained', type: Types.LIST(Types.ROW({ time: Types.LONG, row: rowType })), ...ttl }) as ValueState<TimedRow[]>;
    this.#rows = backend.getState({ kind: 'value', name: ROWS_STATE, type: Types.LIST(rowType), ...ttl }) as ValueState<TableRow[]>;
  }

  onEndInput(_input: number, out: Collector<TableRow>): void {
    if (this.#options.mode !== 'batch') return;
    this.#backend.applyToKeys(ROWS_STATE, () => {
      const { emit, order } = this.#options;
      const rows = [...this.#rows.value()!].sort(order.compare);
      const values = this.#valuesOf(rows);
      rows.forEach((row, index) => out.collect(emit(row, values[index]!, RowKind.INSERT)));
    });
  }

  #gather(row: TableRow): void {
    const rows = this.#rows.value() ?? [];
    rows.push(row);
    this.#rows.update(rows);
  }

  #wait(row: TableRow): void {
    const time = this.#options.timeOf(row);
    if (time === null) return;
    if (time <= this.#timers.currentWatermark()) {
      this.#operator.count('numLateRecordsDropped', 1);
      return;
    }
    const rows = this.#waiting.get(time) ?? [];
    rows.push(row);
    this.#waiting.put(time, rows);
    this.#timers.registerEventTimeTimer(time);
  }

  #fire(timestamp: number, out: Collector<TableRow>): void {
    const rows = this.#waiting.get(timestamp);
    if (rows === null) return;
    this.#waiting.remove(timestamp);
    this.#take(rows, timestamp, out);
  }

  /** Rows of one time, in order. */
  #take(rows: readonly TableRow[], time: number, out: Collector<TableRow>): void {
    if (this.#options.frame.lower.kind === 'UNBOUNDED_PRECEDING') this.#takeUnbounded(rows, out);
    else this.#takeBounded(rows, time, out);
  }

  #takeUnbounded(rows: readonly TableRow[], out: Collector<TableRow>): void {
    const { calls, frame, emit } = this.#options;
    const stored = this.#accumulators.value() ?? calls.map(({ aggregation }) => aggregation.create());
    const values = (): unknown[] => calls.map(({ aggregation }, index) => aggregation.result(0, stored[index]!, RowKind.INSERT)['v']);
    const add = (row: TableRow): void => calls.forEach(({ aggregation }, index) => aggregation.add(stored[index]!, row));
    if (frame.unit === 'ROWS') {
      for (const row of rows) {
        add(row);
        out.collect(emit(row, values(), RowKind.INSERT));
      }
    } else {
      rows.forEach(add);
      const shared = values();
      for (const row of rows) out.collect(emit(row, shared, RowKind.INSERT));
    }
    this.#accumulators.update(stored);
  }

  #takeBounded(rows: readonly TableRow[], time: number, out: Collector<TableRow>): void {
    const { frame, emit } = this.#options;
    const offset = frame.lower.kind === 'PRECEDING' ? frame.lower.offset : 0;
    let retained = this.#retained.value() ?? [];
    if (frame.unit === 'ROWS') {
      for (const row of rows) {
        retained = [...retained, { time, row }].slice(-(offset + 1));
        out.collect(emit(row, this.#aggregated(retained), RowKind.INSERT));
      }
    } else {
      retained = [...retained.filter((one) => one.time >= time - offset), ...rows.map((row) => ({ time, row }))];
      const values = this.#aggregated(retained);
      for (const row of rows) out.collect(emit(row, values, RowKind.INSERT));
    }
    this.#retained.update(retained);
  }

  #aggregated(rows: readonly TimedRow[]): unknown[] {
    return this.#options.calls.map(({ aggregation }) => {
      const stored = aggregation.create();
      for (const { row } of rows) aggregation.add(stored, row);
      return aggregation.result(0, stored, RowKind.INSERT)['v'];
    });
  }

  #valuesOf(rows: readonly TableRow[]): unknown[][] {
    const { calls, frame, order } = this.#options;
    const columns = calls.map((call) => valuesOver(rows, call, frame, order));
    return rows.map((_, index) => columns.map((column) => column[index]));
  }

  /** A row comes or goes: results of rows that it moves are corrected. */
  #change(row: TableRow, out: Collector<TableRow>): void {
    const { order, equal, emit, emitsUpdateBefore } = this.#options;
    const before = this.#rows.value() ?? [];
    const isAdded = isAccumulate(kindOf(row));
    const firstBehind = before.findIndex((other) => order.compare(other, row) > 0);
    const at = isAdded ? (firstBehind < 0 ? before.length : firstBehind) : before.findIndex((other) => equal(other, row));
    if (at < 0) return;
    const after = isAdded ? [...before.slice(0, at), row, ...before.slice(at)] : [...before.slice(0, at), ...before.slice(at + 1)];
    const [oldValues, newValues] = [this.#valuesOf(before), this.#valuesOf(after)];
    if (!isAdded) out.collect(emit(before[at]!, oldValues[at]!, RowKind.DELETE));
    after.forEach((other, index) => {
      if (isAdded && index === at) {
        // The row that has come keeps its kind: a new version is an update.
        out.collect(emit(row, newValues[index]!, kindOf(row)));
        return;
      }
      const oldIndex = index < at ? index : isAdded ? index - 1 : index + 1;
      if (sameValues(oldValues[oldIndex]!, newValues[index]!)) return;
      if (emitsUpdateBefore) out.collect(emit(other, oldValues[oldIndex]!, RowKind.UPDATE_BEFORE));
      out.collect(emit(other, newValues[index]!, RowKind.UPDATE_AFTER));
    });
    if (after.length === 0) this.#rows.clear();
    else this.#rows.update(after);
  }
}

function sameValues(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.every((value, index) => Object.is(value, b[index]));
}
