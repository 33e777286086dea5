// Constant folding: what depends on no row is computed once, when the plan is made.
import { FunctionError } from '#table/errors';
import type { Expression } from '#table/expressions/expression';
import { checkConstant, foldedCast } from '#table/expressions/implicit-cast';
import { operandsOf, rewriteExpression } from '#table/expressions/expression-facts';
import { ExpressionInterpreter } from '#table/expressions/expression-interpreter';
import type { FunctionContext } from '#table/functions/function-definition';

/** The same expression with constant parts computed. What fails is left: it fails where a row reaches it. */
export function reduceExpression(expression: Expression, context: FunctionContext): Expression {
  const interpreter = new ExpressionInterpreter(context);
  return rewriteExpression(expression, (part) => reducePart(part, interpreter));
}

function reducePart(part: Expression, interpreter: ExpressionInterpreter): Expression {
  if (part.kind === 'logic') return reduceLogic(part);
  if (part.kind === 'case') return reduceCase(part);
  if (part.kind !== 'call' && part.kind !== 'cast' && part.kind !== 'field') return part;
  if (part.kind === 'call' && (part.function.isDeterministic === false || part.function.isDynamic === true || part.function.evalAsync !== undefined)) return part;
  if (!operandsOf(part).every((operand) => operand.kind === 'literal')) return part;
  try {
    const value = interpreter.evaluate(part);
    if (part.kind === 'cast' || part.type.kind === 'FLOAT') return { kind: 'literal', value: foldedCast(value, part.type), type: part.type };
    checkConstant(value, part.type);
    return { kind: 'literal', value, type: part.type };
  } catch (failure) {
    if (failure instanceof FunctionError) return part;
    throw failure;
  }
}

function reduceLogic(part: Expression & { readonly kind: 'logic' }): Expression {
  const { type } = part;
  if (part.operator === 'NOT') {
    const [operand] = part.operands;
    if (operand!.kind !== 'literal') return part;
    return { kind: 'literal', value: operand!.value === null ? null : operand!.value === false, type };
  }
  const decisive = part.operator === 'OR';
  const left = part.operands.filter((operand) => operand.kind !== 'literal' || operand.value !== !decisive);
  if (left.some((operand) => operand.kind === 'literal' && operand.value === decisive)) return { kind: 'literal', value: decisive, type };
  if (left.length === 0) return { kind: 'literal', value: !decisive, type };
  if (left.every((operand) => operand.kind === 'literal')) return { kind: 'literal', value: null, type };
  if (left.length === 1) return left[0]!;
  return left.length === part.operands.length ? part : { ...part, operands: left };
}

function reduceCase(part: Expression & { readonly kind: 'case' }): Expression {
  const branches: { condition: Expression; value: Expression }[] = [];
  for (const branch of part.branches) {
    if (branch.condition.kind === 'literal') {
      if (branch.condition.value !== true) continue;
      return branches.length === 0 ? retyped(branch.value, part) : { ...part, branches, otherwise: branch.value };
    }
    branches.push(branch);
  }
  if (branches.length === 0) return retyped(part.otherwise, part);
  return branches.length === part.branches.length ? part : { ...part, branches };
}

/** A literal takes the type of the whole; another expression stands for it only where types are equal but for nullability. */
function retyped(value: Expression, whole: Expression): Expression {
  return value.kind === 'literal' ? { ...value, type: whole.type } : value;
}
