// Expressions of the syntax tree as typed expressions: names resolved, operators chosen, implicit casts written out.
import { AssertionError } from '#core/assert';
import { convertAggregate, convertRankedCall } from '#table/expressions/aggregate-conversion';
import { convertCall } from '#table/expressions/call-conversion';
import type { Expression } from '#table/expressions/expression';
import { failAt, nearestAdvice, type ExpressionScope } from '#table/expressions/expression-scope';
import { castTo } from '#table/expressions/implicit-cast';
import { convertJson } from '#table/expressions/json-conversion';
import { binaryLiteral, booleanLiteral, datetimeLiteral, intervalLiteral, intervalUnitSize, nullLiteral, numericLiteral, stringLiteral, symbolLiteral } from '#table/expressions/literal-conversion';
import { binaryOperator, callOf, caseOf, isTest, logic, negate, refuseNull } from '#table/expressions/operator-conversion';
import { comparisonType } from '#table/functions/comparison-functions';
import { builtInScalar } from '#table/functions/built-in-functions';
import type * as ast from '#table/parser/ast-expression';
import type { Span } from '#table/parser/ast-node';
import { canCastExplicitly, castAdvice } from '#table/types/cast-support';
import { convertDataType, expressionIntervalType, intervalType } from '#table/types/data-type-conversion';
import { leastRestrictiveType } from '#table/types/least-restrictive-type';
import { LogicalTypes, notNull, withNullability, type LogicalType } from '#table/types/logical-type';
import { isCharacter, isInterval, isNumeric, isRow } from '#table/types/type-families';
import { operandTypeText } from '#table/types/type-text';

/** Throws TableValidationError with the place. */
export function convertExpression(node: ast.Expression, scope: ExpressionScope): Expression {
  const substitute = scope.substitute?.(node);
  if (substitute !== undefined) return substitute;
  const convert = (operand: ast.Expression): Expression => convertExpression(operand, scope);
  switch (node.kind) {
    case 'null-literal': return nullLiteral();
    case 'boolean-literal': return node.value === undefined ? nullLiteral(LogicalTypes.BOOLEAN) : booleanLiteral(node.value);
    case 'numeric-literal': return numericLiteral(node, false, scope);
    case 'string-literal': return stringLiteral(node.value);
    case 'binary-literal': return binaryLiteral(node);
    case 'datetime-literal': return datetimeLiteral(node, scope);
    case 'interval-literal': return intervalLiteral(node, scope);
    case 'interval-expression': return intervalExpression(node, scope);
    case 'datetime-difference': return datetimeDifference(node, scope);
    case 'symbol': return symbolLiteral(node.symbol);
    case 'dynamic-parameter': return failAt(scope, 'A parameter (?) may not stand here', node.span);
    case 'column-reference': return columnReference(node, scope);
    case 'star': case 'field-star': return failAt(scope, "'*' may stand in a SELECT list or as in COUNT(*) only", node.span);
    case 'field-access': return fieldAccess(convert(node.operand), node.field.name, node.span, scope);
    case 'item-access': return callOf(builtInScalar('ITEM'), [convert(node.operand), convert(node.index)], scope, node.span);
    case 'unary': return unary(node, scope);
    case 'binary': return binary(node, scope);
    case 'is': return isExpression(node, scope);
    case 'between': return between(node, scope);
    case 'in': return inExpression(node, scope);
    case 'like': return like(node, scope);
    case 'quantified-comparison': return quantified(node, scope);
    case 'case': return caseExpression(node, scope);
    case 'cast': return castExpression(node, scope);
    case 'subquery': return subquery('SCALAR', node, [], scope);
    case 'exists': return subquery('EXISTS', node, [], scope);
    case 'row': return rowConstructor(node, scope);
    case 'collection': return collection(node, scope);
    case 'collection-subquery': return subquery(node.collection, node, [], scope);
    case 'call': return convertCall(node, scope, { convert: convertExpression, aggregate: convertAggregate, ranked: convertRankedCall });
    case 'match-semantics': return failAt(scope, `${node.semantics} may stand in MATCH_RECOGNIZE only`, node.span);
    case 'json-exists': case 'json-value': case 'json-query': case 'json-object': case 'json-array': return convertJson(node, scope, convertExpression);
    default: throw new AssertionError(`an expression of the kind ${(node as { kind: string }).kind} is not known`);
  }
}

/** A BOOLEAN: WHERE, HAVING, ON. `clause` is named in the message. */
export function convertCondition(node: ast.Expression, scope: ExpressionScope): Expression {
  const condition = convertExpression(node, scope);
  if (condition.type.kind === 'NULL') return nullLiteral(LogicalTypes.BOOLEAN);
  if (condition.type.kind !== 'BOOLEAN') failAt(scope, `${scope.clause} clause must be a condition of type BOOLEAN, but is ${operandTypeText(condition.type)}`, node.span);
  return condition;
}

// ---- names

function columnReference(node: ast.ColumnReference, scope: ExpressionScope): Expression {
  const resolution = scope.resolveColumn(node.parts, node.span);
  if (resolution === undefined) {
    const name = node.parts.map((part) => part.name).join('.');
    // The one built-in constant that needs no parentheses.
    if (name.toUpperCase() === 'PI' && !node.parts[0]!.isQuoted) return callOf(builtInScalar('PI'), [], scope, node.span);
    return failAt(scope, `Column '${name}' not found in any table`, node.span, nearestAdvice(name, scope.columnNames()));
  }
  let { expression } = resolution;
  for (const part of node.parts.slice(resolution.partCount)) expression = fieldAccess(expression, part.name, part.span, scope);
  return expression;
}

function fieldAccess(operand: Expression, name: string, span: Span, scope: ExpressionScope): Expression {
  const { type } = operand;
  if (!isRow(type)) failAt(scope, `Incompatible types: '${name}' is asked of a value of type ${operandTypeText(type)}, which has no fields`, span);
  const { fields } = type as LogicalType & { readonly kind: 'ROW' };
  let index = fields.findIndex((field) => field.name === name);
  if (index < 0) index = fields.findIndex((field) => field.name.toLowerCase() === name.toLowerCase() && fields.filter((other) => other.name.toLowerCase() === name.toLowerCase()).length === 1);
  const field = fields[index];
  if (field === undefined) return failAt(scope, `Unknown field '${name}'`, span, nearestAdvice(name, fields.map((candidate) => candidate.name)));
  return { kind: 'field', operand, index, type: withNullability(field.type, field.type.isNullable || type.isNullable) };
}

// ---- operators

function unary(node: ast.UnaryExpression, scope: ExpressionScope): Expression {
  if (node.operator === '-' && node.operand.kind === 'numeric-literal') return numericLiteral(node.operand, true, scope);
  const operand = convertExpression(node.operand, scope);
  if (node.operator === 'NOT') return negate(operand, scope, node.span);
  refuseNull(operand, scope, node.span);
  return callOf(builtInScalar(`UNARY ${node.operator}`), [operand], scope, node.span, node.operator);
}

function binary(node: ast.BinaryExpression, scope: ExpressionScope): Expression {
  const left = convertExpression(node.left, scope);
  const right = convertExpression(node.right, scope);
  switch (node.operator) {
    case 'NOT MEMBER OF': return negate(binaryOperator('MEMBER OF', left, right, scope, node.span), scope, node.span);
    case 'NOT SUBMULTISET OF': return negate(binaryOperator('SUBMULTISET OF', left, right, scope, node.span), scope, node.span);
    default: return binaryOperator(node.operator, left, right, scope, node.span);
  }
}

function isExpression(node: ast.IsExpression, scope: ExpressionScope): Expression {
  const operand = convertExpression(node.operand, scope);
  const test = node.test === 'JSON' ? 'JSON VALUE' : node.test;
  return isTest(test, node.isNegated, operand, scope, node.span);
}

function between(node: ast.BetweenExpression, scope: ExpressionScope): Expression {
  const operand = convertExpression(node.operand, scope);
  const low = convertExpression(node.low, scope);
  const high = convertExpression(node.high, scope);
  const within = (from: Expression, to: Expression): Expression =>
    logic('AND', [binaryOperator('>=', operand, from, scope, node.span), binaryOperator('<=', operand, to, scope, node.span)], scope, node.span);
  const result = node.isSymmetric ? logic('OR', [within(low, high), within(high, low)], scope, node.span) : within(low, high);
  return node.isNegated ? negate(result, scope, node.span) : result;
}

const IN_AS_OR_MAX = 3;

function inExpression(node: ast.InExpression, scope: ExpressionScope): Expression {
  const operands = node.operand.kind === 'row' && !('length' in node.set) ? node.operand.elements.map((element) => convertExpression(element, scope)) : [convertExpression(node.operand, scope)];
  if (!('length' in node.set)) {
    const found = subquery('IN', { span: node.span, query: node.set }, operands, scope);
    return node.isNegated ? negate(found, scope, node.span) : found;
  }
  const result = inList(operands[0]!, node.set.map((element) => convertExpression(element, scope)), scope, node.span);
  return node.isNegated ? negate(result, scope, node.span) : result;
}

function inList(operand: Expression, elements: readonly Expression[], scope: ExpressionScope, span: Span): Expression {
  const type = leastRestrictiveType([operand.type, ...elements.map((element) => element.type)]);
  const isComparable = type !== undefined || elements.every((element) => comparisonType(operand.type, element.type) !== undefined);
  if (!isComparable) failAt(scope, 'Values passed to IN operator must have compatible types', span);
  const zone = scope.functionContext.localTimeZone;
  if (type !== undefined && elements.length > IN_AS_OR_MAX) {
    const typed = elements.map((element) => castTo(element, type, zone));
    if (typed.every((element) => element.kind === 'literal' && element.value !== null)) return callOf(builtInScalar('IN'), [castTo(operand, type, zone), ...typed], scope, span);
  }
  const tests = elements.map((element) => binaryOperator('=', operand, element, scope, span));
  return tests.length === 1 ? tests[0]! : logic('OR', tests, scope, span);
}

function like(node: ast.LikeExpression, scope: ExpressionScope): Expression {
  const operands = [node.operand, node.pattern, ...(node.escape === undefined ? [] : [node.escape])].map((operand) => convertExpression(operand, scope));
  if (node.operator === 'ILIKE') failAt(scope, 'No match found for function signature ILIKE(<CHARACTER>, <CHARACTER>)', node.span, 'Compare in one case: LOWER(a) LIKE LOWER(b).');
  const result = callOf(builtInScalar(node.operator), operands, scope, node.span);
  return node.isNegated ? negate(result, scope, node.span) : result;
}

function quantified(node: ast.QuantifiedComparison, scope: ExpressionScope): Expression {
  const operand = convertExpression(node.operand, scope);
  if (!('length' in node.set)) return subquery(node.quantifier, { span: node.span, query: node.set }, [operand], scope, node.operator);
  const tests = node.set.map((element) => binaryOperator(node.operator, operand, convertExpression(element, scope), scope, node.span));
  return tests.length === 1 ? tests[0]! : logic(node.quantifier === 'SOME' ? 'OR' : 'AND', tests, scope, node.span);
}

function caseExpression(node: ast.CaseExpression, scope: ExpressionScope): Expression {
  const operand = node.operand === undefined ? undefined : convertExpression(node.operand, scope);
  const branches = node.branches.map((branch) => {
    const tests = branch.when.map((when) => {
      const condition = convertExpression(when, scope);
      if (operand !== undefined) return binaryOperator('=', operand, condition, scope, when.span);
      if (condition.type.kind !== 'BOOLEAN') failAt(scope, 'Expected a boolean type', when.span);
      return condition;
    });
    return { condition: tests.length === 1 ? tests[0]! : logic('OR', tests, scope, branch.span), value: convertExpression(branch.result, scope) };
  });
  const otherwise = node.otherwise === undefined ? nullLiteral() : convertExpression(node.otherwise, scope);
  const values = [...branches.map((branch) => branch.value), otherwise];
  if (values.every((value) => value.type.kind === 'NULL')) failAt(scope, 'ELSE clause or at least one THEN clause must be non-NULL', node.span);
  const type = leastRestrictiveType(values.map((value) => value.type));
  if (type === undefined) return failAt(scope, 'Illegal mixing of types in CASE or COALESCE statement', node.span);
  return caseOf(branches, otherwise, type, scope);
}

function castExpression(node: ast.CastExpression, scope: ExpressionScope): Expression {
  const operand = convertExpression(node.operand, scope);
  const written = convertDataType(node.type, { fail: (message, span) => failAt(scope, message, span), ...(scope.resolveType === undefined ? {} : { resolveType: scope.resolveType }) });
  const type = expressionIntervalType(written);
  const from = operand.type;
  if (!canCastExplicitly(from, type) && !isNullOfCastable(operand, type)) {
    failAt(scope, castAdvice(from, type) ?? `Cast function cannot convert value of type ${operandTypeText(from)} to type ${operandTypeText(type)}`, node.span);
  }
  const isNullable = from.isNullable || node.isTry;
  const casted = castTo(operand, type, scope.functionContext.localTimeZone, { isTry: node.isTry });
  if (casted.kind === 'literal') return { ...casted, type: withNullability(type, isNullable) };
  return casted === operand ? { kind: 'cast', operand, isTry: node.isTry, type: withNullability(type, isNullable) } : casted;
}

/** Flink folds NULLs before it looks at these pairs. */
function isNullOfCastable(operand: Expression, type: LogicalType): boolean {
  if (operand.kind !== 'literal' || operand.value !== null) return false;
  return castAdvice(operand.type, type) !== undefined || (isCharacter(operand.type) && (isInterval(type) || type.kind === 'ARRAY'));
}

// ---- constructors

function rowConstructor(node: ast.RowConstructor, scope: ExpressionScope): Expression {
  const elements = node.elements.map((element) => convertExpression(element, scope));
  for (const [index, element] of elements.entries()) refuseNull(element, scope, node.elements[index]!.span);
  return callOf(builtInScalar('ROW'), elements, scope, node.span);
}

function collection(node: ast.CollectionConstructor, scope: ExpressionScope): Expression {
  const elements = node.elements.map((element) => convertExpression(element, scope));
  return callOf(builtInScalar(node.collection), elements, scope, node.span);
}

function intervalExpression(node: ast.IntervalExpression, scope: ExpressionScope): Expression {
  const value = convertExpression(node.value, scope);
  if (!isNumeric(value.type)) failAt(scope, `INTERVAL needs a number, but got ${operandTypeText(value.type)}`, node.span);
  const { size, isMonths } = intervalUnitSize(node.qualifier.from);
  const one: Expression = { kind: 'literal', value: size, type: notNull(isMonths ? LogicalTypes.INTERVAL_YEAR_MONTH('MONTH') : LogicalTypes.INTERVAL_DAY_TIME('SECOND', 2, 3)) };
  return callOf(builtInScalar('*'), [value, one], scope, node.span);
}

function datetimeDifference(node: ast.DatetimeDifference, scope: ExpressionScope): Expression {
  const type = notNull(expressionIntervalType(intervalType(node.qualifier)));
  const zero: Expression = { kind: 'literal', value: 0, type };
  return callOf(builtInScalar('DATETIME DIFFERENCE'), [convertExpression(node.left, scope), convertExpression(node.right, scope), zero], scope, node.span, '-');
}

function subquery(
  form: 'SCALAR' | 'EXISTS' | 'IN' | 'SOME' | 'ALL' | 'ARRAY' | 'MULTISET' | 'MAP', node: { readonly span: Span; readonly query: ast.ScalarSubquery['query'] }, operands: readonly Expression[], scope: ExpressionScope, operator?: string,
): Expression {
  if (scope.convertSubquery === undefined) return failAt(scope, `A sub-query may not stand in ${scope.clause}`, node.span);
  return scope.convertSubquery({ form, query: node.query, span: node.span, operands, ...(operator === undefined ? {} : { operator }) });
}
