// Errors of SQL and the Table API. Positions are part of the message where a statement is at fault.
import { EngineError, type EngineErrorOptions } from '#core/errors/engine-error';

/** Code -> when it is thrown. */
export const TABLE_ERRORS = {
  SQL_VALIDATION: 'A statement is refused: an unknown column or function, types that do not fit, a clause where it may not stand.',
  SQL_FUNCTION_FAILED: 'A function or cast cannot make a value of its arguments: a text that is no number, a division by zero, a pattern that is none.',
} as const;

export type TableErrorCode = keyof typeof TABLE_ERRORS;

/** A statement that is refused before it runs. The message ends with the place and an excerpt where the place is known. */
export class TableValidationError extends EngineError {
  constructor(message: string, options: EngineErrorOptions = {}) {
    super('SQL_VALIDATION', message, options);
  }
}

/** A value that cannot be computed; TRY_CAST turns it into NULL. */
export class FunctionError extends EngineError {
  constructor(message: string, options: EngineErrorOptions = {}) {
    super('SQL_FUNCTION_FAILED', message, options);
  }
}
