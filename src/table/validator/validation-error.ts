// Refusals of the validator: one line with the place in the statement.
import type { Span } from '#table/parser/ast-node';
import { positionOf } from '#table/parser/text-position';
import { TableValidationError } from '#table/errors';

export function failAt(text: string, span: Span, problem: string): never {
  const { line, column } = positionOf(text, span.start);
  throw new TableValidationError(`${problem} (line ${line}, column ${column})`, { context: { line, column } });
}
