// Calls that code is generated of in place of others, since they give the same with less work; plans keep what was written. Thread: any.
import type { CallExpression, Expression } from '#table/expressions/expression';
import { CHAR_LENGTH, LENGTH_WITHOUT, REPLACE } from '#table/functions/replaced-length';

/** The call itself where there is no lighter one. */
export function lighterCall(call: CallExpression): CallExpression {
  const [replaced] = call.arguments;
  if (call.function !== CHAR_LENGTH || replaced?.kind !== 'call' || replaced.function !== REPLACE) return call;
  const [text, searched, replacement] = replaced.arguments as [Expression, Expression, Expression];
  return textOf(searched) && textOf(replacement) === '' ? { ...call, function: LENGTH_WITHOUT, arguments: [text, searched] } : call;
}

function textOf(expression: Expression): string | undefined {
  return expression.kind === 'literal' && typeof expression.value === 'string' ? expression.value : undefined;
}
