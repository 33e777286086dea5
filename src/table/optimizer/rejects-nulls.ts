// Whether a condition cannot be TRUE for a row whose columns [from, to) are all NULL: then an outer join above which it stands needs
// not make such rows. Conservative: false where that is not plain.
import type { Expression } from '#table/expressions/expression';

export function rejectsNulls(condition: Expression, from: number, to: number): boolean {
  switch (condition.kind) {
    case 'logic': {
      if (condition.operator === 'NOT') return isNullFor(condition.operands[0]!, from, to);
      const test = (operand: Expression): boolean => rejectsNulls(operand, from, to);
      return condition.operator === 'AND' ? condition.operands.some(test) : condition.operands.every(test);
    }
    case 'call':
      if (condition.function.name === 'IS NOT NULL') return isNullFor(condition.arguments[0]!, from, to);
      return isNullFor(condition, from, to);
    default: return isNullFor(condition, from, to);
  }
}

/** The expression is NULL where the columns are. */
function isNullFor(expression: Expression, from: number, to: number): boolean {
  switch (expression.kind) {
    case 'input': return expression.index >= from && expression.index < to;
    case 'call': return expression.function.nulls === 'strict' && expression.arguments.some((argument) => isNullFor(argument, from, to));
    case 'cast': case 'field': return isNullFor(expression.operand, from, to);
    default: return false;
  }
}
