// Typed operators: finds the definition of an operator, types it, writes implicit casts; logic and comparisons.
import { castForComparison, castTo } from '#table/expressions/implicit-cast';
import type { Expression } from '#table/expressions/expression';
import { failAt, type ExpressionScope } from '#table/expressions/expression-scope';
import { nullLiteral } from '#table/expressions/literal-conversion';
import { builtInScalar, findBuiltInFunction } from '#table/functions/built-in-functions';
import { isMismatch, type CallMismatch, type CallShape, type ScalarFunctionDefinition } from '#table/functions/function-definition';
import type { Span } from '#table/parser/ast-node';
import { LogicalTypes, withNullability, type LogicalType } from '#table/types/logical-type';
import { isDatetime, isInterval } from '#table/types/type-families';
import { operandTypeText } from '#table/types/type-text';

export const shapeOf = (operands: readonly Expression[]): CallShape => ({
  argumentTypes: operands.map((operand) => operand.type),
  literals: operands.map((operand) => (operand.kind === 'literal' ? operand.value : undefined)),
});

/** A typed call with its implicit casts. `shown` is how the operator or function is named in messages. */
export function callOf(definition: ScalarFunctionDefinition, operands: readonly Expression[], scope: ExpressionScope, span: Span, shown: string = definition.name): Expression {
  const signature = definition.inferTypes(shapeOf(operands));
  if (isMismatch(signature)) return refuseCall(signature, shown, operands, scope, span);
  const zone = scope.functionContext.localTimeZone;
  const cast = COMPARISONS.has(definition.name) ? castForComparison : castTo;
  const casted = operands.map((operand, index) => cast(operand, signature.argumentTypes[index]!, zone));
  const isMadeNullable = definition.nulls === 'strict' && casted.some((operand) => operand.type.isNullable) && COMPARISONS.has(definition.name);
  return { kind: 'call', function: definition, arguments: casted, type: isMadeNullable ? withNullability(signature.resultType, true) : signature.resultType };
}

const COMPARISONS = new Set(['=', '<>', '<', '<=', '>', '>=']);

const INFIX = /^(?:[-+*/%=<>|]+|(?:SUB)?MULTISET .*|AND|OR|LIKE|OVERLAPS|IS .*)$/;

export function refuseCall(mismatch: CallMismatch, shown: string, operands: readonly Expression[], scope: ExpressionScope, span: Span): never {
  const types = operands.map((operand) => `<${operandTypeText(operand.type)}>`);
  const written = INFIX.test(shown) && types.length === 2 ? `${types[0]} ${shown} ${types[1]}` : `${shown}(${types.join(', ')})`;
  const forms = mismatch.supportedForms.map((form) => (form.startsWith("'") ? form : `'${form}'`)).join(' ');
  const problem = mismatch.reason !== undefined && mismatch.supportedForms.length === 0
    ? `Invalid function call: ${shown}(${types.join(', ')}): ${mismatch.reason.replace(/\.$/, '')}`
    : `Cannot apply '${shown}' to arguments of type '${written}'. Supported form(s): ${forms}${mismatch.reason === undefined ? '' : `. ${mismatch.reason}`}`;
  return failAt(scope, problem, span);
}

/** A binary operator by its text, over converted operands. */
export function binaryOperator(operator: string, left: Expression, right: Expression, scope: ExpressionScope, span: Span): Expression {
  if (operator === 'AND' || operator === 'OR') return logic(operator, [left, right], scope, span);
  if ('+-*/%'.includes(operator) || operator === '||') {
    refuseNull(left, scope, span);
    refuseNull(right, scope, span);
  }
  if ((operator === '+' || operator === '-') && isDatetime(left.type)) {
    return callOf(builtInScalar(operator === '+' ? 'DATETIME +' : 'DATETIME -'), [left, right], scope, span, operator);
  }
  if (operator === '+' && isInterval(left.type) && isDatetime(right.type)) return callOf(builtInScalar('DATETIME +'), [right, left], scope, span, operator);
  return callOf(operatorFunction(operator, scope, span), [left, right], scope, span);
}

/** Flink parses more operators than it computes. */
function operatorFunction(name: string, scope: ExpressionScope, span: Span): ScalarFunctionDefinition {
  const definition = findBuiltInFunction(name);
  return definition?.kind === 'scalar' ? definition : failAt(scope, `The operator ${name} is not supported`, span);
}

/** NULL without a type where a type is needed. */
export function refuseNull(operand: Expression, scope: ExpressionScope, span: Span): void {
  if (operand.type.kind === 'NULL') failAt(scope, "Illegal use of 'NULL'", span, 'Give it a type: CAST(NULL AS INT).');
}

/** Nested ANDs become one with many operands. */
export function logic(operator: 'AND' | 'OR', operands: readonly Expression[], scope: ExpressionScope, span: Span): Expression {
  const flat = operands.flatMap((operand) => (operand.kind === 'logic' && operand.operator === operator ? operand.operands : [operand]));
  const typed = flat.map((operand) => booleanOperand(operand, operator, operands, scope, span));
  return { kind: 'logic', operator, operands: typed, type: withNullability(LogicalTypes.BOOLEAN, typed.some((operand) => operand.type.isNullable)) };
}

function booleanOperand(operand: Expression, operator: string, operands: readonly Expression[], scope: ExpressionScope, span: Span): Expression {
  if (operand.type.kind === 'NULL') return nullLiteral(LogicalTypes.BOOLEAN);
  if (operand.type.kind !== 'BOOLEAN') refuseCall({ supportedForms: [operator === 'NOT' ? "'NOT<BOOLEAN>'" : `'<BOOLEAN> ${operator} <BOOLEAN>'`] }, operator, operands, scope, span);
  return operand;
}

export function negate(operand: Expression, scope: ExpressionScope, span: Span): Expression {
  const typed = booleanOperand(operand, 'NOT', [operand], scope, span);
  return { kind: 'logic', operator: 'NOT', operands: [typed], type: typed.type };
}

/** `IS NULL` of what cannot be NULL is a constant only when no error can hide in it; folding decides. */
export function isTest(test: string, isNegated: boolean, operand: Expression, scope: ExpressionScope, span: Span): Expression {
  return callOf(operatorFunction(`IS ${isNegated ? 'NOT ' : ''}${test}`, scope, span), [operand], scope, span);
}

/** CASE WHEN condition THEN value … with the branches cast to their common type. */
export function caseOf(branches: readonly { readonly condition: Expression; readonly value: Expression }[], otherwise: Expression | undefined, type: LogicalType, scope: ExpressionScope): Expression {
  const zone = scope.functionContext.localTimeZone;
  const last = castTo(otherwise ?? nullLiteral(), type, zone);
  const typed = branches.map(({ condition, value }) => ({ condition, value: castTo(value, type, zone) }));
  return { kind: 'case', branches: typed, otherwise: last, type };
}

