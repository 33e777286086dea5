import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseExpression, parseScript, parseStatement } from '#table/parser/parser';
import { errorOf } from './parser-error.js';

describe('a message of the parser', () => {
  test('names line and column, and shows the place with carets', () => {
    const error = errorOf('SELECT a,\n\t  b\nFROM t WHER b > 1');
    assert.deepEqual([error.lineNumber, error.column], [3, 13]);
    assert.equal(error.excerpt, 'FROM t WHER b > 1\n            ^');
    assert.match(error.message, /^SQL parse failed\. Encountered "b" at line 3, column 13\./);
  });

  test('names what would have been accepted', () => {
    assert.deepEqual(errorOf('CREATE TABLE t (a INT) WITH (1)').expected, ['a string in single quotes', '")"']);
    assert.deepEqual(errorOf('DROP TABEL t').expected, ['CATALOG', 'CONNECTION', 'DATABASE', 'FUNCTION', 'MATERIALIZED', 'MODEL', 'TABLE', 'TEMPORARY', 'VIEW']);
  });

  test('suggests the nearest keyword', () => {
    assert.equal(errorOf('SELEC 1').advice, 'Did you mean SELECT?');
    assert.equal(errorOf('DROP TABEL t').advice, 'Did you mean TABLE?');
    assert.equal(errorOf('INSERT INOT t SELECT 1').advice, 'Did you mean INTO?');
  });

  test('suggests back-ticks for a reserved word where a name is wanted', () => {
    const error = errorOf('SELECT a AS value FROM t');
    assert.equal(error.message.split(' Was expecting')[0], "SQL parse failed. Incorrect syntax near the keyword 'value' at line 1, column 13.");
    assert.equal(error.advice, 'VALUE is a reserved word: write it in back-ticks (`value`) to use it as a name.');
    assert.match(errorOf('SELECT time FROM t').message, /in back-ticks \(`time`\)/);
    assert.equal(errorOf('SELECT FROM t').advice, undefined);
  });

  test('tells of quotes and operators that other dialects have', () => {
    assert.match(errorOf('SELECT "a" FROM t').message, /^Lexical error: encountered """ at line 1, column 8\..*back-ticks/);
    assert.match(errorOf('a != b', parseExpression).message, /^Bang equal '!=' is not allowed.*Write <> instead\.$/);
    assert.match(errorOf('SET pipeline.name = job').message, /SET 'key' = 'value'\.$/);
  });

  test('is one line, whatever the statement', () => {
    for (const text of ['SELECT\n\n', "SELECT 'a\nb", 'SELECT 1 +\n* 2', 'CREATE TABLE t (\n a INT,,\n b INT)']) assert.ok(!errorOf(text).message.includes('\n'), text);
  });

  test('of a script counts lines from the start of the script', () => {
    const error = errorOf("SET 'a' = 'b';\n-- a comment;\nSELEC 1;\nSELECT 2;", parseScript);
    assert.deepEqual([error.lineNumber, error.column], [3, 1]);
  });
});

describe('text that ends too early', () => {
  const incomplete = ['SELECT', 'SELECT a FROM', "SELECT 'a", 'SELECT `a', 'SELECT 1 /* a', 'CREATE TABLE t (a INT', 'EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1;', "SELECT E'a"];
  test('is told from text that is wrong', () => {
    assert.deepEqual(incomplete.filter((text) => !errorOf(text).isIncomplete), []);
    assert.deepEqual(['SELEC', 'SELECT a FROM FROM', 'DROP t', 'SELECT )'].filter((text) => errorOf(text).isIncomplete), []);
  });
});

describe('what can be no token', () => {
  const refused: [string, RegExp][] = [
    ["x'zz'", /Binary literal string must contain only characters '0' - '9', 'A' - 'F'/],
    ["x'0'", /even number of hexits/],
    ["E'\\u12'", /Incomplete escape sequence/],
    ["U&'\\00'", /Incomplete escape sequence/],
    ['``', /Empty name in back-ticks/],
    ['a # b', /Lexical error: encountered "#"/],
  ];
  for (const [text, message] of refused) test(`${text} is refused`, () => assert.match(errorOf(text, parseExpression).message, message));
});
