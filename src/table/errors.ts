// Errors of SQL and the Table API. Positions are part of the message where a statement is at fault.
import { EngineError, type EngineErrorOptions } from '#core/errors/engine-error';
import type { Span } from '#table/parser/ast-node';
import { excerptOf, positionOf } from '#table/parser/text-position';

/** Code -> when it is thrown. */
export const TABLE_ERRORS = {
  SQL_VALIDATION: 'A statement is refused: an unknown column or function, types that do not fit, a clause where it may not stand.',
  SQL_FUNCTION_FAILED: 'A function or cast cannot make a value of its arguments: a text that is no number, a division by zero, a pattern that is none.',
  FUNCTION_INVALID: 'What CREATE FUNCTION names is no function: its module does not export it, or the export lacks types or methods.',
  FUNCTION_TIMEOUT: 'An asynchronous function gave no value in time, in none of its attempts.',
  CATALOG_OBJECT_EXISTS: 'A catalog, database, table, view or function of that name is there already.',
  CATALOG_OBJECT_UNKNOWN: 'A catalog, database, table, view or function of that name is not there.',
  CATALOG_OBJECT_IN_USE: 'A catalog object cannot be dropped: it is current, or a temporary object hides it.',
  TABLE_OPTION_INVALID: 'A table, or a hint on it, has an option that its connector or format does not know, lacks one, or has one with a bad value.',
  TABLE_NOT_SUPPORTED: 'A statement is valid, but what it asks for is not built or cannot work on a stream.',
  TABLE_API_INVALID: 'A call of the Table API does not fit the table: columns of one name, a column that is not there, a window that is not grouped by.',
  TABLE_STREAM_VALUE: 'A record of a DataStream that is read as a table has a value that its column cannot take.',
  TABLE_JOB_UNKNOWN: 'DESCRIBE JOB or STOP JOB names a job that is not of the session.',
  TABLE_STATEMENT_SET: 'BEGIN STATEMENT SET within a statement set, or END without one.',
  TABLE_PLAN_INVALID: 'A compiled plan cannot be written or run: its file is there already or is none, it holds what a file cannot, or tables, functions or operators are not those it was compiled with.',
  TABLE_CHANGELOG_MISMATCH: 'A query makes changes that its sink, or an operator on the way, cannot take.',
  TABLE_ROWTIME_NULL: 'A row of a table with a watermark has NULL as its time attribute.',
  TABLE_CONSTRAINT_VIOLATED: 'A row breaks NOT NULL, a length or a primary key of the sink it is written to.',
  TABLE_MATCH_SKIP_IMPOSSIBLE: 'AFTER MATCH SKIP names a variable that has no row in a match, or begins it: matching could not go on.',
} as const;

export type TableErrorCode = keyof typeof TABLE_ERRORS;

/** Every other failure of SQL and the Table API. */
export class TableError extends EngineError {
  constructor(code: TableErrorCode, message: string, options: EngineErrorOptions = {}) {
    super(code, message, options);
  }
}

export interface StatementPlace {
  /** The whole statement. */
  readonly statement: string;
  readonly span: Span;
  /** What to do, as a sentence: the nearest column, a cast. */
  readonly advice?: string | undefined;
}

/** A statement that is refused before it runs. The message is one line with line and column; `excerpt` shows the place. */
export class TableValidationError extends EngineError {
  readonly span: Span | undefined;
  /** The line of the place with carets below it; empty where the place is not known. */
  readonly excerpt: string;

  constructor(problem: string, place?: StatementPlace, options: EngineErrorOptions = {}) {
    const position = place === undefined ? undefined : positionOf(place.statement, place.span.start);
    const where = position === undefined ? '' : ` at line ${position.line}, column ${position.column}.`;
    super('SQL_VALIDATION', `${problem}${where}${place?.advice === undefined ? '' : ` ${place.advice}`}`, { ...options, context: { ...options.context, ...position } });
    this.span = place?.span;
    this.excerpt = place === undefined ? '' : excerptOf(place.statement, place.span.start, place.span.end);
  }

  /** Message and excerpt, for a terminal. */
  get report(): string {
    return this.excerpt === '' ? this.line : `${this.line}\n${this.excerpt}`;
  }
}

/** A value that cannot be computed; TRY_CAST turns it into NULL. */
export class FunctionError extends EngineError {
  constructor(message: string, options: EngineErrorOptions = {}) {
    super('SQL_FUNCTION_FAILED', message, options);
  }
}
