// Functions of a user's own module, as CREATE FUNCTION … AS 'module#export' LANGUAGE TYPESCRIPT names them: an export says its
// types as SQL text and how values are computed. Values look as logical-type.ts fixes it; NULL is null.
import { TableError } from '#table/errors';
import type { AggregateImplementation, CallMismatch, CallShape, CallSignature, FunctionDefinition } from '#table/functions/function-definition';
import { processTableDefinition, type UserProcessTableFunction } from '#table/functions/user-process-table-function';
import { tableAggregateDefinition, type UserTableAggregateFunction } from '#table/functions/user-table-aggregate-function';
import { parseDataType } from '#table/parser/parser';
import { canCastImplicitly } from '#table/types/cast-support';
import { convertDataType } from '#table/types/data-type-conversion';
import { fieldKeys, withNullability, type LogicalType, type RowType } from '#table/types/logical-type';
import { serializableTypeText } from '#table/types/type-text';

interface UserFunctionTypes {
  /** SQL types such as `INT` or `ROW<a INT, b STRING>`. */
  readonly arguments: readonly string[];
  readonly result: string;
}

type Values = any[]; // any: values of every SQL type

export interface UserScalarFunction extends UserFunctionTypes {
  readonly kind: 'scalar';
  /** False: it is called once for each row, even where its arguments are constants. Default true. */
  readonly isDeterministic?: boolean;
  eval(...values: Values): unknown;
}

/** Its calls are made for several rows at a time; rows leave in their order all the same (`table.exec.async-scalar.…`). */
export interface UserAsyncScalarFunction extends UserFunctionTypes {
  readonly kind: 'async-scalar';
  readonly isDeterministic?: boolean;
  eval(...values: Values): Promise<unknown>;
}

export interface UserTableFunction extends UserFunctionTypes {
  readonly kind: 'table';
  readonly isDeterministic?: boolean;
  /** Rows as objects by field name, or single values where the result is no ROW. */
  eval(...values: Values): Iterable<unknown>;
}

export interface UserAggregateFunction<A = any> extends UserFunctionTypes { // any: every function has an accumulator of its own
  readonly kind: 'aggregate';
  /** Of the accumulator, a ROW: what is kept in state. */
  readonly accumulator: string;
  create(): A;
  /** Changes the accumulator. */
  accumulate(accumulator: A, ...values: Values): void;
  /** Takes a row back: needed where the input is updated. */
  retract?(accumulator: A, ...values: Values): void;
  /** Adds another accumulator: needed by session windows and windows that share slices. */
  merge?(accumulator: A, other: A): void;
  getValue(accumulator: A): unknown;
}

export type UserFunction = UserScalarFunction | UserAsyncScalarFunction | UserTableFunction | UserAggregateFunction | UserTableAggregateFunction | UserProcessTableFunction;

/** @param exported what the module exports. Throws FUNCTION_INVALID where that is no function of this shape. */
export function userFunctionDefinition(name: string, identifier: string, exported: unknown): FunctionDefinition {
  const fn = checked(identifier, exported);
  if (fn.kind === 'process-table') return processTableDefinition(name, identifier, fn, (text) => typeOf(identifier, text));
  const types = fn.arguments.map((text) => typeOf(identifier, text));
  const result = typeOf(identifier, fn.result);
  const inferTypes = inference(name, types, fn.kind === 'table' || fn.kind === 'table-aggregate' ? rowOf(result) : result);
  switch (fn.kind) {
    case 'scalar': return { kind: 'scalar', name, nulls: 'called', inferTypes, bind: () => (...values) => fn.eval(...(values as Values)) ?? null, isDeterministic: fn.isDeterministic ?? true };
    case 'async-scalar': return {
      kind: 'scalar', name, nulls: 'called', inferTypes, isDeterministic: fn.isDeterministic ?? true, evalAsync: (...values: Values) => fn.eval(...values),
      bind: () => {
        throw new TableError('TABLE_NOT_SUPPORTED', `The asynchronous function '${name}' can be called in SELECT and WHERE only: call it in a query below, and use its result`);
      },
    };
    case 'table': return {
      kind: 'table', name, inferTypes, isDeterministic: fn.isDeterministic ?? true,
      bind: () => (result.kind === 'ROW' ? (...values) => fn.eval(...(values as Values)) : wrapping(fn, rowOf(result))),
    };
    case 'aggregate': return { kind: 'aggregate', name, inferTypes, bind: ({ needsRetract }) => implementation(name, identifier, fn, needsRetract) };
    case 'table-aggregate': return tableAggregateDefinition(name, identifier, fn, { accumulator: typeOf(identifier, fn.accumulator), rowType: rowOf(result), isRow: result.kind === 'ROW', inferTypes });
  }
}

/** What a function of each kind needs; others have `eval`. */
const METHODS = { aggregate: ['create', 'accumulate', 'getValue'], 'table-aggregate': ['create', 'accumulate'] } as const;

function checked(identifier: string, exported: unknown): UserFunction {
  const fn = exported as Partial<UserFunction> | undefined;
  const invalid = (problem: string): never => {
    throw new TableError('FUNCTION_INVALID', `The function '${identifier}' ${problem}`, { context: { function: identifier } });
  };
  if (typeof fn !== 'object' || fn === null) return invalid("is no export of that name: export an object with kind, arguments, result and eval");
  if (!['scalar', 'async-scalar', 'table', 'aggregate', 'table-aggregate', 'process-table'].includes(fn.kind!)) invalid(`has the kind ${JSON.stringify(fn.kind)}: give 'scalar', 'async-scalar', 'table', 'aggregate', 'table-aggregate' or 'process-table'`);
  if (fn.kind !== 'process-table' && (!Array.isArray((fn as Partial<UserScalarFunction>).arguments) || typeof fn.result !== 'string')) invalid('does not say its types: give arguments as a list of SQL types, and result as one');
  const methods = METHODS[fn.kind as keyof typeof METHODS] ?? ['eval'];
  for (const method of methods) if (typeof (fn as Record<string, unknown>)[method] !== 'function') invalid(`has no method ${method}`);
  return fn as UserFunction;
}

function typeOf(identifier: string, text: string): LogicalType {
  return convertDataType(parseDataType(text), {
    fail: (message) => {
      throw new TableError('FUNCTION_INVALID', `The function '${identifier}' has the type ${text}: ${message}`);
    },
  });
}

/** Columns of a table function: a single value is a column of its own. */
function rowOf(type: LogicalType): RowType {
  return type.kind === 'ROW' ? { ...type } : { kind: 'ROW', isNullable: false, fields: [{ name: 'EXPR$0', type }] };
}

function inference(name: string, types: readonly LogicalType[], resultType: LogicalType): (call: CallShape) => CallSignature | CallMismatch {
  const form = `${name}(${types.map(serializableTypeText).join(', ')})`;
  return ({ argumentTypes }) => {
    const fits = argumentTypes.length === types.length && argumentTypes.every((type, index) => canCastImplicitly(type, types[index]!));
    if (!fits) return { supportedForms: [form] };
    return { argumentTypes: types.map((type, index) => (type.isNullable ? withNullability(type, argumentTypes[index]!.isNullable || argumentTypes[index]!.kind === 'NULL') : type)), resultType };
  };
}

function wrapping(fn: UserTableFunction, rowType: RowType): (...values: Values) => Iterable<unknown> {
  const [key] = fieldKeys(rowType) as [string];
  return function* rows(...values: Values) {
    for (const value of fn.eval(...values)) yield { [key]: value };
  };
}

function implementation(name: string, identifier: string, fn: UserAggregateFunction, needsRetract: boolean): AggregateImplementation {
  const accumulator = typeOf(identifier, fn.accumulator);
  if (accumulator.kind !== 'ROW') throw new TableError('FUNCTION_INVALID', `The function '${identifier}' keeps ${fn.accumulator}: its accumulator must be a ROW<…>`);
  if (needsRetract && fn.retract === undefined) throw new TableError('TABLE_NOT_SUPPORTED', `Could not find an implementation method 'retract' in the function '${name}', which its input needs, for rows of it are updated`);
  return {
    accumulator: { ...accumulator, isNullable: false },
    create: () => fn.create() as unknown,
    accumulate: (stored, _views, ...values) => fn.accumulate(stored, ...(values as Values)),
    ...(fn.retract === undefined ? {} : { retract: (stored, _views, ...values) => fn.retract!(stored, ...(values as Values)) }),
    ...(fn.merge === undefined ? {} : { merge: (stored, _views, other) => fn.merge!(stored, other) }),
    getValue: (stored) => fn.getValue(stored) ?? null,
  };
}
