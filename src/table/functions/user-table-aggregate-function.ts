// Table aggregate functions of a user's module: rows of a group in, any number of rows out.
import { TableError } from '#table/errors';
import type { CallMismatch, CallShape, CallSignature } from '#table/functions/function-definition';
import type { RetractableCollector, TableAggregateFunctionDefinition } from '#table/functions/table-aggregate-definition';
import type { LogicalType, RowType } from '#table/types/logical-type';

export interface UserTableAggregateFunction<A = any> { // any: every function has an accumulator of its own
  readonly kind: 'table-aggregate';
  /** SQL types such as `INT`. */
  readonly arguments: readonly string[];
  /** `ROW<a INT, b STRING>`: the columns; another type is one column. */
  readonly result: string;
  /** Of the accumulator, a ROW: what is kept in state. */
  readonly accumulator: string;
  create(): A;
  /** Changes the accumulator. */
  accumulate(accumulator: A, ...values: any[]): void; // any: values of every SQL type
  /** Takes a row back: needed where the input is updated. */
  retract?(accumulator: A, ...values: any[]): void; // any: as above
  /** All rows of the group. They are taken back and made anew whenever the group has changed. */
  emitValue?(accumulator: A): Iterable<unknown>;
  /** Only the rows that have changed since its last call; it is used where both are there. */
  emitUpdateWithRetract?(accumulator: A, out: RetractableCollector): void;
}

interface FunctionTypes {
  readonly accumulator: LogicalType;
  readonly rowType: RowType;
  readonly isRow: boolean;
  readonly inferTypes: (call: CallShape) => CallSignature | CallMismatch;
}

/** Throws FUNCTION_INVALID for what cannot be. */
export function tableAggregateDefinition(name: string, identifier: string, fn: UserTableAggregateFunction, { accumulator, rowType, isRow, inferTypes }: FunctionTypes): TableAggregateFunctionDefinition {
  if (accumulator.kind !== 'ROW') throw new TableError('FUNCTION_INVALID', `The function '${identifier}' keeps ${fn.accumulator}: its accumulator must be a ROW<…>`, { context: { function: identifier } });
  if (fn.emitValue === undefined && fn.emitUpdateWithRetract === undefined) throw new TableError('FUNCTION_INVALID', `The function '${identifier}' has neither emitValue nor emitUpdateWithRetract: one of them makes its rows`, { context: { function: identifier } });
  return {
    kind: 'table-aggregate', name, accumulator: { ...accumulator, isNullable: false }, rowType, isRow, inferTypes,
    bind: ({ needsRetract }) => {
      if (needsRetract && fn.retract === undefined) throw new TableError('TABLE_NOT_SUPPORTED', `Could not find an implementation method 'retract' in the function '${name}', which its input needs, for rows of it are updated`);
      return {
        accumulator: { ...accumulator, isNullable: false },
        create: () => fn.create() as unknown,
        accumulate: (stored, _views, ...values) => fn.accumulate(stored, ...(values as unknown[])),
        ...(fn.retract === undefined ? {} : { retract: (stored, _views, ...values) => fn.retract!(stored, ...(values as unknown[])) }),
        emitValue: fn.emitValue?.bind(fn),
        emitUpdateWithRetract: fn.emitUpdateWithRetract?.bind(fn),
      };
    },
  };
}
