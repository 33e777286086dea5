import assert from 'node:assert/strict';
import { parseStatement } from '#table/parser/parser';
import { SqlParserError } from '#table/parser/sql-parser-error';

/** The error of a text that does not parse. */
export function errorOf(text: string, parse: (text: string) => unknown = parseStatement): SqlParserError {
  let thrown: unknown;
  try {
    parse(text);
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown instanceof SqlParserError, `${text} was not refused`);
  assert.equal(thrown.code, 'SQL_PARSE');
  return thrown;
}
