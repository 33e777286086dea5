// Refusals of the validator: one line with the place in the statement.
import type { Span } from '#table/parser/ast-node';
import { TableValidationError } from '#table/errors';

export function failAt(text: string, span: Span, problem: string): never {
  throw new TableValidationError(problem, { statement: text, span });
}
