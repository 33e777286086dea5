// The entry points of the parser. Pure functions, safe on any thread; each throws SqlParserError (SQL_PARSE) at text that
// does not follow the grammar. Spans count from the start of the text that was given.
import type { DataType } from '#table/parser/ast-data-type';
import type { Expression } from '#table/parser/ast-expression';
import type { Span } from '#table/parser/ast-node';
import type { Statement } from '#table/parser/ast-statement';
import { tokenize } from '#table/parser/lexer';
import { splitScript } from '#table/parser/script';
import { SqlParserError } from '#table/parser/sql-parser-error';
import { StatementParser } from '#table/parser/statement-parser';
import type { Token } from '#table/parser/token';

export interface ScriptStatement {
  /** Without the semicolon. */
  readonly text: string;
  /** Within the script, as are the spans of the statement's nodes. */
  readonly span: Span;
  readonly statement: Statement;
}

/** One statement; semicolons behind it are ignored. */
export function parseStatement(text: string): Statement {
  return parseTokens(text, tokenize(text), (parser) => parser.parseStatement());
}

/** All statements of a script; the last one needs no semicolon. */
export function parseScript(text: string): readonly ScriptStatement[] {
  const { parts, remainder, error } = splitScript(text);
  const statements = (remainder === undefined || error !== undefined ? parts : [...parts, remainder]).map(({ start, end, tokens }) => {
    const statement = parseTokens(text, tokens, (parser) => parser.parseStatement());
    return { text: text.slice(start, end), span: { start, end }, statement };
  });
  if (error !== undefined) throw error;
  return statements;
}

/** A scalar expression alone. */
export function parseExpression(text: string): Expression {
  return parseTokens(text, tokenize(text), (parser) => parser.parseExpression());
}

/** A data type with its nullability: `ROW<a INT NOT NULL> NOT NULL`. */
export function parseDataType(text: string): DataType {
  return parseTokens(text, tokenize(text), (parser) => parser.parseDataType());
}

/** Parses without notes first; where that fails, once more with notes, for the message. */
function parseTokens<T>(text: string, tokens: readonly Token[], parse: (parser: StatementParser) => T): T {
  try {
    return parse(new StatementParser(text, tokens, { isNoting: false }));
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(text, tokens);
    if (!(error instanceof SqlParserError)) throw error;
    return parse(new StatementParser(text, tokens, { isNoting: true }));
  }
}

/** The grammar goes down the call stack; a statement must not take the process with it. */
function tooDeep(text: string, tokens: readonly Token[]): SqlParserError {
  const { start, end } = tokens[0]!;
  return new SqlParserError('SQL_PARSE', text, { start, end }, 'The statement is nested too deep, beginning', { advice: 'Name parts of it in WITH, or in views.' });
}
