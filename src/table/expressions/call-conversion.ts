// Function calls: finds the function, converts arguments, and writes out the functions that are control flow (COALESCE, IF,
// NULLIF) as CASE.
import type { Expression } from '#table/expressions/expression';
import { failAt, nearestAdvice, type ExpressionScope } from '#table/expressions/expression-scope';
import { castTo } from '#table/expressions/implicit-cast';
import { nullLiteral, symbolLiteral } from '#table/expressions/literal-conversion';
import { binaryOperator, callOf, caseOf, isTest } from '#table/expressions/operator-conversion';
import { builtInFunctionNames, findBuiltInFunction } from '#table/functions/built-in-functions';
import type { AggregateFunctionDefinition, FunctionDefinition } from '#table/functions/function-definition';
import type * as ast from '#table/parser/ast-expression';
import { canCastImplicitly } from '#table/types/cast-support';
import { leastRestrictiveType } from '#table/types/least-restrictive-type';
import { LogicalTypes, nullable, withNullability, type LogicalType } from '#table/types/logical-type';
import { familyText, operandTypeText } from '#table/types/type-text';

/** The rest of the conversion, handed in so that files do not import each other in a circle. */
export interface ConversionParts {
  readonly convert: (node: ast.Expression, scope: ExpressionScope) => Expression;
  readonly aggregate: (node: ast.CallExpression, definition: AggregateFunctionDefinition, scope: ExpressionScope, parts: ConversionParts) => Expression;
  readonly ranked: (node: ast.CallExpression, definition: AggregateFunctionDefinition, scope: ExpressionScope, parts: ConversionParts) => Expression;
}

/** They say which grouping set a row is of: queries that group give them their meaning before a function is looked for. */
const GROUP_CALLS = new Set(['GROUPING', 'GROUPING_ID', 'GROUP_ID']);

export function convertCall(node: ast.CallExpression, scope: ExpressionScope, parts: ConversionParts): Expression {
  const special = scope.convertCall?.(node);
  if (special !== undefined) return special;
  const path = node.function.parts.map((part) => part.name);
  const name = path.at(-1)!.toUpperCase();
  const controlled = path.length === 1 ? CONTROL_FLOW[name]?.(node, scope, parts) : undefined;
  if (controlled !== undefined) return controlled;
  const definition = findFunction(path, scope);
  if (definition?.kind === 'aggregate') return parts.aggregate(node, definition, scope, parts);
  const operands = node.arguments.map((argument) => convertArgument(argument, scope, parts));
  // USER, CURRENT_USER and others that SQL calls without parentheses: where there is no such function, a column may have the name.
  if (definition === undefined && node.syntax === 'niladic') return parts.convert({ kind: 'column-reference', span: node.span, parts: node.function.parts }, scope);
  if (definition === undefined) {
    if (path.length === 1 && GROUP_CALLS.has(name)) return failAt(scope, `${name} operator may only occur in an aggregate query`, node.span);
    const signature = `${path.join('.')}(${operands.map((operand) => `<${familyText(operand.type)}>`).join(', ')})`;
    return failAt(scope, `No match found for function signature ${signature}`, node.span, nearestAdvice(path.join('.'), [...builtInFunctionNames(), ...(scope.functionNames?.() ?? [])]));
  }
  if (definition.kind === 'table') return failAt(scope, `'${definition.name}' is a table function: call it in FROM, as in LATERAL TABLE(${definition.name}(…))`, node.span);
  if (definition.kind === 'table-aggregate') return failAt(scope, `'${definition.name}' is a table aggregate function: it can be called in flatAggregate of the Table API only`, node.span);
  if (definition.kind === 'process-table') return failAt(scope, `'${definition.name}' is a process table function: call it in FROM, as in ${definition.name}(TABLE t PARTITION BY k)`, node.span);
  if (node.over !== undefined) return failAt(scope, `OVER must be applied to an aggregate function, but '${definition.name}' is none`, node.span);
  if (node.quantifier === 'DISTINCT' || node.filter !== undefined) return failAt(scope, `DISTINCT and FILTER are for aggregate functions, but '${definition.name}' is none`, node.span);
  return callOf(definition, operands, scope, node.span);
}

function findFunction(path: readonly string[], scope: ExpressionScope): FunctionDefinition | undefined {
  return (path.length === 1 ? findBuiltInFunction(path[0]!) : undefined) ?? scope.findFunction?.(path);
}

export function convertArgument(argument: ast.CallArgument, scope: ExpressionScope, parts: ConversionParts): Expression {
  switch (argument.kind) {
    case 'named-argument': return convertArgument(argument.value, scope, parts);
    case 'table-argument': case 'model-argument': case 'descriptor': case 'default':
      return failAt(scope, 'A table, model, descriptor or DEFAULT may be an argument of a table function only', argument.span);
    case 'symbol': return symbolLiteral(argument.symbol);
    default: return parts.convert(argument, scope);
  }
}

type ControlFlow = (node: ast.CallExpression, scope: ExpressionScope, parts: ConversionParts) => Expression | undefined;

const CONTROL_FLOW: Readonly<Record<string, ControlFlow>> = { COALESCE: coalesce, IFNULL: ifNull, NULLIF: nullIf, IF: ifThenElse };

function argumentsOf(node: ast.CallExpression, scope: ExpressionScope, parts: ConversionParts): readonly Expression[] {
  return node.arguments.map((argument) => convertArgument(argument, scope, parts));
}

function coalesce(node: ast.CallExpression, scope: ExpressionScope, parts: ConversionParts): Expression {
  const operands = argumentsOf(node, scope, parts);
  const typed = operands.filter((operand) => operand.type.kind !== 'NULL');
  if (operands.length === 0) return failAt(scope, "Invalid number of arguments to function 'COALESCE'. Was expecting 1 arguments or more", node.span);
  if (typed.length === 0) return failAt(scope, "Illegal use of 'NULL'", node.span);
  const type = leastRestrictiveType(typed.map((operand) => operand.type));
  if (type === undefined) return failAt(scope, `Invalid input arguments. COALESCE needs values of one type, but got ${typed.map((operand) => operandTypeText(operand.type)).join(', ')}`, node.span);
  return firstNotNull(typed, withNullability(type, typed.every((operand) => operand.type.isNullable)), node, scope);
}

function firstNotNull(operands: readonly Expression[], type: LogicalType, node: ast.CallExpression, scope: ExpressionScope): Expression {
  // What stands behind an operand that is never NULL is not reached.
  const last = operands.findIndex((operand) => !operand.type.isNullable);
  const reached = last < 0 ? operands : operands.slice(0, last + 1);
  const branches = reached.slice(0, -1).map((value) => ({ condition: isTest('NULL', true, value, scope, node.span), value }));
  return branches.length === 0 ? castTo(reached[0]!, type, scope.functionContext.localTimeZone) : caseOf(branches, reached.at(-1)!, type, scope);
}

/** IFNULL(input, replacement): of the type of the input where the replacement fits into it. */
function ifNull(node: ast.CallExpression, scope: ExpressionScope, parts: ConversionParts): Expression | undefined {
  const operands = argumentsOf(node, scope, parts);
  const [input, replacement] = operands;
  if (operands.length !== 2 || input === undefined || replacement === undefined) return failAt(scope, "Invalid number of arguments to function 'IFNULL'. Was expecting 2 arguments", node.span);
  if (input.type.kind === 'NULL' && replacement.type.kind === 'NULL') return failAt(scope, "Illegal use of 'NULL'", node.span);
  const common = leastRestrictiveType([input.type, replacement.type]);
  if (common !== undefined && !input.type.isNullable) return input;
  if (common === undefined) return failAt(scope, `Invalid input arguments. IFNULL needs values of one type, but got ${operandTypeText(input.type)} and ${operandTypeText(replacement.type)}`, node.span);
  return firstNotNull(operands, withNullability(common, input.type.isNullable && replacement.type.isNullable), node, scope);
}

function nullIf(node: ast.CallExpression, scope: ExpressionScope, parts: ConversionParts): Expression {
  const operands = argumentsOf(node, scope, parts);
  const [value, other] = operands;
  if (operands.length !== 2 || value === undefined || other === undefined) return failAt(scope, "Invalid number of arguments to function 'NULLIF'. Was expecting 2 arguments", node.span);
  const condition = binaryOperator('=', value, other, scope, node.span);
  return caseOf([{ condition, value: nullLiteral(value.type) }], value, nullable(value.type), scope);
}

function ifThenElse(node: ast.CallExpression, scope: ExpressionScope, parts: ConversionParts): Expression {
  const operands = argumentsOf(node, scope, parts);
  const [condition, yes, no] = operands;
  const type = yes === undefined || no === undefined ? undefined : leastRestrictiveType([yes.type, no.type]);
  if (operands.length !== 3 || condition === undefined || yes === undefined || no === undefined || type === undefined || type.kind === 'NULL' || !canCastImplicitly(condition.type, { kind: 'BOOLEAN', isNullable: true })) {
    const types = operands.map((operand) => `<${operandTypeText(operand.type)}>`).join(', ');
    return failAt(scope, `Cannot apply 'IF' to arguments of type 'IF(${types})'. Supported form(s): 'IF(<BOOLEAN>, <ANY>, <ANY>)' with values of one type`, node.span);
  }
  return caseOf([{ condition: condition.type.kind === 'NULL' ? nullLiteral(LogicalTypes.BOOLEAN) : condition, value: yes }], no, withNullability(type, type.isNullable || condition.type.isNullable), scope);
}
