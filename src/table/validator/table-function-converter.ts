// Calls in FROM: the windowing functions TUMBLE, HOP, CUMULATE and SESSION over a table, and other table functions.
import type { CallArgument, CallExpression } from '#table/parser/ast-expression';
import type { Expression } from '#table/expressions/expression';
import { tableRowType } from '#table/catalog/resolved-table';
import { savepointMetadataTable } from '#table/factories/savepoint-metadata';
import { castTo } from '#table/expressions/implicit-cast';
import { isMismatch } from '#table/functions/function-definition';
import type { LogicalPlan, WindowSpec } from '#table/logical/logical-plan';
import { LogicalTypes, notNull, type LogicalField, type LogicalType } from '#table/types/logical-type';
import { convertChangelogFunction, isChangelogFunction } from '#table/validator/changelog-function-converter';
import { argumentsByName } from '#table/validator/named-arguments';
import { convertProcessTable } from '#table/validator/process-table-converter';
import { relationOf, type QueryScope } from '#table/validator/query-scope';
import { tableArgumentOf } from '#table/validator/table-argument';
import { failAt } from '#table/validator/validation-error';
import type { ValidatorContext } from '#table/validator/validator-context';

/** Names of the parameters of each windowing function, in order; DATA and TIMECOL first. */
const PARAMETERS = {
  TUMBLE: ['SIZE', 'OFFSET'], HOP: ['SLIDE', 'SIZE', 'OFFSET'], CUMULATE: ['STEP', 'SIZE', 'OFFSET'], SESSION: ['GAP'],
} as const;

type WindowingName = keyof typeof PARAMETERS;

export function convertTableFunction(call: CallExpression, context: ValidatorContext, scope: QueryScope): LogicalPlan {
  const parts = call.function.parts.map(({ name }) => name);
  const name = parts.at(-1)!.toUpperCase();
  if (parts.length === 1 && name in PARAMETERS) return convertWindowing(name as WindowingName, call, context, scope);
  if (parts.length === 1 && isChangelogFunction(name)) return convertChangelogFunction(name, call, context, scope);
  if (parts.length === 1 && name === 'SAVEPOINT_METADATA') return convertSavepointMetadata(call, context);
  const process = context.findProcessTableFunction(parts);
  if (process !== undefined) return convertProcessTable(process, call, context, scope);
  const definition = context.findTableFunction(parts);
  if (definition === undefined) failAt(context.text, call.function.span, `No match found for function signature ${parts.join('.')}`);
  const values = call.arguments.map((argument) => convertArgument(argument, call, context, scope));
  const signature = definition.inferTypes({ argumentTypes: values.map(({ type }) => type), literals: values.map((value) => (value.kind === 'literal' ? value.value : undefined)) });
  if (isMismatch(signature)) failAt(context.text, call.span, `Cannot apply '${parts.join('.')}' to arguments of these types. Supported form(s): ${signature.supportedForms.join('; ')}`);
  const { resultType } = signature;
  const fields: readonly LogicalField[] = resultType.kind === 'ROW' ? resultType.fields : [{ name: 'EXPR$0', type: resultType }];
  return {
    kind: 'table-function', function: definition, arguments: values.map((value, index) => castTo(value, signature.argumentTypes[index]!, context.timeZone)),
    rowType: { kind: 'ROW', isNullable: false, fields },
  };
}

/** Of the module `state`: a table by itself, whose path is known before it runs. */
function convertSavepointMetadata(call: CallExpression, context: ValidatorContext): LogicalPlan {
  if (!context.hasModule('state')) failAt(context.text, call.function.span, 'No match found for function signature savepoint_metadata: it is in the module state, LOAD MODULE state');
  const [path, ...others] = call.arguments;
  if (path?.kind !== 'string-literal' || others.length > 0) failAt(context.text, call.span, "Cannot apply 'savepoint_metadata' to arguments of these types. Supported form(s): savepoint_metadata('path of a checkpoint or savepoint')");
  const table = savepointMetadataTable(path.value);
  return { kind: 'scan', table, optionHints: {}, rowType: tableRowType(table.schema) };
}

function convertArgument(argument: CallArgument, call: CallExpression, context: ValidatorContext, scope: QueryScope): Expression {
  switch (argument.kind) {
    case 'named-argument': case 'table-argument': case 'model-argument': case 'descriptor': case 'default':
      return failAt(context.text, argument.span, `an argument of this form does not fit ${call.function.parts.map(({ name }) => name).join('.')}`);
    default: return context.expression(argument, scope, {});
  }
}

interface WindowArguments {
  readonly data: CallArgument;
  readonly time: CallArgument;
  readonly others: ReadonlyMap<string, CallArgument>;
}

function convertWindowing(window: WindowingName, call: CallExpression, context: ValidatorContext, scope: QueryScope): LogicalPlan {
  const { data: first, time, others } = argumentsOf(window, call, context);
  const data = tableArgumentOf(first) ?? failAt(context.text, first.span, `the first argument of ${window} is a table: TABLE t, or TABLE (SELECT …)`);
  const input = data.table.kind === 'query' ? context.query(data.table, scope) : context.tableOf(data.table, scope, {});
  if (time.kind !== 'descriptor' || time.columns.length !== 1) return failAt(context.text, time.span, `the second argument of ${window} is DESCRIPTOR(time column)`);
  const timeColumn = input.rowType.fields.findIndex(({ name }) => name === time.columns[0]!.name.name);
  if (timeColumn < 0) failAt(context.text, time.span, `Unknown identifier '${time.columns[0]!.name.name}'`);
  const timeType = input.rowType.fields[timeColumn]!.type;
  const isTimeType = timeType.kind === 'TIMESTAMP' || timeType.kind === 'TIMESTAMP_LTZ';
  const isTime = isTimeType && (timeType.time !== 'regular' || context.isBatch);
  if (!isTime) failAt(context.text, time.span, `The window function requires the timecol is a time attribute type, but is ${timeType.kind}`);
  const interval = (name: string, fallback?: number): number => {
    const argument = others.get(name);
    if (argument === undefined) return fallback ?? failAt(context.text, call.span, `${window} lacks ${name}`);
    return intervalMs(argument, name, window, context, scope);
  };
  const partitionColumns = data.partitionBy.map((node) => {
    const column = context.expression(node, scope.withRelations([relationOf(input, data.table.kind === 'query' ? undefined : data.table.parts.at(-1)!.name)]), {});
    return column.kind === 'input' ? column.index : failAt(context.text, node.span, 'PARTITION BY of a table argument takes columns');
  });
  const sizeMs = interval(window === 'SESSION' ? 'GAP' : 'SIZE');
  const spec: WindowSpec = {
    window, timeColumn, isRowtime: timeType.time !== 'proctime', sizeMs, offsetMs: interval('OFFSET', 0), partitionColumns,
    slideMs: window === 'HOP' ? interval('SLIDE') : window === 'CUMULATE' ? interval('STEP') : sizeMs,
  };
  checkSpec(spec, call, context);
  return { kind: 'window-table', input, spec, rowType: { kind: 'ROW', isNullable: false, fields: [...input.rowType.fields, ...windowFields(timeType)] } };
}

/** window_start and window_end are plain timestamps, window_time is the time attribute that goes on. */
export function windowFields(timeType: LogicalType): readonly LogicalField[] {
  const plain = notNull(LogicalTypes.TIMESTAMP(3));
  return [{ name: 'window_start', type: plain }, { name: 'window_end', type: plain }, { name: 'window_time', type: notNull(timeType) }];
}

/** By position, or all by name. */
function argumentsOf(window: WindowingName, call: CallExpression, context: ValidatorContext): WindowArguments {
  const byName = argumentsByName(window, ['DATA', 'TIMECOL', ...PARAMETERS[window]], call, context.text);
  const data = byName.get('DATA') ?? failAt(context.text, call.span, `${window} lacks its table`);
  const time = byName.get('TIMECOL') ?? failAt(context.text, call.span, `${window} lacks its time column`);
  return { data, time, others: byName };
}

/** A literal of a day-time interval, in ms. Throws at the argument. */
export function intervalMs(argument: CallArgument, name: string, window: string, context: ValidatorContext, scope: QueryScope): number {
  if (argument.kind !== 'descriptor' && argument.kind !== 'default' && argument.kind !== 'named-argument' && argument.kind !== 'table-argument' && argument.kind !== 'model-argument') {
    const value = context.reduce(context.expression(argument, scope, {}));
    if (value.kind === 'literal' && value.type.kind === 'INTERVAL_DAY_TIME') return value.value as number;
  }
  return failAt(context.text, argument.span, `${name} of ${window} is a constant interval of days to seconds`);
}

function checkSpec({ window, sizeMs, slideMs, offsetMs }: WindowSpec, call: CallExpression, context: ValidatorContext): void {
  if (sizeMs <= 0 || slideMs <= 0) failAt(context.text, call.span, `${window} table function based aggregate requires size, slide and step to be positive, but got size ${sizeMs} ms and slide ${slideMs} ms`);
  if (window === 'CUMULATE' && sizeMs % slideMs !== 0) failAt(context.text, call.span, `CUMULATE table function based aggregate requires maxSize must be an integral multiple of step, but got maxSize ${sizeMs} ms and step ${slideMs} ms`);
  if (Math.abs(offsetMs) >= slideMs && window !== 'CUMULATE' && Math.abs(offsetMs) >= sizeMs) failAt(context.text, call.span, `${window} requires an offset smaller than its size, but got ${offsetMs} ms`);
}
