// What a table aggregate function is to the planner and its operator: rows of a group become an accumulator, which becomes any number
// of rows. Thread: definitions are immutable and shared.
import type { AggregateImplementation, CallMismatch, CallShape, CallSignature } from '#table/functions/function-definition';
import type { LogicalType, RowType } from '#table/types/logical-type';

/** Takes a function's rows, as it makes them: objects by field name, or values where the result is no ROW. */
export interface RetractableCollector {
  collect(row: unknown): void;
  /** Takes back a row that was collected for the group, now or earlier. */
  retract(row: unknown): void;
}

/** Emits in one of two ways. */
export interface TableAggregateImplementation<A = any> extends Pick<AggregateImplementation<A>, 'accumulator' | 'create' | 'accumulate' | 'retract'> { // any: every function has its own accumulator
  /** All rows of the group. */
  readonly emitValue: ((accumulator: A) => Iterable<unknown>) | undefined;
  /** Only what has changed since its last call; used where both are there. */
  readonly emitUpdateWithRetract: ((accumulator: A, out: RetractableCollector) => void) | undefined;
}

export interface TableAggregateFunctionDefinition {
  readonly kind: 'table-aggregate';
  readonly name: string;
  readonly accumulator: LogicalType & { readonly kind: 'ROW' };
  /** Columns of the result. */
  readonly rowType: RowType;
  /** Rows are made as objects by field name, not as the one column's value. */
  readonly isRow: boolean;
  readonly inferTypes: (call: CallShape) => CallSignature | CallMismatch;
  /** @param needsRetract rows of the input are taken back. Throws TABLE_NOT_SUPPORTED where the function cannot. */
  readonly bind: (call: { readonly needsRetract: boolean }) => TableAggregateImplementation;
}
