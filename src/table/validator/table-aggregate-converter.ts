// `SELECT keys …, f(arguments …) FROM t` where f is a table aggregate function: what the Table API's flatAggregate stands for. SQL
// itself has no such call, as in Flink.
import { castTo } from '#table/expressions/implicit-cast';
import { isMismatch } from '#table/functions/function-definition';
import type { LogicalPlan } from '#table/logical/logical-plan';
import type { Select } from '#table/parser/ast-query';
import type { LogicalField } from '#table/types/logical-type';
import { projected } from '#table/validator/plan-parts';
import { relationOf, type QueryScope } from '#table/validator/query-scope';
import { failAt } from '#table/validator/validation-error';
import type { ValidatorContext } from '#table/validator/validator-context';

/** @param names of the function's columns, where they are said. */
export function convertTableAggregate(select: Select, names: readonly string[] | undefined, context: ValidatorContext, scope: QueryScope): LogicalPlan {
  const { from, items } = select;
  const { expression: call, span } = items.at(-1)!;
  if (from?.kind !== 'table-reference' || call.kind !== 'call') return failAt(context.text, span, 'flatAggregate takes a call of a table aggregate function');
  const parts = call.function.parts.map(({ name }) => name);
  const definition = context.findTableAggregateFunction(parts);
  if (definition === undefined) return failAt(context.text, call.function.span, `'${parts.join('.')}' is no table aggregate function: flatAggregate takes a call of one`);
  const input = context.tableOf(from.table, scope, {});
  const inner = scope.withRelations([relationOf(input, from.table.parts.at(-1)!.name)]);
  const keys = items.slice(0, -1).map(({ expression }) => ({ name: expression.kind === 'column-reference' ? expression.parts.at(-1)!.name : undefined, expression: context.expression(expression, inner, {}) }));
  const values = call.arguments.map((argument) => {
    switch (argument.kind) {
      case 'named-argument': case 'table-argument': case 'model-argument': case 'descriptor': case 'default': return failAt(context.text, argument.span, `an argument of this form does not fit ${definition.name}`);
      default: return context.expression(argument, inner, {});
    }
  });
  const signature = definition.inferTypes({ argumentTypes: values.map(({ type }) => type), literals: values.map((value) => (value.kind === 'literal' ? value.value : undefined)) });
  if (isMismatch(signature)) return failAt(context.text, call.span, `Cannot apply '${definition.name}' to arguments of these types. Supported form(s): ${signature.supportedForms.join('; ')}`);
  const { fields } = definition.rowType;
  if (names !== undefined && names.length !== fields.length) return failAt(context.text, call.span, `'${definition.name}' makes ${fields.length} columns, but ${names.length} names are given: ${names.join(', ')}`);
  const columns = [
    ...keys.map(({ name, expression }, index) => ({ name: name ?? `EXPR$${index}`, expression })),
    ...values.map((value, index) => ({ name: value.kind === 'input' ? input.rowType.fields[value.index]!.name : `$f${keys.length + index}`, expression: castTo(value, signature.argumentTypes[index]!, context.timeZone) })),
  ];
  const below = projected(input, columns);
  const made: readonly LogicalField[] = fields.map(({ name, type }, index) => ({ name: names?.[index] ?? name, type }));
  return { kind: 'table-aggregate', input: below, function: definition, keyCount: keys.length, rowType: { kind: 'ROW', isNullable: false, fields: [...below.rowType.fields.slice(0, keys.length), ...made] } };
}
