// What a function is to the planner and to generated code: how a call is typed, and what runs. Built-in functions are
// tables of these definitions; user functions are wrapped into the same shape. Thread: definitions are immutable and shared.
import type { Snapshots } from '#table/factories/snapshots';
import type { ProcessTableFunctionDefinition } from '#table/functions/process-table-definition';
import type { TableAggregateFunctionDefinition } from '#table/functions/table-aggregate-definition';
import type { LogicalType } from '#table/types/logical-type';

/** A call as the validator sees it, before implicit casts. */
export interface CallShape {
  readonly argumentTypes: readonly LogicalType[];
  /** Value of an argument that is a literal (its internal value, null for NULL); undefined where it is no literal. */
  readonly literals: readonly (unknown | undefined)[];
  /** Result of a function in a grouped query without GROUP BY may be NULL where a group always has a row. */
  readonly isGlobalAggregate?: boolean;
}

/** How a call is typed: arguments are cast implicitly to `argumentTypes` (as many as the call has). */
export interface CallSignature {
  readonly argumentTypes: readonly LogicalType[];
  readonly resultType: LogicalType;
}

/** A call that does not fit: becomes Flink's message "Cannot apply 'F' to arguments of type …". Returned, not thrown. */
export interface CallMismatch {
  /** Signatures that would do, as shown to the user: `SUBSTRING(<CHARACTER>, <INTEGER>)`. */
  readonly supportedForms: readonly string[];
  /** A sentence that says more, if there is more to say. */
  readonly reason?: string;
}

export const isMismatch = (result: CallSignature | CallMismatch): result is CallMismatch => 'supportedForms' in result;

/** Facts of the session that values depend on; fixed for a statement. */
export interface FunctionContext {
  /** IANA name or offset: `table.local-time-zone`. */
  readonly localTimeZone: string;
  /** Epoch ms. Per statement in batch (`queryStartMs`), per record in streaming. */
  readonly now: () => number;
  readonly queryStartMs: number;
  readonly isBatch: boolean;
  readonly random: () => number;
  /** Names of the session: CURRENT_CATALOG and siblings. */
  readonly catalog?: string;
  readonly database?: string;
  readonly user?: string;
  readonly configuration: ReadonlyMap<string, string>;
  /** Event time in ms that the operator has reached, ±Infinity at the ends; only where an operator follows it for its expressions. */
  readonly currentWatermark?: () => number;
  /** How the state of jobs is read as tables; absent where nobody can. */
  readonly snapshots?: Snapshots;
}

/** A typed call: the types after implicit casts. */
export interface BoundCall extends CallSignature {
  readonly literals: readonly (unknown | undefined)[];
}

export type ScalarImplementation = (...values: any[]) => any; // any: values of every SQL type, see logical-type.ts

export interface ScalarFunctionDefinition {
  readonly kind: 'scalar';
  /** Upper case; operators have Flink's operator names (`+`, `=`, `LIKE`, `IS NULL`). */
  readonly name: string;
  readonly aliases?: readonly string[];
  /** False: RAND, UUID. Such calls are neither folded nor evaluated twice. Default true. */
  readonly isDeterministic?: boolean;
  /** The value is fixed per statement (batch) or record (streaming): CURRENT_TIMESTAMP. Not folded in streaming. */
  readonly isDynamic?: boolean;
  /** NULL may come although the result type says NOT NULL: DECIMAL arithmetic that exceeds 38 digits, LPAD to a negative length. */
  readonly mayReturnNull?: (call: BoundCall) => boolean;
  /** `strict`: any NULL argument gives NULL and the implementation sees no null. `called`: it sees them. */
  readonly nulls: 'strict' | 'called';
  readonly inferTypes: (call: CallShape) => CallSignature | CallMismatch;
  /** Makes what runs, specialised for the types. Called once per place in a plan. May throw FunctionError for bad literals. */
  readonly bind: (call: BoundCall, context: FunctionContext) => ScalarImplementation;
  /** Of an asynchronous function: its values come later, and only a Calc can wait for them; `bind` throws. */
  readonly evalAsync?: (...values: any[]) => Promise<unknown>; // any: see ScalarImplementation
  /**
   * A JavaScript expression over the operands' texts in place of a call, for hot functions. Operands are simple names or
   * literals and may be used several times; none is null when `nulls` is strict. `$name` is a function of inline-runtime.ts.
   * Undefined = use `bind`.
   */
  readonly inline?: (call: BoundCall, operands: readonly string[]) => string | undefined;
  /** Whether the inlined code takes a TextSlice in place of its first operand, too. */
  readonly takesSlice?: (call: BoundCall) => boolean;
}

/** Per-key map or list that an accumulator keeps outside of itself, so that one change costs one entry. */
export interface MapView<K = any, V = any> { // any: keys and values of every SQL type
  get(key: K): V | undefined;
  put(key: K, value: V): void;
  remove(key: K): void;
  contains(key: K): boolean;
  /** For values that are sets of bits: adds some to those of the key, and gives what they were. */
  addBits(key: K, bits: number): number;
  entries(): Iterable<readonly [K, V]>;
  isEmpty(): boolean;
  clear(): void;
}

export interface AggregateView {
  readonly name: string;
  readonly key: LogicalType;
  readonly value: LogicalType;
}

/** Texts by which generated code reaches what an aggregate has: fields of its accumulator, which may be assigned, and functions. */
export interface AggregatePlace {
  field(name: string): string;
  call(name: string): string;
}

/** Generated code in place of calls, for hot aggregates without views. Values are simple names; statements may declare names of their own. */
export interface AggregateCode {
  /** Functions that the code calls, by name. */
  readonly functions: Readonly<Record<string, (...values: any[]) => unknown>>; // any: see ScalarImplementation
  /** A literal per field of a new accumulator. */
  readonly initial: Readonly<Record<string, string>>;
  /** The value is another one after every row that is taken in or back. */
  readonly changesAlways?: boolean;
  accumulate(place: AggregatePlace, values: readonly string[]): string;
  retract?(place: AggregatePlace, values: readonly string[]): string;
  merge(place: AggregatePlace, other: AggregatePlace): string;
  /** An expression. */
  value(place: AggregatePlace): string;
  readonly numbers?: NumberAggregateCode;
}

/**
 * What differs where fields of the accumulator are numbers that stay within 2^53 - 1, NaN for NULL, so that no value is boxed. Without
 * `accumulate` that of the code does.
 */
export interface NumberAggregateCode {
  /** @param values integers, NaN for NULL. @param bail statement for a result that no number holds: nothing counts as changed then. */
  accumulate?(place: AggregatePlace, values: readonly string[], bail: string): string;
  value?(place: AggregatePlace): string;
}

/** One aggregate over one place in a plan. Accumulators are plain objects whose fields have the types of `accumulator`. */
export interface AggregateImplementation<A = any> { // any: every aggregate has its own accumulator
  readonly accumulator: LogicalType & { readonly kind: 'ROW' };
  /** Maps kept in keyed state of their own; handed to the calls below by position. Most aggregates have none. */
  readonly views?: readonly AggregateView[];
  create(): A;
  /** Changes the accumulator. NULL arguments arrive; those that an aggregate ignores it ignores itself. */
  accumulate(accumulator: A, views: readonly MapView[], ...values: any[]): void; // any: see ScalarImplementation
  /** Takes a row back; present where `needsRetract` was asked for and the aggregate can. */
  retract?(accumulator: A, views: readonly MapView[], ...values: any[]): void; // any: see ScalarImplementation
  /** Adds another accumulator (of another slice, session or pre-aggregation). Absent where the aggregate has views that cannot be merged. */
  merge?(accumulator: A, views: readonly MapView[], other: A, otherViews: readonly MapView[]): void;
  getValue(accumulator: A, views: readonly MapView[]): unknown;
  /** What tells, beside the value, that a grouped result goes out again: variances do with every number, as in Flink. */
  changeMark?(accumulator: A): unknown;
  /** Does what the methods do. */
  readonly code?: AggregateCode;
}

export interface AggregateCall extends BoundCall {
  /** The input sends retractions: `retract` is needed. */
  readonly needsRetract: boolean;
  readonly isDistinct: boolean;
  /** IGNORE NULLS or RESPECT NULLS where written. */
  readonly nullTreatment?: 'IGNORE' | 'RESPECT';
}

export interface AggregateFunctionDefinition {
  readonly kind: 'aggregate';
  readonly name: string;
  readonly aliases?: readonly string[];
  /** Only in OVER windows or with one: ROW_NUMBER, RANK, LAG. */
  readonly isOverOnly?: boolean;
  readonly inferTypes: (call: CallShape) => CallSignature | CallMismatch;
  readonly bind: (call: AggregateCall, context: FunctionContext) => AggregateImplementation;
  /** Takes rows in their order: FIRST_VALUE, LISTAGG. */
  readonly isOrderSensitive?: boolean;
}

/** Rows per call: UNNEST, user table functions. */
export interface TableFunctionDefinition {
  readonly kind: 'table';
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly isDeterministic?: boolean;
  /** The result type is a ROW: the columns of the table. */
  readonly inferTypes: (call: CallShape) => CallSignature | CallMismatch;
  readonly bind: (call: BoundCall, context: FunctionContext) => (...values: any[]) => Iterable<unknown>; // any: see ScalarImplementation
}

export type FunctionDefinition = ScalarFunctionDefinition | AggregateFunctionDefinition | TableFunctionDefinition | TableAggregateFunctionDefinition | ProcessTableFunctionDefinition;
