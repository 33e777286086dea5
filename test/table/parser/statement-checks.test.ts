import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseStatement } from '#table/parser/parser';
import { SqlParserError } from '#table/parser/sql-parser-error';
import { checkStatement } from '#table/parser/statement-checks';

/** Statement, and how the message of its refusal begins. */
const REFUSED: readonly (readonly [string, RegExp])[] = [
  // tables
  ['CREATE TABLE t (a INT PRIMARY KEY NOT ENFORCED, b INT PRIMARY KEY NOT ENFORCED)', /^Duplicate primary key definition at line 1, column 55\./],
  ['CREATE TABLE t (a INT PRIMARY KEY NOT ENFORCED, PRIMARY KEY (a) NOT ENFORCED)', /^Duplicate primary key definition/],
  ['CREATE TABLE t (a INT, PRIMARY KEY (a))', /^Flink doesn't support ENFORCED mode for PRIMARY KEY constraint.*write PRIMARY KEY \(\.\.\.\) NOT ENFORCED\.$/],
  ['CREATE TABLE t (a INT PRIMARY KEY ENFORCED)', /^Flink doesn't support ENFORCED mode/],
  ['CREATE TABLE t (a INT UNIQUE)', /^UNIQUE constraint is not supported yet/],
  ['CREATE TABLE t (a INT, PRIMARY KEY (a, a) NOT ENFORCED)', /^The primary key holds the column 'a' twice/],
  ['CREATE TABLE t (a INT, PRIMARY KEY (b) NOT ENFORCED)', /^Primary key column 'b' is not defined in the schema.*Available columns: \[a\]\./],
  ['CREATE TABLE t (a INT, b AS a, PRIMARY KEY (b) NOT ENFORCED)', /^Could not create a PRIMARY KEY with column 'b'.*physical columns/],
  ['CREATE TABLE t (a TIMESTAMP(3), WATERMARK FOR a AS a, WATERMARK FOR a AS a)', /^Multiple WATERMARK declarations are not supported yet/],
  ['CREATE TABLE t (a TIMESTAMP(3), WATERMARK FOR b AS a)', /^The rowtime attribute field 'b' is not defined in the table schema/],
  ['CREATE TABLE t (a INT, a STRING)', /^A column named 'a' already exists in the table at line 1, column 24\./],
  ['CREATE TABLE t (a INT, a AS 1)', /^A column named 'a' already exists/],
  ["CREATE TABLE t (a INT) WITH ('x' = '1', 'x' = '2')", /^The option 'x' is given twice/],
  ['CREATE TABLE t (a INT) PARTITIONED BY (b)', /^Partition column 'b' not defined in the table schema.*\[a\]/],
  ['CREATE TABLE t (a INT) DISTRIBUTED BY (b)', /^Bucket key column 'b' not defined/],
  ['CREATE TABLE t (a, b INT)', /^Columns identifiers without types in the schema are supported on CTAS\/RTAS statements only/],
  ['CREATE TEMPORARY TABLE t AS SELECT 1 AS a', /^CREATE TABLE AS SELECT syntax does not support to create temporary table yet/],
  ['CREATE OR REPLACE TABLE t (a INT)', /^REPLACE TABLE needs a query/],
  ['CREATE OR REPLACE TABLE IF NOT EXISTS t AS SELECT 1 AS a', /^REPLACE TABLE AS SELECT syntax does not support IF NOT EXISTS/],
  ['CREATE TABLE t LIKE s (INCLUDING OPTIONS EXCLUDING OPTIONS)', /^Each like option feature can be declared only once/],
  ['CREATE TABLE t LIKE s (OVERWRITING CONSTRAINTS)', /^Illegal merging strategy 'OVERWRITING' for 'CONSTRAINTS' option/],
  ["CREATE MATERIALIZED TABLE m FRESHNESS = INTERVAL '1' MONTH AS SELECT 1 AS a", /^Materialized table freshness only support SECOND, MINUTE, HOUR, DAY/],
  ["ALTER MATERIALIZED TABLE m SET FRESHNESS = INTERVAL -'1' DAY", /^Materialized table freshness doesn't support negative value/],
  ['ALTER TABLE t ADD (a INT, a INT)', /^A column named 'a' already exists/],
  ['ALTER TABLE t MODIFY (WATERMARK FOR a AS a, WATERMARK FOR b AS b)', /^Multiple WATERMARK/],
  ['ALTER TABLE t DROP (a, a)', /^Duplicate column 'a' in DROP/],
  ['ALTER TABLE t SET ()', /^ALTER TABLE SET does not support empty options/],
  ['ALTER TABLE t RESET ()', /^ALTER TABLE RESET does not support empty key/],
  // views, functions
  ['CREATE OR REPLACE VIEW IF NOT EXISTS v AS SELECT 1', /^CREATE OR REPLACE VIEW takes no IF NOT EXISTS/],
  ['CREATE VIEW v (a, a) AS SELECT 1, 2', /^A column named 'a' already exists in the view/],
  ["CREATE TEMPORARY SYSTEM FUNCTION d.f AS 'x.Y'", /^A system function has a simple name/],
  ["CREATE FUNCTION f AS 'f' LANGUAGE PYTHON USING JAR 'a.jar'", /^CREATE FUNCTION USING JAR syntax is not applicable to PYTHON language/],
  ["CREATE FUNCTION f AS 'module.js' LANGUAGE TYPESCRIPT", /^The function 'module\.js' names no export.*'module#export'/],
  // data and queries
  ['INSERT INTO t (a, b, a) SELECT 1, 2, 3', /^Target column 'a' is assigned more than once/],
  ["INSERT INTO t PARTITION (a = 1) (a) SELECT 1", /^Target column 'a' is assigned more than once/],
  ['INSERT OVERWRITE t SELECT 1 ON CONFLICT DO NOTHING', /^INSERT OVERWRITE takes no ON CONFLICT/],
  ['SELECT * FROM a JOIN b', /^INNER JOIN requires a condition \(NATURAL keyword or ON or USING clause\)/],
  ['SELECT * FROM (SELECT * FROM a LEFT JOIN b)', /^LEFT JOIN requires a condition/],
  ['SELECT SUM(a) OVER (ORDER BY b ROWS UNBOUNDED FOLLOWING) FROM t', /^UNBOUNDED FOLLOWING cannot be specified for the lower frame boundary/],
  ['SELECT SUM(a) OVER (ORDER BY b ROWS BETWEEN 1 PRECEDING AND UNBOUNDED PRECEDING) FROM t', /^UNBOUNDED PRECEDING cannot be specified for the upper frame boundary/],
  ['SELECT SUM(a) OVER (ORDER BY b ROWS BETWEEN CURRENT ROW AND 1 PRECEDING) FROM t', /^A frame from CURRENT ROW to PRECEDING ends before it begins/],
  ['SELECT SUM(a) OVER w FROM t WINDOW w AS (ORDER BY a), w AS (ORDER BY b)', /^Duplicate window names not allowed/],
  ['SELECT * FROM f(a => 1, 2)', /^Some but not all arguments are named/],
  ['SELECT f(a => 1, a => 2)', /^Duplicate argument name 'a'/],
  ['SELECT * FROM (SELECT 1, 2) AS t (a, a)', /^The alias names the column 'a' twice/],
  ['SELECT * FROM t MATCH_RECOGNIZE (PATTERN (A{3,2}) DEFINE A AS TRUE)', /^A quantifier repeats at least once/],
  ['EXPLAIN CHANGELOG_MODE, CHANGELOG_MODE SELECT 1', /^Duplicate EXPLAIN DETAIL is not allowed/],
  ['EXPLAIN INSERT INTO t (a, a) SELECT 1, 2', /^Target column 'a'/],
];

describe('a statement that contradicts itself', () => {
  for (const [text, message] of REFUSED) {
    test(`is refused: ${text}`, () => {
      const statement = parseStatement(text);
      assert.throws(() => checkStatement(text, statement), (error) => {
        assert.ok(error instanceof SqlParserError);
        assert.equal(error.code, 'SQL_STATEMENT_INVALID');
        assert.match(error.message, message);
        assert.match(error.excerpt, /\n *\^+$/);
        return true;
      });
    });
  }
});

describe('a statement that might look so', () => {
  const FINE = [
    'CREATE TABLE t (PRIMARY KEY (a) NOT ENFORCED) LIKE s',
    'CREATE TABLE t (WATERMARK FOR ts AS ts) PARTITIONED BY (p) AS SELECT ts, p FROM s',
    'CREATE TABLE t (a INT, A INT)',
    'ALTER TABLE t ADD PRIMARY KEY (b) NOT ENFORCED',
    'SELECT * FROM a JOIN b ON TRUE CROSS JOIN c NATURAL JOIN d, e',
    'SELECT SUM(a) OVER (ORDER BY b ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) FROM t',
    'SELECT * FROM t MATCH_RECOGNIZE (PATTERN (A{0,1} B{2}) DEFINE A AS TRUE)',
  ];
  for (const text of FINE) test(`passes: ${text}`, () => checkStatement(text, parseStatement(text)));
});
