// What a process table function is to the validator, the planner and its operator. Flink's terms: a table with row semantics is taken
// row by row, one with set semantics by its PARTITION BY, with state and timers per key. Thread: definitions are immutable and shared.
import type { LogicalType, RowType } from '#table/types/logical-type';

export interface ProcessTableParameter {
  readonly kind: 'table';
  readonly name: string;
  readonly semantics: 'row' | 'set';
  /** Without PARTITION BY all rows are of one set. */
  readonly isPartitionOptional: boolean;
  /** All columns of the row go in front of what the function makes, in place of the PARTITION BY columns. */
  readonly passesColumns: boolean;
  readonly takesUpdates: boolean;
  /** Updates come with -U, also where PARTITION BY holds a key of the table. */
  readonly needsUpdateBefore: boolean;
  readonly requiresOnTime: boolean;
  /** What rows look like, columns by position; undefined = every table does. */
  readonly rowType: RowType | undefined;
}

export interface ProcessScalarParameter {
  readonly kind: 'scalar';
  readonly name: string;
  readonly type: LogicalType;
  readonly isOptional: boolean;
}

export interface ProcessStateEntry {
  readonly name: string;
  readonly form: 'value' | 'list' | 'map';
  readonly type: LogicalType;
  /** Of a map. */
  readonly keyType: LogicalType | undefined;
  /** Undefined: `table.exec.state.ttl`. */
  readonly ttlMs: number | undefined;
}

/** A row that the function has made: an object by field name, or a value where the result is no ROW. */
export type MadeRow = unknown;

/** What the methods of a function see beside their values. Valid during the call. */
export interface ProcessTableContext {
  /** Per key; undefined members for functions without state. */
  readonly state: Readonly<Record<string, any>>; // any: ValueState, ListState or MapState, as declared
  /** Of the row of this call: +I, -U, +U or -D. */
  readonly kind: '+I' | '-U' | '+U' | '-D';
  /** In onTimer: name of the timer; null for one without. */
  readonly timerName: string | null;
  /** @param kind other than +I needs `changes`. */
  collect(row: MadeRow, kind?: '+I' | '-U' | '+U' | '-D'): void;
  /** Event time in ms of the row's `on_time` column, or of the timer; null without `on_time`. */
  time(): number | null;
  /** In ms; null before the first watermark. */
  currentWatermark(): number | null;
  /** A timer of that name is replaced. Throws SQL_FUNCTION_FAILED where the function has no onTimer or its table no sets. */
  registerOnTime(time: number): void;
  registerOnTime(name: string, time: number): void;
  clearTimer(nameOrTime: string | number): void;
  clearAllTimers(): void;
  clearState(name: string): void;
  clearAllState(): void;
  /** State and timers of the key. */
  clearAll(): void;
}

export interface ProcessTableFunctionDefinition {
  readonly kind: 'process-table';
  readonly name: string;
  readonly parameters: readonly (ProcessTableParameter | ProcessScalarParameter)[];
  readonly resultType: LogicalType;
  /** `upsert`: by the PARTITION BY columns, without -U. */
  readonly changes: 'insert-only' | 'retract' | 'upsert';
  readonly state: readonly ProcessStateEntry[];
  readonly evaluate: (context: ProcessTableContext, ...values: any[]) => unknown; // any: values of every SQL type
  readonly onTimer: ((context: ProcessTableContext) => unknown) | undefined;
}

export const isTableParameter = (parameter: ProcessTableParameter | ProcessScalarParameter): parameter is ProcessTableParameter => parameter.kind === 'table';
