import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseScript } from '#table/parser/parser';
import { splitScript } from '#table/parser/script';

const texts = (script: string): string[] => splitScript(script).parts.map(({ text }) => text);

describe('a script', () => {
  test('is split at semicolons outside strings, names and comments', () => {
    assert.deepEqual(texts("SELECT ';' FROM `a;b`; -- c;\n/* d; */ SELECT 2;;\n;SELECT 3;"), ["SELECT ';' FROM `a;b`", 'SELECT 2', 'SELECT 3']);
  });

  test('keeps a statement set whole, with CASE inside', () => {
    const set = 'EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE WHEN x THEN 1 END FROM s; INSERT INTO b SELECT 2; END';
    assert.deepEqual(texts(`SELECT CASE a WHEN 1 THEN 2 END;${set}; SELECT 1;`), ['SELECT CASE a WHEN 1 THEN 2 END', set, 'SELECT 1']);
  });

  test('takes BEGIN STATEMENT SET as a statement of its own', () => {
    assert.deepEqual(texts('BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END; SELECT 2;'), ['BEGIN STATEMENT SET', 'INSERT INTO a SELECT 1', 'END', 'SELECT 2']);
  });

  test('is split where a statement does not parse', () => {
    assert.deepEqual(texts('SELEC 1; SELECT 2;'), ['SELEC 1', 'SELECT 2']);
  });

  test('has a remainder where the last statement has not ended', () => {
    assert.equal(splitScript('SELECT 1; SELECT 2').remainder?.text, 'SELECT 2');
    assert.equal(splitScript('SELECT 1; -- done').remainder, undefined);
    assert.equal(splitScript('').remainder, undefined);
    const open = splitScript("SELECT 1;\nSELECT 'a; b");
    assert.deepEqual([open.parts.length, open.remainder?.text, open.error?.isIncomplete], [1, "SELECT 'a; b", true]);
    assert.equal(splitScript('EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1;').remainder?.text, 'EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1;');
    assert.equal(splitScript('SELECT 1 /* a').error?.isIncomplete, true);
  });

  test('gives each statement with its place', () => {
    const script = "SET 'a' = 'b';\nSELECT a\nFROM t";
    const [set, query] = parseScript(script);
    assert.deepEqual([set!.statement.kind, query!.statement.kind], ['set', 'query']);
    assert.equal(script.slice(query!.span.start, query!.span.end), 'SELECT a\nFROM t');
    assert.deepEqual([query!.statement.span, query!.text], [query!.span, 'SELECT a\nFROM t']);
  });

  test('splits alone as together', () => {
    const script = 'SELECT 1; SELECT 2; SELECT 3';
    assert.deepEqual(parseScript(script).map(({ text }) => text), ['SELECT 1', 'SELECT 2', 'SELECT 3']);
  });
});
