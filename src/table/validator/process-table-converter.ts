// Calls of process table functions in FROM: tables with PARTITION BY and ORDER BY, constants, and the arguments that every such call
// has, `on_time => DESCRIPTOR(column)` and `uid => 'name'`. Columns of the result: those passed through, the function's, `rowtime`.
import { castTo } from '#table/expressions/implicit-cast';
import { isTableParameter, type ProcessScalarParameter, type ProcessTableFunctionDefinition, type ProcessTableParameter } from '#table/functions/process-table-definition';
import type { LogicalPlan, ProcessTableInput } from '#table/logical/logical-plan';
import type { CallArgument, CallExpression, TableArgument } from '#table/parser/ast-expression';
import { canCastImplicitly } from '#table/types/cast-support';
import { notNull, nullable, type LogicalField } from '#table/types/logical-type';
import { castInput, sortKeyOf } from '#table/validator/plan-parts';
import { relationOf, type QueryScope } from '#table/validator/query-scope';
import { tableArgumentOf } from '#table/validator/table-argument';
import { failAt } from '#table/validator/validation-error';
import type { ValidatorContext } from '#table/validator/validator-context';

const ON_TIME = 'on_time';
const UID = 'uid';

export function convertProcessTable(definition: ProcessTableFunctionDefinition, call: CallExpression, context: ValidatorContext, scope: QueryScope): LogicalPlan {
  const given = argumentsOf(definition, call, context);
  const onTime = given.get(ON_TIME);
  const inputs = definition.parameters.filter(isTableParameter).map((parameter) => tableOf(parameter, given.get(parameter.name), onTime, definition, call, context, scope));
  const [first, ...others] = inputs;
  for (const other of others) {
    if (other.partitionColumns.length !== first!.partitionColumns.length) failAt(context.text, call.span, `The PARTITION BY clauses of all tables of '${definition.name}' must have the same number of columns`);
    const differs = other.partitionColumns.findIndex((column, index) => JSON.stringify(nullable(other.input.rowType.fields[column]!.type)) !== JSON.stringify(nullable(first!.input.rowType.fields[first!.partitionColumns[index]!]!.type)));
    if (differs >= 0) failAt(context.text, call.span, `The PARTITION BY clauses of all tables of '${definition.name}' must have the same types, but those of column ${differs + 1} differ`);
  }
  const scalars = definition.parameters.map((parameter) => (isTableParameter(parameter) ? undefined : scalarOf(parameter, given.get(parameter.name), definition, call, context, scope)));
  const uid = given.get(UID);
  if (uid !== undefined && uid.kind !== 'string-literal') failAt(context.text, uid.span, `the argument 'uid' of '${definition.name}' is a text`);
  const { resultType } = definition;
  const passed = inputs.flatMap(({ input, partitionColumns, parameter }) => (parameter.passesColumns ? input.rowType.fields : partitionColumns.map((column) => input.rowType.fields[column]!)));
  const made: readonly LogicalField[] = resultType.kind === 'ROW' ? resultType.fields : [{ name: 'EXPR$0', type: resultType }];
  const timed = inputs.find(({ timeColumn }) => timeColumn !== undefined);
  const time = timed === undefined ? [] : [{ name: 'rowtime', type: notNull(timed.input.rowType.fields[timed.timeColumn!]!.type) }];
  return { kind: 'process-table', name: definition.name, function: definition, inputs, scalars: { values: scalars }, rowType: { kind: 'ROW', isNullable: false, fields: uniqueNames([...passed, ...made, ...time]) } };
}

/** By position or by name. */
function argumentsOf(definition: ProcessTableFunctionDefinition, call: CallExpression, context: ValidatorContext): ReadonlyMap<string, CallArgument> {
  const names = [...definition.parameters.map(({ name }) => name), ON_TIME, UID];
  const given = new Map<string, CallArgument>();
  call.arguments.forEach((argument, index) => {
    if (argument.kind === 'default') return;
    const written = argument.kind === 'named-argument' ? argument.name.name : names[index];
    const name = names.find((known) => known === written) ?? failAt(context.text, argument.span, `Invalid call to '${definition.name}'. It has no argument ${written === undefined ? `number ${index + 1}` : `'${written}'`}; its arguments are ${names.join(', ')}`);
    if (given.has(name)) failAt(context.text, argument.span, `Invalid call to '${definition.name}'. The argument '${name}' is given twice`);
    given.set(name, argument.kind === 'named-argument' ? argument.value : argument);
  });
  return given;
}

function tableOf(parameter: ProcessTableParameter, given: CallArgument | undefined, onTime: CallArgument | undefined, definition: ProcessTableFunctionDefinition, call: CallExpression, context: ValidatorContext, scope: QueryScope): ProcessTableInput {
  const what = `Table argument '${parameter.name}' of '${definition.name}'`;
  const argument = tableArgumentOf(given) ?? failAt(context.text, given?.span ?? call.span, `${what} is missing: give TABLE t, or TABLE (SELECT …)`);
  const found = argument.table.kind === 'query' ? context.query(argument.table, scope) : context.tableOf(argument.table, scope, {});
  const input = parameter.rowType === undefined ? found : typedInput(parameter, found, argument, what, context);
  const inner = scope.withRelations([relationOf(found, argument.table.kind === 'query' ? undefined : argument.table.parts.at(-1)!.name)]);
  if (parameter.semantics === 'row' && (argument.partitionBy.length > 0 || argument.orderBy.length > 0)) failAt(context.text, argument.span, `Only tables with set semantics may be partitioned or ordered. Invalid PARTITION BY or ORDER BY clause: ${what} has row semantics`);
  if (parameter.semantics === 'set' && argument.partitionBy.length === 0 && !parameter.isPartitionOptional) failAt(context.text, argument.span, `${what} requires a PARTITION BY clause for parallel processing.`);
  const partitionColumns = argument.partitionBy.map((node) => {
    const column = context.expression(node, inner, {});
    return column.kind === 'input' ? column.index : failAt(context.text, node.span, 'PARTITION BY of a table argument takes columns');
  });
  const timeColumn = timeOf(onTime, input, call, context);
  if (timeColumn === undefined && parameter.requiresOnTime) failAt(context.text, call.span, `${what} requires a time attribute: give on_time => DESCRIPTOR(column)`);
  const orderBy = argument.orderBy.map((item) => sortKeyOf(context.expression(item.expression, inner, {}), item, context));
  const [order] = orderBy;
  if (order !== undefined && (order.expression.kind !== 'input' || !isRowtime(input, order.expression.index) || !order.isAscending)) failAt(context.text, argument.span, `${what} is ordered by a watermarked column first, ascending`);
  return { name: parameter.name, parameter, input, partitionColumns, orderBy, timeColumn };
}

const isRowtime = (plan: LogicalPlan, column: number): boolean => {
  const { type } = plan.rowType.fields[column]!;
  return (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') && type.time === 'rowtime';
};

/** Of the columns that DESCRIPTOR names the one that the table has. */
function timeOf(onTime: CallArgument | undefined, input: LogicalPlan, call: CallExpression, context: ValidatorContext): number | undefined {
  if (onTime === undefined) return undefined;
  if (onTime.kind !== 'descriptor' || onTime.columns.length === 0) return failAt(context.text, onTime.span, "the argument 'on_time' is DESCRIPTOR(column)");
  const names = onTime.columns.map(({ name }) => name.name);
  const column = input.rowType.fields.findIndex(({ name }) => names.includes(name));
  if (column < 0) failAt(context.text, onTime.span, `The column '${names.join("', '")}' of 'on_time' is none of the table: ${input.rowType.fields.map(({ name }) => name).join(', ')}`);
  if (!isRowtime(input, column)) failAt(context.text, call.span, `Unsupported data type for time attribute. The \`on_time\` argument must reference a TIMESTAMP or TIMESTAMP_LTZ column (up to precision 3) with a watermark, but '${input.rowType.fields[column]!.name}' has none`);
  return column;
}

function typedInput({ rowType }: ProcessTableParameter, found: LogicalPlan, argument: TableArgument, what: string, context: ValidatorContext): LogicalPlan {
  const wanted = rowType!.fields;
  const { fields } = found.rowType;
  const fits = fields.length === wanted.length && fields.every(({ type }, index) => canCastImplicitly(type, wanted[index]!.type));
  if (!fits) failAt(context.text, argument.span, `${what} has the columns (${wanted.map(({ name }) => name).join(', ')}), but the given table has (${fields.map(({ name }) => name).join(', ')}), or their types do not fit`);
  // The columns keep their time attributes.
  return castInput(found, { ...found.rowType, fields: wanted.map(({ name, type }, index) => ({ name, type: type.kind === fields[index]!.type.kind ? fields[index]!.type : type })) }, context.timeZone);
}

function scalarOf(parameter: ProcessScalarParameter, argument: CallArgument | undefined, definition: ProcessTableFunctionDefinition, call: CallExpression, context: ValidatorContext, scope: QueryScope): unknown {
  if (argument === undefined) return parameter.isOptional ? null : failAt(context.text, call.span, `Invalid call to '${definition.name}'. The argument '${parameter.name}' is missing`);
  const isExpression = argument.kind !== 'table-argument' && argument.kind !== 'model-argument' && argument.kind !== 'descriptor' && argument.kind !== 'default' && argument.kind !== 'named-argument';
  const value = isExpression ? context.expression(argument, scope, {}) : failAt(context.text, argument.span, `The argument '${parameter.name}' of '${definition.name}' is a value`);
  if (!canCastImplicitly(value.type, parameter.type)) failAt(context.text, argument.span, `Invalid call to '${definition.name}'. The argument '${parameter.name}' is of another type`);
  const reduced = context.reduce(castTo(value, parameter.type, context.timeZone));
  return reduced.kind === 'literal' ? reduced.value : failAt(context.text, argument.span, `The argument '${parameter.name}' of '${definition.name}' is a constant`);
}

/** A name that is taken gets a number behind it. */
function uniqueNames(fields: readonly LogicalField[]): readonly LogicalField[] {
  const taken = new Set<string>();
  return fields.map((field) => {
    let { name } = field;
    for (let n = 0; taken.has(name); n++) name = `${field.name}${n}`;
    taken.add(name);
    return { ...field, name };
  });
}
