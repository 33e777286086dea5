// Runs a process table function over the sets of PARTITION BY: rows of a key one by one, or, with ORDER BY, when the watermark has
// passed them, in their order. Invariant: at a time, rows that wait for it are worked on before timers, timers without a name before
// named ones. One per subtask, on the slot's thread.
import { type TypeInformation, Types } from '#core/types/type-information';
import type { MapState, StateTtlConfig } from '#state/keyed/keyed-state';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { OperatorContext } from '#streaming/operator/stream-operator';
import type { Collector, TimerService } from '#streaming/process/process-functions';
import { typeInformationOf } from '#table/codegen/type-information-of';
import type { ProcessStateEntry, ProcessTableFunctionDefinition } from '#table/functions/process-table-definition';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { ProcessCall, type ClearableState, type MakeRow, type ProcessTimers } from '#table/runtime/process/process-call';
import { kindOf, RowKind, type TableRow } from '#table/runtime/row-kind';

export interface ProcessInput {
  /** With the kind where the table brings changes. */
  readonly rowType: TypeInformation;
  /** Where the table stands among the parameters. */
  readonly position: number;
  /** Of `on_time`. */
  readonly timeOf: ((row: TableRow) => number | null) | undefined;
  /** ORDER BY: the time, and the order of rows of one time. */
  readonly order: { readonly timeOf: (row: TableRow) => number | null; readonly compare: (a: TableRow, b: TableRow) => number } | undefined;
}

export interface ProcessTableOptions {
  readonly definition: ProcessTableFunctionDefinition;
  readonly inputs: readonly ProcessInput[];
  /** Values of all parameters; those of tables are put in. */
  readonly values: readonly unknown[];
  readonly make: MakeRow;
  /** The backend's key as the values of the PARTITION BY columns. */
  readonly keyValues: (key: unknown) => readonly unknown[];
  readonly ttl: StateTtlConfig | undefined;
}

/** A timer without a name is stored under its time behind this. */
const UNNAMED = '\u0000';

export class ProcessTableRuntime implements KeyedTableFunction, ProcessTimers {
  readonly elements: KeyedTableFunction['elements'];
  readonly onTimer = (timestamp: number, _context: unknown, out: Collector<TableRow>): void => this.#fire(timestamp, out);
  readonly #options: ProcessTableOptions;
  #backend!: KeyedStateBackend;
  #service!: TimerService;
  #operator!: OperatorContext;
  #call!: ProcessCall;
  #timers: MapState<string, number> | undefined;
  #waiting: readonly (MapState<number, TableRow[]> | undefined)[] = [];

  constructor(options: ProcessTableOptions) {
    this.#options = options;
    this.elements = options.inputs.map((_, input) => (row: TableRow, _context: unknown, out: Collector<TableRow>) => this.#take(row, input, out));
  }

  openWith({ backend, timers, operator }: TableFunctionContext): void {
    const { definition, inputs, make, ttl } = this.#options;
    this.#backend = backend;
    this.#service = timers;
    this.#operator = operator;
    const state = Object.fromEntries(definition.state.map((entry) => [entry.name, stateOf(entry, backend, ttl)]));
    const hasTimers = definition.onTimer !== undefined;
    if (hasTimers) this.#timers = backend.getState({ kind: 'map', name: '$timers', keyType: Types.STRING, type: Types.LONG }) as MapState<string, number>;
    this.#waiting = inputs.map(({ order, rowType }, input) => (order === undefined ? undefined : backend.getState({ kind: 'map', name: `$waiting${input}`, keyType: Types.LONG, type: Types.LIST(rowType) }) as MapState<number, TableRow[]>));
    this.#call = new ProcessCall({ make, makesChanges: definition.changes !== 'insert-only', state, timers: hasTimers ? this : undefined, currentWatermark: () => timers.currentWatermark() });
  }

  register(name: string | undefined, time: number): void {
    this.#timers!.put(name ?? `${UNNAMED}${time}`, time);
    this.#service.registerEventTimeTimer(time);
  }

  clear(nameOrTime: string | number): void {
    this.#timers!.remove(typeof nameOrTime === 'string' ? nameOrTime : `${UNNAMED}${nameOrTime}`);
  }

  clearAll(): void {
    this.#timers!.clear();
  }

  #take(row: TableRow, input: number, out: Collector<TableRow>): void {
    const { order } = this.#options.inputs[input]!;
    if (order === undefined) {
      this.#evaluate(row, input, out);
      return;
    }
    const time = order.timeOf(row);
    if (time === null || time <= this.#service.currentWatermark()) {
      this.#operator.count('numLateRecordsDropped', 1);
      return;
    }
    const waiting = this.#waiting[input]!;
    const rows = waiting.get(time) ?? [];
    rows.push(row);
    waiting.put(time, rows);
    this.#service.registerEventTimeTimer(time);
  }

  #evaluate(row: TableRow, input: number, out: Collector<TableRow>): void {
    const { definition, inputs, values, keyValues } = this.#options;
    const { position, timeOf } = inputs[input]!;
    const given = values.slice();
    given[position] = row;
    const place = { row, key: keyValues(this.#backend.currentKey), time: timeOf?.(row) ?? null, kind: kindOf(row), timerName: null };
    this.#call.run(place, out, (context) => definition.evaluate(context, ...given));
  }

  #fire(timestamp: number, out: Collector<TableRow>): void {
    const { definition, inputs, keyValues } = this.#options;
    this.#waiting.forEach((waiting, input) => {
      const rows = waiting?.get(timestamp) ?? undefined;
      if (rows === undefined) return;
      waiting!.remove(timestamp);
      for (const row of [...rows].sort(inputs[input]!.order!.compare)) this.#evaluate(row, input, out);
    });
    if (this.#timers === undefined) return;
    const due = [...this.#timers.entries()].filter(([, time]) => time === timestamp).map(([name]) => name).sort();
    for (const name of due) {
      // One that was called before may have cleared or moved it.
      if (this.#timers.get(name) !== timestamp) continue;
      this.#timers.remove(name);
      const place = { row: null, key: keyValues(this.#backend.currentKey), time: timestamp, kind: RowKind.INSERT, timerName: name.startsWith(UNNAMED) ? null : name };
      this.#call.run(place, out, definition.onTimer!);
    }
  }
}

function stateOf({ name, form, type, keyType, ttlMs }: ProcessStateEntry, backend: KeyedStateBackend, defaultTtl: StateTtlConfig | undefined): ClearableState {
  const ttl: StateTtlConfig | undefined = ttlMs === undefined ? defaultTtl : ttlMs === 0 ? undefined : { ttlMs, update: 'on-create-and-write', visibility: 'never-return-expired' };
  const stored = typeInformationOf(type);
  if (form === 'map') return backend.getState({ kind: 'map', name, keyType: typeInformationOf(keyType!), type: stored, ttl }) as ClearableState;
  return backend.getState({ kind: form, name, type: stored, ttl }) as ClearableState;
}
