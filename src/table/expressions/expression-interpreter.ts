// Evaluates expressions by walking them: for constants when a plan is made, and as the oracle for generated code.
import { AssertionError } from '#core/assert';
import type { Expression } from '#table/expressions/expression';
import { bindCall, bindCast } from '#table/expressions/expression-binding';
import type { FunctionContext, ScalarImplementation } from '#table/functions/function-definition';
import { fieldKeys } from '#table/types/logical-type';

export class ExpressionInterpreter {
  readonly #context: FunctionContext;
  readonly #bound = new WeakMap<Expression, ScalarImplementation>();

  constructor(context: FunctionContext) {
    this.#context = context;
  }

  /** `row[i]` is the value of input column i. Throws FunctionError where a function fails. */
  evaluate(expression: Expression, row: readonly unknown[] = []): unknown {
    switch (expression.kind) {
      case 'input': return row[expression.index];
      case 'literal': return expression.value;
      case 'call': return this.#call(expression, row);
      case 'cast': return this.#cast(expression, row);
      case 'field': {
        const value = this.evaluate(expression.operand, row) as Record<string, unknown> | null;
        return value === null ? null : value[fieldKeys(expression.operand.type as never)[expression.index]!];
      }
      case 'logic': return this.#logic(expression, row);
      case 'case': {
        for (const branch of expression.branches) if (this.evaluate(branch.condition, row) === true) return this.evaluate(branch.value, row);
        return this.evaluate(expression.otherwise, row);
      }
      default: throw new AssertionError(`a ${expression.kind} expression has no value of its own`);
    }
  }

  #call(expression: Expression & { readonly kind: 'call' }, row: readonly unknown[]): unknown {
    const values = expression.arguments.map((argument) => this.evaluate(argument, row));
    if (expression.function.nulls === 'strict' && values.includes(null)) return null;
    let implementation = this.#bound.get(expression);
    if (implementation === undefined) this.#bound.set(expression, (implementation = bindCall(expression, this.#context)));
    return implementation(...values);
  }

  #cast(expression: Expression & { readonly kind: 'cast' }, row: readonly unknown[]): unknown {
    const value = this.evaluate(expression.operand, row);
    if (value === null) return null;
    let implementation = this.#bound.get(expression);
    if (implementation === undefined) this.#bound.set(expression, (implementation = bindCast(expression, this.#context)));
    return implementation(value);
  }

  #logic(expression: Expression & { readonly kind: 'logic' }, row: readonly unknown[]): boolean | null {
    if (expression.operator === 'NOT') {
      const value = this.evaluate(expression.operands[0]!, row);
      return value === null ? null : !value;
    }
    const decisive = expression.operator === 'OR';
    let result: boolean | null = !decisive;
    for (const operand of expression.operands) {
      const value = this.evaluate(operand, row);
      if (value === decisive) return decisive;
      if (value === null) result = null;
    }
    return result;
  }
}
