// What the grammar refuses, and the place and word that the message names: `^` stands before the offending token.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseDataType, parseExpression, parseStatement } from '#table/parser/parser';
import type { SqlParserError } from '#table/parser/sql-parser-error';
import { errorOf } from './parser-error.js';

function refusalOf(marked: string, parse: (text: string) => unknown): { readonly error: SqlParserError; readonly offset: number } {
  const offset = marked.indexOf('^');
  return { error: errorOf(marked.replace('^', ''), parse), offset };
}

const STATEMENTS = [
  // queries
  'SELECT ^', 'SELECT ^FROM t', 'SELECT a, ^FROM t', 'SELECT a b ^c FROM t', 'SELECT a AS ^select FROM t', 'SELECT * FROM ^', 'SELECT * FROM ^1', 'SELECT a ^WHERE', 'SELECT 1 ^WHERE TRUE',
  'SELECT * FROM t WHERE ^', 'SELECT * FROM t WHERE a = ^', 'SELECT * FROM t WHERE a ^b', 'SELECT * FROM t GROUP ^a', 'SELECT a FROM t GROUP BY ^', 'SELECT a FROM t ORDER ^a', 'SELECT a FROM t ORDER BY a ^UP',
  'SELECT a FROM t LIMIT ^', 'SELECT a FROM t LIMIT ^-1', 'SELECT a FROM t LIMIT ^a', 'SELECT a FROM t OFFSET ^x', 'SELECT a FROM t FETCH FIRST ^ROW ONLY', 'SELECT a FROM t FETCH FIRST 1 ROWS ^',
  'SELECT a FROM t HAVING ^', 'SELECT a FROM t UNION ^', 'SELECT a FROM t UNION ^a', 'SELECT (SELECT 1^', 'SELECT * FROM (SELECT 1^', 'WITH a ^SELECT 1', 'WITH a AS ^SELECT 1', 'WITH a AS (SELECT 1) ^',
  'VALUES ^', 'VALUES (1, 2^', 'SELECT * FROM a JOIN ^', 'SELECT * FROM a JOIN b ON ^', 'SELECT * FROM a JOIN b USING ^x', 'SELECT * FROM a LEFT ^b', 'SELECT * FROM a CROSS ^b', 'SELECT * FROM a NATURAL ^b',
  'SELECT * FROM a CROSS JOIN b ^ON TRUE', 'SELECT * FROM LATERAL t^', 'SELECT * FROM TABLE ^t', 'SELECT * FROM UNNEST ^a', 'SELECT * FROM t FOR SYSTEM_TIME ^OF x', 'SELECT * FROM t TABLESAMPLE ^X (10)',
  'SELECT * FROM t AS ^(a)', 'SELECT * FROM t AS x (^1)', 'SELECT /*+ ^1 */ a FROM t', "SELECT /*+ OPTIONS('a' = ^b) */ a FROM t", 'SELECT /*+ A(b) a ^FROM t',
  'SELECT SUM(a) OVER ^FROM t', 'SELECT SUM(a) OVER (ORDER ^b) FROM t', 'SELECT SUM(a) OVER (ROWS 1 ^) FROM t', 'SELECT SUM(a) OVER (ROWS BETWEEN 1 PRECEDING ^) FROM t', 'SELECT SUM(a) FILTER (^b > 1) FROM t',
  'SELECT * FROM t MATCH_RECOGNIZE (PATTERN (A)^) AS m', 'SELECT * FROM t MATCH_RECOGNIZE (PATTERN (^) DEFINE A AS TRUE)', 'SELECT * FROM t MATCH_RECOGNIZE (MEASURES A.x ^PATTERN (A) DEFINE A AS TRUE)',
  'SELECT * FROM t MATCH_RECOGNIZE (PATTERN (A{^x}) DEFINE A AS TRUE)', 'SELECT * FROM t MATCH_RECOGNIZE (AFTER MATCH ^TO NEXT ROW PATTERN (A) DEFINE A AS TRUE)',
  'SELECT a FROM t; ^SELECT b FROM t',
  // definitions
  'CREATE ^', 'CREATE ^TABEL t (a INT)', 'CREATE TABLE ^', 'CREATE TABLE ^(a INT)', 'CREATE TABLE t (^)', 'CREATE TABLE t (a INT^', 'CREATE TABLE t (a INT,^)', 'CREATE TABLE t (^user STRING)', 'CREATE TABLE t (a ^SELECT)', 'CREATE TABLE t (a INT ^NOT )',
  'CREATE TABLE t (a INT PRIMARY ^)', 'CREATE TABLE t (a INT METADATA FROM ^key)', 'CREATE TABLE t (WATERMARK ^a AS b)', 'CREATE TABLE t (PRIMARY KEY ^a)', 'CREATE TABLE t (a INT) WITH (^a = 1)', "CREATE TABLE t (a INT) WITH ('a' = ^1)",
  "CREATE TABLE t (a INT) WITH ('a' ^)", 'CREATE TABLE t (a INT) PARTITIONED ^(a)', 'CREATE TABLE t (a INT) DISTRIBUTED BY ^MOD(a)', 'CREATE TABLE t (a INT) DISTRIBUTED INTO ^x BUCKETS', 'CREATE TABLE t LIKE s (^ALL)',
  'CREATE TABLE t LIKE s (INCLUDING ^)', 'CREATE TABLE t (a INT) ^PRIMARY KEY (a)', 'CREATE VIEW v ^SELECT 1', 'CREATE OR REPLACE ^FUNCTION f AS \'x\'', "CREATE FUNCTION f ^'x'", "CREATE FUNCTION f AS 'x' LANGUAGE ^COBOL",
  "CREATE FUNCTION f AS 'x' USING ^ZIP 'a'", 'CREATE TEMPORARY ^DATABASE d', 'CREATE CATALOG c^.d', 'CREATE MATERIALIZED ^VIEW m AS SELECT 1', 'CREATE MATERIALIZED TABLE m FRESHNESS = ^5 AS SELECT 1',
  "CREATE MATERIALIZED TABLE m FRESHNESS = INTERVAL '1' DAY REFRESH_MODE = ^AUTO AS SELECT 1", 'CREATE OR ALTER ^TABLE t AS SELECT 1', 'DROP ^', 'DROP TABLE IF ^t', 'DROP ^INDEX i', 'ALTER TABLE t ^', 'ALTER TABLE t RENAME ^',
  'ALTER TABLE t ^SUSPEND', 'ALTER TABLE t ADD ^', 'ALTER TABLE t DROP PRIMARY ^', 'ALTER TABLE t SET ^a', 'ALTER VIEW v ^SET (\'a\' = \'b\')', 'ALTER DATABASE d ^RENAME TO e', 'ALTER MATERIALIZED TABLE m REFRESH ^(a = 1)',
  'EXPLAIN ^CREATE TABLE t (a INT)',
  // data and session
  'INSERT ^t SELECT 1', 'INSERT INTO ^SELECT 1', 'INSERT INTO t (a, ^) SELECT 1', 'INSERT INTO t ^', 'INSERT INTO t SELECT 1 ON CONFLICT ^NOTHING', 'INSERT INTO t SELECT 1 ON CONFLICT DO ^UPDATE', 'UPDATE t ^WHERE a = 1',
  'UPDATE t SET a ^> 1', 'DELETE ^t', 'TRUNCATE ^t', 'EXECUTE STATEMENT SET BEGIN ^SELECT 1; END', 'EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1 ^END', 'EXECUTE STATEMENT SET BEGIN ^END', 'EXPLAIN ^',
  'EXPLAIN CHANGELOG_MODE, ^SELECT 1', 'COMPILE PLAN ^x FOR INSERT INTO t SELECT 1', "COMPILE PLAN 'x' FOR ^SELECT 1", 'SET ^a = b', "SET 'a' ^", "SET 'a' = ^b", 'RESET ^a', 'USE ^', 'SHOW ^', 'SHOW ^TABEL', 'SHOW TABLES ^t',
  'SHOW COLUMNS ^t', 'SHOW TABLES NOT ^t', "SHOW JOBS ^LIKE 'a'", 'DESCRIBE ^', 'STOP JOB ^x', "STOP JOB 'x' WITH ^DRAINS", 'LOAD ^m', 'ADD JAR ^x', 'ANALYZE TABLE t ^', 'CALL p^', '^FOO', '^1', '^)', "^'a'",
];

const EXPRESSIONS = [
  '^', 'a ^b', 'a +^', '(a^', '(a,^)', 'a IS ^', 'a IS NOT ^x', 'a BETWEEN 1 ^', 'a BETWEEN 1 ^OR 2', 'a IN ^', 'a IN (^)', 'a IN ^1', 'a LIKE ^', 'a ^NOT b', 'CASE ^END', 'CASE WHEN a ^END', 'CASE WHEN a THEN b^', 'CAST(a ^)', 'CAST(a AS ^)',
  'CAST(a AS ^1)', 'EXTRACT(^)', 'EXTRACT(DAY ^a)', 'TRIM(BOTH^', 'SUBSTRING(a^)', 'OVERLAY(a PLACING b ^)', 'FLOOR(a TO ^)', 'f(a^', 'f(a,^)', 'f(a => ^)', 'f(DISTINCT ^)', 'EXISTS ^a', 'EXISTS (^a)', 'a[^', 'a[1^', 'a.^', 'a^.1', 'a.^select', 'ROW(^)',
  'ARRAY^', 'ARRAY[1^', 'MAP[1,^]', "INTERVAL '1' ^", "INTERVAL '1' ^FORTNIGHT", "INTERVAL '1' ^YEAR TO DAY", '^DATE', "JSON_VALUE(a^)", "JSON_VALUE(a, 'b' NULL ^)", "JSON_QUERY(a, 'b' WITH ^)", 'JSON_OBJECT(KEY a ^b)', 'JSON_ARRAYAGG(^)', 'a = ^ANY 1',
  'a ^!= b', 'a ^!b', '^#', 'a ^"b"', '^DAY(a)', "^LIKE('a', 'b')", '^value', 'NOT ^', '- ^', "^x'0g'", "^x'123'", "^'abc", '^`abc', "^E'\\u00'", "^U&'\\0'", '^``', '1 ^2', '^RUNNING a', '{^x 1}',
];

const TYPES = ['^', 'INT^(1)', 'ARRAY^', 'ARRAY^<>', 'ARRAY<INT^', 'MAP<INT^>', 'MAP<INT,^>', 'ROW<a^>', 'ROW<^1 INT>', 'RAW(^a)', 'STRUCTURED<^a INT>', 'DECIMAL(^a)', 'VARCHAR(^-1)', 'INT ^NOT', 'TIMESTAMP(3) ^WITH ZONE', 'INTERVAL ^INT', 'BITMAP^(1)', '^DAY'];

describe('what the grammar refuses', () => {
  const groups: readonly (readonly [string, readonly string[], (text: string) => unknown])[] = [
    ['statements', STATEMENTS, parseStatement], ['expressions', EXPRESSIONS, parseExpression], ['data types', TYPES, parseDataType],
  ];
  for (const [name, texts, parse] of groups) {
    test(`${name} are refused on one line, with a code, at the place`, () => {
      const wrong = texts.flatMap((marked) => {
        const { error, offset } = refusalOf(marked, parse);
        assert.equal(error.code, 'SQL_PARSE');
        assert.ok(!error.message.includes('\n') && /at line 1, column \d+\./.test(error.message), error.message);
        return error.span.start === offset ? [] : [`${marked}: at ${error.span.start}`];
      });
      assert.deepEqual(wrong, []);
    });
  }
});

describe('a statement too large', () => {
  test('in depth is refused, and takes nothing with it', () => {
    const { error } = refusalOf(`SELECT ${'('.repeat(100_000)}1${')'.repeat(100_000)}`, parseStatement);
    assert.match(error.message, /^The statement is nested too deep/);
  });

  test('in length parses', () => {
    const statement = parseStatement(`SELECT ${Array.from({ length: 5000 }, (_, index) => `c${index}`).join(', ')} FROM t WHERE a IN (${Array.from({ length: 5000 }, (_, index) => index).join(', ')})`);
    assert.ok(statement.kind === 'query' && statement.body.kind === 'select');
    assert.equal(statement.body.items.length, 5000);
  });
});
