// Takes calls of asynchronous functions out of a Calc: each step computes those whose arguments are there, as columns behind those of its
// input, until what is left computes without waiting. A condition is asked as soon as it can be, so that fewer rows are called for.
import { AsyncCalcExec } from '#table/exec/async-calc-exec';
import type { ExecNode } from '#table/exec/exec-node';
import { expressionDigest } from '#table/expressions/conditions';
import { rewriteExpression, someExpression } from '#table/expressions/expression-facts';
import type { CallExpression, Expression } from '#table/expressions/expression';
import type { RowType } from '#table/types/logical-type';

export interface CalcParts {
  readonly expressions: readonly Expression[];
  readonly condition: Expression | undefined;
}

export function hasAsyncCall(expression: Expression): boolean {
  return someExpression(expression, isAsyncCall);
}

/** @param calc makes a Calc without asynchronous calls; undefined expressions = all columns. */
export function planAsyncCalc(input: ExecNode, { expressions, condition }: CalcParts, rowType: RowType, calc: (input: ExecNode, expressions: readonly Expression[] | undefined, condition: Expression | undefined, rowType: RowType) => ExecNode): ExecNode {
  let node = input;
  let left = expressions;
  let test = condition;
  for (;;) {
    if (test !== undefined && !hasAsyncCall(test) && left.some(hasAsyncCall)) {
      node = calc(node, undefined, test, node.rowType);
      test = undefined;
    }
    const calls = readyCalls(test === undefined || !hasAsyncCall(test) ? left : [test]);
    if (calls.size === 0) return calc(node, left, test, rowType);
    const width = node.rowType.fields.length;
    node = new AsyncCalcExec(node, [...calls.values()]);
    const positions = new Map([...calls.keys()].map((digest, index) => [digest, width + index]));
    const replaced = (expression: Expression): Expression => rewriteExpression(expression, (part) => {
      const index = isAsyncCall(part) ? positions.get(expressionDigest(part)) : undefined;
      return index === undefined ? part : { kind: 'input', index, type: part.type };
    });
    left = left.map(replaced);
    test = test === undefined ? undefined : replaced(test);
  }
}

function isAsyncCall(part: Expression): part is CallExpression {
  return part.kind === 'call' && part.function.evalAsync !== undefined;
}

/** Calls without an asynchronous one in their arguments, each once. */
function readyCalls(expressions: readonly Expression[]): ReadonlyMap<string, CallExpression> {
  const calls = new Map<string, CallExpression>();
  for (const expression of expressions) {
    someExpression(expression, (part) => {
      if (isAsyncCall(part) && !part.arguments.some(hasAsyncCall)) calls.set(expressionDigest(part), part);
      return false;
    });
  }
  return calls;
}
