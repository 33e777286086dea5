// Implementations of the calls and casts in expressions: what both code generation and the interpreter run.
import { FunctionError } from '#table/errors';
import type { Expression } from '#table/expressions/expression';
import type { BoundCall, FunctionContext, ScalarImplementation } from '#table/functions/function-definition';
import { castImplementation } from '#table/values/cast-value';

export function boundCallOf(expression: Expression & { readonly kind: 'call' }): BoundCall {
  return {
    argumentTypes: expression.arguments.map((argument) => argument.type),
    resultType: expression.type,
    literals: expression.arguments.map((argument) => (argument.kind === 'literal' ? argument.value : undefined)),
  };
}

export function bindCall(expression: Expression & { readonly kind: 'call' }, context: FunctionContext): ScalarImplementation {
  return expression.function.bind(boundCallOf(expression), context);
}

/** Takes no NULL. */
export function bindCast(expression: Expression & { readonly kind: 'cast' }, context: FunctionContext): ScalarImplementation {
  const cast = castImplementation(expression.operand.type, expression.type, context.localTimeZone);
  const isLegacy = context.configuration.get('table.exec.legacy-cast-behaviour')?.toUpperCase() === 'ENABLED';
  if (!expression.isTry && !isLegacy) return cast;
  return (value: unknown) => {
    try {
      return cast(value);
    } catch (failure) {
      if (failure instanceof FunctionError) return null;
      throw failure;
    }
  };
}

/** NULL may come of operands that are not: the type says so, or the value may not fit. */
export function mayBeNull(expression: Expression): boolean {
  if (expression.type.isNullable || (expression.kind === 'literal' && expression.value === null)) return true;
  if (expression.kind === 'call') return expression.function.mayReturnNull?.(boundCallOf(expression)) ?? (expression.function.nulls === 'strict' && expression.arguments.some(mayBeNull));
  if (expression.kind === 'cast') return expression.type.kind === 'DECIMAL' || mayBeNull(expression.operand);
  if (expression.kind === 'case') return mayBeNull(expression.otherwise) || expression.branches.some((branch) => mayBeNull(branch.value));
  return expression.kind === 'logic' && expression.operands.some(mayBeNull);
}
