// Calls of aggregate functions: plain ones in grouped queries, and ones with OVER.
import type { AggregateExpression, Expression, SortKey } from '#table/expressions/expression';
import { convertArgument, type ConversionParts } from '#table/expressions/call-conversion';
import { failAt, type ExpressionScope } from '#table/expressions/expression-scope';
import { castTo } from '#table/expressions/implicit-cast';
import { refuseCall, shapeOf } from '#table/expressions/operator-conversion';
import { overWindow, windowOf } from '#table/expressions/over-window-conversion';
import { isMismatch, type AggregateFunctionDefinition } from '#table/functions/function-definition';
import { summaryTypeText } from '#table/types/type-text';
import type { LogicalType } from '#table/types/logical-type';
import { isSortable } from '#table/values/value-equality';
import type * as ast from '#table/parser/ast-expression';
import type { SortItem, WindowSpecification } from '#table/parser/ast-query';

export function convertAggregate(node: ast.CallExpression, definition: AggregateFunctionDefinition, scope: ExpressionScope, parts: ConversionParts): Expression {
  if (node.over !== undefined) return convertRankedCall(node, definition, scope, parts);
  if (definition.isOverOnly === true) return failAt(scope, `OVER clause is necessary for window functions: '${definition.name}' has none`, node.span);
  if (!scope.allowsAggregates) return failAt(scope, `Aggregate expression is illegal in ${scope.clause} clause: '${definition.name}'`, node.span);
  const { call, type } = aggregateCall(node, definition, scope, parts);
  return { kind: 'aggregate', call, type };
}

/** With OVER. */
export function convertRankedCall(node: ast.CallExpression, definition: AggregateFunctionDefinition, scope: ExpressionScope, parts: ConversionParts): Expression {
  if (!scope.allowsOver) return failAt(scope, `Windowed aggregate expression is illegal in ${scope.clause} clause: '${definition.name}'`, node.span);
  const { call, type } = aggregateCall(node, definition, scope, parts);
  const window = overWindow(windowOf(node, scope), definition, scope, parts, (item, inner) => sortKey(item, inner, parts));
  return { kind: 'over', call, window, type };
}

function aggregateCall(node: ast.CallExpression, definition: AggregateFunctionDefinition, scope: ExpressionScope, parts: ConversionParts): { readonly call: AggregateExpression; readonly type: Expression['type'] } {
  const inner: ExpressionScope = { ...scope, allowsAggregates: scope.allowsAggregates && node.over !== undefined, allowsOver: false, clause: `the arguments of ${definition.name}` };
  const written = node.arguments.length === 1 && node.arguments[0]!.kind === 'star' ? [] : node.arguments;
  const operands = written.map((argument) => convertArgument(argument, inner, parts));
  const mayBeEmpty = node.over === undefined ? scope.isGlobalAggregate === true : isEmptyNowAndThen(windowOf(node, scope).frame);
  const isGlobalAggregate = node.filter !== undefined || mayBeEmpty;
  const signature = definition.inferTypes({ ...shapeOf(operands), isGlobalAggregate });
  if (isMismatch(signature)) return refuseCall(signature, definition.name, operands, scope, node.span);
  const order = node.withinGroup?.[0] ?? node.orderBy[0];
  if (order !== undefined) return failAt(scope, `ORDER BY within the aggregate '${definition.name}' is not supported`, order.expression.span, 'Leave it out, and order the result, with ARRAY_SORT for one.');
  const zone = scope.functionContext.localTimeZone;
  const filter = node.filter === undefined ? undefined : parts.convert(node.filter, inner);
  if (filter !== undefined && filter.type.kind !== 'BOOLEAN') return failAt(scope, 'FILTER needs a condition of type BOOLEAN', node.filter!.span);
  const call: AggregateExpression = {
    function: definition,
    arguments: operands.map((operand, index) => castTo(operand, signature.argumentTypes[index]!, zone)),
    isDistinct: node.quantifier === 'DISTINCT',
    filter,
    orderBy: [...(node.withinGroup ?? []), ...node.orderBy].map((item) => sortKey(item, inner, parts)),
    ...(node.nullTreatment === undefined ? {} : { nullTreatment: node.nullTreatment === 'IGNORE NULLS' ? 'IGNORE' as const : 'RESPECT' as const }),
  };
  return { call, type: signature.resultType };
}

/** A frame that leaves its own row out: at the end of a partition, or at its start, nothing is in it. */
const isEmptyNowAndThen = (frame: WindowSpecification['frame']): boolean => frame?.start.bound === 'FOLLOWING' || frame?.end?.bound === 'PRECEDING';

/** Flink's words. */
export const unsortable = (type: LogicalType): string => `Type(${summaryTypeText(type)}) is not an orderable data type, it is not supported as a ORDER_BY/GROUP_BY/JOIN_EQUAL field.`;

/** NULLs are the least values: first when ascending, last when descending. */
export function sortKey(item: SortItem, scope: ExpressionScope, parts: Pick<ConversionParts, 'convert'>): SortKey {
  const isAscending = item.direction !== 'DESC';
  const expression = parts.convert(item.expression, scope);
  if (!isSortable(expression.type)) return failAt(scope, unsortable(expression.type), item.expression.span);
  return { expression, isAscending, isNullsFirst: item.nulls === undefined ? isAscending : item.nulls === 'FIRST' };
}
