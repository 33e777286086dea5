// Flink's own answers: what Flink parses, parses here and survives the printer; what it refuses when parsing is refused.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parseDataType, parseExpression, parseStatement } from '#table/parser/parser';
import { SqlParserError } from '#table/parser/sql-parser-error';
import { checkStatement } from '#table/parser/statement-checks';
import { printExpression, printStatement } from '#table/printer/printer';
import { conformanceTest } from '../../conformance-folder.js';
import { stripSpans } from './strip-spans.js';

interface FunctionCase {
  readonly id: string;
  readonly kind: 'scalar' | 'query';
  readonly expr?: string;
  readonly query?: string;
  readonly fields?: readonly { readonly type: string }[];
  readonly error?: { readonly phase: string };
}

interface TableOf {
  readonly ddl?: readonly string[];
}

interface Program {
  readonly sources: readonly TableOf[];
  readonly sinks: readonly TableOf[];
  readonly setupSql?: readonly string[];
  readonly run: readonly { readonly kind: string; readonly text?: string; readonly asSql?: string; readonly statements?: readonly string[] }[];
}

interface StreamingCase {
  readonly tables: readonly TableOf[];
  readonly query: string;
}

function casesOf<T>(folder: string, name: string): T[] {
  return readFileSync(join(folder, 'sql', name), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as T);
}

/** Refused when Flink analyses them, here when they are read: the lexer knows already that they cannot be. */
const REFUSED_EARLIER = new Set(["SELECT x'0' FROM T"]);

const textOf = (one: FunctionCase): string => (one.kind === 'scalar' ? `SELECT ${one.expr} FROM T` : one.query!);

function createTable({ ddl }: TableOf): string[] {
  return ddl === undefined || ddl.length === 0 ? [] : [`CREATE TABLE t (${ddl.join(', ')}) WITH ('connector' = 'x')`];
}

function isRefused(text: string): boolean {
  try {
    parseStatement(text);
    return false;
  } catch (error) {
    assert.ok(error instanceof SqlParserError, text);
    return true;
  }
}

function checkRoundTrip(text: string): void {
  const statement = parseStatement(text);
  const printed = printStatement(statement);
  assert.deepEqual(stripSpans(parseStatement(printed)), stripSpans(statement), `${text}\nprinted as\n${printed}`);
}

describe('statements that Flink answers', () => {
  conformanceTest('of functions.ndjson parse and survive the printer', (folder) => {
    const cases = casesOf<FunctionCase>(folder, 'functions.ndjson').filter((one) => one.error?.phase !== 'parse' && !REFUSED_EARLIER.has(textOf(one)));
    assert.ok(cases.length > 5000);
    assert.deepEqual(cases.filter((one) => isRefused(textOf(one))).map(textOf), []);
    for (const one of cases) {
      checkRoundTrip(textOf(one));
      if (one.expr !== undefined) assert.deepEqual(stripSpans(parseExpression(printExpression(parseExpression(one.expr)))), stripSpans(parseExpression(one.expr)));
      for (const { type } of one.fields ?? []) parseDataType(type);
    }
  });

  conformanceTest('of programs.ndjson and streaming.ndjson parse, pass the checks and survive the printer', (folder) => {
    const programs = casesOf<Program>(folder, 'programs.ndjson');
    const streaming = casesOf<StreamingCase>(folder, 'streaming.ndjson');
    const ofPrograms = programs.flatMap(({ sources, sinks, setupSql, run }) => [
      ...[...sources, ...sinks].flatMap(createTable), ...setupSql ?? [], ...run.flatMap(({ text, asSql, statements }) => [text, asSql, ...statements ?? []]).filter((text) => text !== undefined),
    ]);
    const ofStreaming = streaming.flatMap(({ tables, query }) => [...tables.flatMap(createTable), query]);
    const statements = [...ofPrograms, ...ofStreaming];
    assert.ok(statements.length > 1000);
    for (const text of statements) {
      checkRoundTrip(text);
      checkStatement(text, parseStatement(text));
    }
  });

  conformanceTest('with an error, but not when parsing, parse', (folder) => {
    const cases = casesOf<FunctionCase>(folder, 'functions.ndjson').filter((one) => one.error !== undefined && one.error.phase !== 'parse');
    assert.deepEqual(cases.map(textOf).filter(isRefused), [...REFUSED_EARLIER]);
  });

  conformanceTest('that Flink refuses when parsing are refused', (folder) => {
    const cases = casesOf<FunctionCase>(folder, 'functions.ndjson').filter((one) => one.error?.phase === 'parse');
    assert.ok(cases.length > 40);
    assert.deepEqual(cases.map(textOf).filter((text) => !isRefused(text)), []);
  });
});

test('what Flink refuses when parsing, in kind', () => {
  const refused = [
    'SELECT COUNT(*) FROM (SELECT 1 AS v WHERE FALSE) AS t', 'SELECT ROW()', "SELECT LIKE('a', 'b')", 'SELECT DAY(d) FROM t', 'SELECT SUBSTRING(a) FROM t', 'SELECT 1 DIV 2', "SELECT INTERVAL '1' FOO",
    "SELECT CAST('a' AS)", 'SELECT ARRAY[1,', "SELECT 'a' +", "SELECT TIMESTAMPADD(YEAR, 1, d))",
  ];
  assert.deepEqual(refused.filter((text) => !isRefused(text)), []);
});
