// Process table functions of a user's module: an export says its parameters, state and result as SQL text.
import { TableError } from '#table/errors';
import type { MadeRow, ProcessStateEntry, ProcessTableContext, ProcessTableFunctionDefinition, ProcessTableParameter } from '#table/functions/process-table-definition';
import type { LogicalType } from '#table/types/logical-type';

export interface UserTableParameter {
  readonly name: string;
  /** Row by row, or by the sets of PARTITION BY. */
  readonly table: 'row' | 'set';
  /** `ROW<a INT, b STRING>`; without it every table will do. */
  readonly type?: string;
  readonly optionalPartitionBy?: boolean;
  readonly passColumnsThrough?: boolean;
  readonly supportUpdates?: boolean;
  readonly requireUpdateBefore?: boolean;
  readonly requireOnTime?: boolean;
}

export interface UserScalarParameter {
  readonly name: string;
  readonly type: string;
  /** NULL where it is left out. */
  readonly optional?: boolean;
}

/** One entry of state per key. */
export type UserStateEntry = ({ readonly value: string } | { readonly list: string } | { /** Key and value. */ readonly map: readonly [string, string] }) & { readonly ttlMs?: number };

export interface UserProcessTableFunction {
  readonly kind: 'process-table';
  readonly parameters: readonly (UserTableParameter | UserScalarParameter)[];
  readonly result: string;
  /** What it makes; default insert-only. */
  readonly changes?: 'insert-only' | 'retract' | 'upsert';
  readonly state?: Readonly<Record<string, UserStateEntry>>;
  /** @param values by parameter: the row of the table that it came from, NULL for the others. Rows are yielded, returned as an iterable, or collected. */
  eval(context: ProcessTableContext, ...values: any[]): Iterable<MadeRow> | void; // any: values of every SQL type
  onTimer?(context: ProcessTableContext): Iterable<MadeRow> | void;
}

/** @param typeOf a SQL type of the function. Throws FUNCTION_INVALID for what cannot be. */
export function processTableDefinition(name: string, identifier: string, fn: UserProcessTableFunction, typeOf: (text: string) => LogicalType): ProcessTableFunctionDefinition {
  const invalid = (problem: string): never => { throw new TableError('FUNCTION_INVALID', `The function '${identifier}' ${problem}`, { context: { function: identifier } }); };
  if (!Array.isArray(fn.parameters) || typeof fn.result !== 'string') invalid('does not say its types: give parameters as a list, and result as a SQL type');
  const parameters = fn.parameters.map((parameter) => ('table' in parameter ? tableParameter(parameter, typeOf, invalid) : { kind: 'scalar' as const, name: parameter.name, type: typeOf(parameter.type), isOptional: parameter.optional === true }));
  const tables = parameters.filter((parameter) => parameter.kind === 'table');
  const hasSets = tables.some(({ semantics }) => semantics === 'set');
  if (tables.length === 0) invalid('takes no table: a function without one is a table function');
  if (tables.length > TABLES_MAX) invalid(`takes ${tables.length} tables: ${TABLES_MAX} at most`);
  if (tables.length > 1 && tables.some(({ semantics }) => semantics === 'row')) invalid('takes several tables: all of them need set semantics');
  if (tables.length > 1 && tables.some(({ passesColumns }) => passesColumns)) invalid('passes columns through: that is for one table only');
  if (Object.keys(fn.state ?? {}).length > 0 && !hasSets) invalid('keeps state: that is per key, so its table needs set semantics');
  if (fn.onTimer !== undefined && !hasSets) invalid('has onTimer: timers are per key, so its table needs set semantics');
  if (fn.onTimer !== undefined && tables.some(({ passesColumns }) => passesColumns)) invalid('has onTimer: a timer has no row whose columns could be passed through');
  return {
    kind: 'process-table', name, parameters, resultType: typeOf(fn.result), changes: fn.changes ?? 'insert-only', state: Object.entries(fn.state ?? {}).map(([entry, form]) => stateEntry(entry, form, typeOf)),
    evaluate: (context, ...values) => fn.eval(context, ...(values as readonly unknown[])), onTimer: fn.onTimer === undefined ? undefined : (context) => fn.onTimer!(context),
  };
}

/** Operators have two inputs at most. */
const TABLES_MAX = 2;

function tableParameter(parameter: UserTableParameter, typeOf: (text: string) => LogicalType, invalid: (problem: string) => never): ProcessTableParameter {
  const type = parameter.type === undefined ? undefined : typeOf(parameter.type);
  if (type !== undefined && type.kind !== 'ROW') return invalid(`has a table of the type ${parameter.type!}: give a ROW<…>`);
  return {
    kind: 'table', name: parameter.name, semantics: parameter.table, isPartitionOptional: parameter.optionalPartitionBy === true, passesColumns: parameter.passColumnsThrough === true,
    takesUpdates: parameter.supportUpdates === true, needsUpdateBefore: parameter.requireUpdateBefore === true, requiresOnTime: parameter.requireOnTime === true, rowType: type,
  };
}

function stateEntry(name: string, entry: UserStateEntry, typeOf: (text: string) => LogicalType): ProcessStateEntry {
  const { ttlMs } = entry;
  if ('map' in entry) return { name, form: 'map', keyType: typeOf(entry.map[0]), type: typeOf(entry.map[1]), ttlMs };
  return 'list' in entry ? { name, form: 'list', type: typeOf(entry.list), keyType: undefined, ttlMs } : { name, form: 'value', type: typeOf(entry.value), keyType: undefined, ttlMs };
}
