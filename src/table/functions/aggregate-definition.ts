// Shorthand for the tables of built-in aggregate functions.
import type { AggregateCall, AggregateFunctionDefinition, AggregateImplementation, CallShape, FunctionContext } from '#table/functions/function-definition';
import { inferenceOf, type SignatureForm, type TypeInference } from '#table/functions/function-signature';
import { withNullability, type LogicalType, type RowType } from '#table/types/logical-type';

interface AggregateOptions {
  readonly aliases?: readonly string[];
  readonly isOverOnly?: boolean;
  readonly isOrderSensitive?: boolean;
}

export function aggregate(
  name: string, forms: SignatureForm | readonly SignatureForm[] | TypeInference, bind: (call: AggregateCall, context: FunctionContext) => AggregateImplementation, options: AggregateOptions = {},
): AggregateFunctionDefinition {
  return {
    kind: 'aggregate',
    name,
    ...options,
    inferTypes: typeof forms === 'function' ? forms : inferenceOf(name, 'arguments' in forms ? [forms as SignatureForm] : forms),
    bind,
  };
}

/** The type of an accumulator: its fields in order. */
export function accumulatorOf(fields: Readonly<Record<string, LogicalType>>): RowType {
  return { kind: 'ROW', isNullable: false, fields: Object.entries(fields).map(([name, type]) => ({ name, type })) };
}

/** A result over all values of a group: NULL where a value is, and where a query without GROUP BY has no row. */
export function overGroup(type: LogicalType, argument: LogicalType, call: CallShape): LogicalType {
  return withNullability(type, argument.isNullable || call.isGlobalAggregate === true);
}
