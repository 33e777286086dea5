// The statements of corpus/*.sql, one for each feature of the language: each parses, and prints to text with the same tree.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { parseScript, parseStatement, type ScriptStatement } from '#table/parser/parser';
import { checkStatement } from '#table/parser/statement-checks';
import { walkSyntax } from '#table/parser/syntax-walk';
import { printStatement } from '#table/printer/printer';
import { stripSpans } from './strip-spans.js';

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'test', 'table', 'parser', 'corpus');

/** Fewer than these means that the splitting went wrong. */
const STATEMENTS_FLOOR = 300;

/** Statements of the corpus that the checks refuse on purpose, since the grammar has them. */
const UNCHECKED = [/UNIQUE/];

const corpus = readdirSync(FOLDER).filter((name) => name.endsWith('.sql')).sort().map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }));

describe('the corpus', () => {
  const all: ScriptStatement[] = [];
  for (const { name, text } of corpus) {
    test(`${name} parses and prints to the same tree`, () => {
      for (const part of parseScript(text)) {
        all.push(part);
        const alone = parseStatement(part.text);
        assert.deepEqual(stripSpans(alone), stripSpans(part.statement), part.text);
        const printed = printStatement(part.statement);
        assert.deepEqual(stripSpans(parseStatement(printed)), stripSpans(part.statement), `${part.text}\nprinted as\n${printed}`);
        assert.equal(printStatement(parseStatement(printed)), printed);
      }
    });
    test(`${name} holds nothing that the checks refuse`, () => {
      for (const { text: statementText, statement } of parseScript(text)) {
        if (UNCHECKED.some((pattern) => pattern.test(statementText))) continue;
        checkStatement(text, statement);
      }
    });
  }

  test('holds every kind of statement, and spans lie within their parents', () => {
    assert.ok(all.length >= STATEMENTS_FLOOR, `${all.length} statements`);
    const kinds = new Set(all.map(({ statement }) => statement.kind));
    assert.deepEqual([...kinds].sort(), [
      'alter', 'analyze-table', 'begin-statement-set', 'call-procedure', 'compile-and-execute-plan', 'compile-plan', 'create-catalog', 'create-connection', 'create-database', 'create-function',
      'create-materialized-table', 'create-model', 'create-table', 'create-view', 'delete', 'describe', 'describe-job', 'drop', 'end-statement-set', 'execute', 'execute-plan', 'explain', 'insert', 'jar',
      'load-module', 'query', 'reset', 'set', 'shell', 'show', 'show-create', 'stop-job', 'truncate', 'unload-module', 'update', 'use', 'use-modules',
    ]);
    for (const { span, statement, text } of all) {
      walkSyntax(statement, (node) => assert.ok(node.span.start >= span.start && node.span.end <= span.end && node.span.start <= node.span.end, `${node.kind} of ${text}`));
    }
  });
});
