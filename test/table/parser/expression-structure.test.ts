// What binds to what, which a round trip alone does not tell: a text and the same with its parentheses written out.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseDataType, parseExpression, parseStatement } from '#table/parser/parser';
import { printDataType, printExpression, printStatement } from '#table/printer/printer';
import { stripSpans } from './strip-spans.js';

const SAME: readonly (readonly [string, string])[] = [
  ['a OR b AND c', 'a OR (b AND c)'],
  ['a AND NOT b OR c', '(a AND (NOT b)) OR c'],
  ['NOT a = b', 'NOT (a = b)'],
  ['NOT a IS NULL', 'NOT (a IS NULL)'],
  ['a = b IS TRUE', '(a = b) IS TRUE'],
  ['a + b > c AND d', '((a + b) > c) AND d'],
  ['a - b - c', '(a - b) - c'],
  ['a - b * c', 'a - (b * c)'],
  ['a || b || c', '(a || b) || c'],
  ["a + b || 'x'", "a + (b || 'x')"],
  ['-a * b', '(-a) * b'],
  ['- a[1].b', '-(a[1].b)'],
  ['a BETWEEN b + 1 AND c * 2 AND d', '(a BETWEEN (b + 1) AND (c * 2)) AND d'],
  ['a BETWEEN b AND c OR d', '(a BETWEEN b AND c) OR d'],
  ['NOT a BETWEEN b AND c', 'NOT (a BETWEEN b AND c)'],
  ["a LIKE b || '%' AND c", "(a LIKE (b || '%')) AND c"],
  ['a IN (1, 2) = b', '(a IN (1, 2)) = b'],
  ['a = b = c', '(a = b) = c'],
  ['a % b / c', '(a % b) / c'],
  ['a IS DISTINCT FROM b + 1 AND c', '(a IS DISTINCT FROM (b + 1)) AND c'],
  ["ts - INTERVAL '5' SECOND", "ts - (INTERVAL '5' SECOND)"],
  ['a >= b NOT MEMBER OF c', '(a >= b) NOT MEMBER OF c'],
  ['a >= b NOT IN (c)', 'a >= (b NOT IN (c))'],
  ['CASE WHEN a OR b THEN c END + 1', '(CASE WHEN (a OR b) THEN c END) + 1'],
];

describe('operators', () => {
  for (const [text, explicit] of SAME) {
    test(`${text} is ${explicit}`, () => {
      assert.deepEqual(stripSpans(parseExpression(text)), stripSpans(parseExpression(explicit)));
    });
  }

  test('print without parentheses that they do not need', () => {
    for (const [text, explicit] of SAME) {
      const printed = printExpression(parseExpression(explicit));
      assert.ok(printed.length <= text.length + 2, `${explicit} printed as ${printed}`);
    }
  });
});

describe('set operations and joins', () => {
  const same: readonly (readonly [string, string])[] = [
    ['SELECT 1 UNION SELECT 2 INTERSECT SELECT 3', 'SELECT 1 UNION (SELECT 2 INTERSECT SELECT 3)'],
    ['SELECT 1 EXCEPT SELECT 2 UNION ALL SELECT 3', '(SELECT 1 EXCEPT SELECT 2) UNION ALL SELECT 3'],
    ['SELECT * FROM a JOIN b ON x JOIN c ON y, d', 'SELECT * FROM ((a JOIN b ON x) JOIN c ON y), d'],
    ['SELECT * FROM a, b JOIN c ON x', 'SELECT * FROM a, (b JOIN c ON x)'],
  ];
  for (const [text, explicit] of same) {
    test(`${text} is ${explicit}`, () => assert.deepEqual(stripSpans(parseStatement(text)), stripSpans(parseStatement(explicit))));
  }
});

describe('one node', () => {
  test('has the span of its text', () => {
    const text = 'SELECT a + f(b) AS c FROM t';
    const query = parseStatement(text);
    assert.ok(query.kind === 'query' && query.body.kind === 'select');
    const [item] = query.body.items;
    assert.equal(text.slice(item!.span.start, item!.span.end), 'a + f(b) AS c');
    assert.equal(text.slice(item!.expression.span.start, item!.expression.span.end), 'a + f(b)');
  });

  test('of special syntax is an ordinary call with its operands in order', () => {
    const call = parseExpression("TRIM(LEADING 'x' FROM a)");
    assert.ok(call.kind === 'call');
    assert.deepEqual(call.arguments.map((argument) => argument.kind), ['symbol', 'string-literal', 'column-reference']);
    assert.equal(printExpression(parseExpression('EXTRACT(year FROM d)')), 'EXTRACT(YEAR FROM d)');
  });

  test('keeps the value of a string, not its spelling', () => {
    const value = (text: string): string => {
      const literal = parseExpression(text);
      assert.ok(literal.kind === 'string-literal');
      return literal.value;
    };
    assert.equal(value("'it''s'"), "it's");
    assert.equal(value("E'a\\tb\\n\\u00e4\\x41\\101\\''"), "a\tb\nä\u0041A'");
    assert.equal(value("U&'\\00e4\\+01F600\\\\'"), 'ä😀\\');
    assert.equal(value("U&'!00e4' UESCAPE '!'"), 'ä');
    assert.equal(value("'a'\n'b'"), 'ab');
  });
});

describe('a data type', () => {
  const printed: readonly (readonly [string, string])[] = [
    ['integer not null', 'INT NOT NULL'],
    ['TIMESTAMP(3) WITH LOCAL TIME ZONE', 'TIMESTAMP_LTZ(3)'],
    ['INT NOT NULL ARRAY NOT NULL', 'ARRAY<INT NOT NULL> NOT NULL'],
    ['row(a int, `b c` character varying(3) not null)', 'ROW<a INT, `b c` VARCHAR(3) NOT NULL>'],
    ['INTERVAL DAY(3) TO SECOND(6)', 'INTERVAL DAY(3) TO SECOND(6)'],
    ['map<string, multiset<dec(5,2)>>', 'MAP<STRING, MULTISET<DECIMAL(5, 2)>>'],
  ];
  for (const [text, canonical] of printed) test(`${text} is ${canonical}`, () => assert.equal(printDataType(parseDataType(text)), canonical));
});

test('a statement prints with a line for each clause', () => {
  const statement = parseStatement("insert into t select a, count(*) c from (select 1 as a) s where a > 1 and (b or c) group by a having count(*) > 1 order by a limit 3");
  assert.equal(printStatement(statement), 'INSERT INTO t\nSELECT a, count(*) AS c\nFROM (SELECT 1 AS a) AS s\nWHERE a > 1 AND (b OR c)\nGROUP BY a\nHAVING count(*) > 1\nORDER BY a\nLIMIT 3');
});
