// Errors of SQL text. Invariant: a message is one line that names line and column; `excerpt` shows the place with carets.
import { EngineError } from '#core/errors/engine-error';
import type { Span } from '#table/parser/ast-node';
import { excerptOf, positionOf } from '#table/parser/text-position';

/** Code -> when it is thrown. */
export const SQL_PARSER_ERRORS = {
  SQL_PARSE: 'A statement does not follow the grammar: an unexpected word, a missing bracket, text that ends too early.',
  SQL_STATEMENT_INVALID: 'A statement follows the grammar, but its clauses contradict each other: two primary keys, a column twice, an enforced constraint.',
} as const;

export type SqlParserErrorCode = keyof typeof SQL_PARSER_ERRORS;

export interface SqlParserErrorDetails {
  /** Grammar words and kinds of token that would have been accepted, sorted; empty where that says nothing. */
  readonly expected?: readonly string[];
  /** What to do: back-ticks for a reserved word, the nearest keyword. A sentence. */
  readonly advice?: string | undefined;
  /** The text ended where more was needed: a shell asks for another line. */
  readonly isIncomplete?: boolean;
}

export class SqlParserError extends EngineError {
  readonly span: Span;
  readonly lineNumber: number;
  readonly column: number;
  /** The line of the place with carets below it, two lines. */
  readonly excerpt: string;
  readonly expected: readonly string[];
  readonly advice: string | undefined;
  readonly isIncomplete: boolean;

  /** `problem` begins a sentence and has no full stop: place, expectations and advice are added. */
  constructor(code: SqlParserErrorCode, text: string, span: Span, problem: string, details: SqlParserErrorDetails = {}) {
    const position = positionOf(text, span.start);
    const expected = details.expected ?? [];
    super(code, composeMessage(problem, position.line, position.column, expected, details.advice), { context: { line: position.line, column: position.column, expected } });
    this.span = span;
    this.lineNumber = position.line;
    this.column = position.column;
    this.excerpt = excerptOf(text, span.start, span.end);
    this.expected = expected;
    this.advice = details.advice;
    this.isIncomplete = details.isIncomplete ?? false;
  }

  /** Message and excerpt, for a terminal. */
  get report(): string {
    return `[${this.code}] ${this.message}\n${this.excerpt}`;
  }
}

function composeMessage(problem: string, line: number, column: number, expected: readonly string[], advice: string | undefined): string {
  const wanted = expected.length === 0 ? '' : expected.length === 1 ? ` Was expecting: ${expected[0]}.` : ` Was expecting one of: ${expected.join(', ')}.`;
  return `${problem} at line ${line}, column ${column}.${wanted}${advice === undefined ? '' : ` ${advice}`}`;
}
