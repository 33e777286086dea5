import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { builtInFunctionNames, findBuiltInFunction } from '#table/functions/built-in-functions';
import { readProjectFile } from '../architecture/project-files.js';
import { answerOf } from '../table/conformance/scalar-case.js';

/** What the parser or the validator makes of calls that the registry does not hold. */
const SPECIAL_FORMS = new Set(['CAST', 'COALESCE', 'CUMULATE', 'DESCRIPTOR', 'FROM_CHANGELOG', 'GROUPING', 'GROUPING_ID', 'GROUP_ID', 'HOP', 'IF', 'IFNULL', 'NULLIF', 'SESSION', 'TO_CHANGELOG', 'TUMBLE']);

const EXAMPLES_FLOOR = 90;

/** Cells of the tables, with bars as they are meant. */
const rows = readProjectFile('docs/guide/functions.md').split('\n').filter((line) => line.startsWith('| `')).map((line) => line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim().replaceAll('\\|', '|')));
const calls = rows.map(([call]) => call!.replaceAll('`', '')).join('\n');

describe('the page of functions', () => {
  test('has every built-in function', () => {
    const named = new Set(calls.match(/\b[A-Z][A-Z_0-9]*\b/g));
    assert.deepEqual(builtInFunctionNames().filter((name) => !named.has(name) && name !== 'ITEM'), []);
  });

  test('has none that is not there', () => {
    const called = [...calls.matchAll(/\b([A-Z][A-Z_0-9]+)\(/g)].map(([, name]) => name!);
    assert.deepEqual(called.filter((name) => findBuiltInFunction(name) === undefined && !SPECIAL_FORMS.has(name)), []);
  });

  test('shows what its examples give', () => {
    const examples = rows.flatMap(([, , cell]) => [...cell!.matchAll(/^`(.+)` → `(.*)`$/g)]);
    assert.ok(examples.length >= EXAMPLES_FLOOR, `only ${examples.length} examples were seen`);
    assert.deepEqual(examples.map(([, expr]) => `${expr!} → ${textOf(expr!)}`), examples.map(([, expr, text]) => `${expr!} → ${text!}`));
  });
});

describe('the page of differences', () => {
  test('shows what expressions give here', () => {
    const values = readProjectFile('docs/guide/differences-from-flink.md').split('\n').flatMap((line) => [...line.matchAll(/^\| `(.+?)` \| `(.*?)` \| /g)]).map(([, expr, text]) => [expr!, text!] as const);
    assert.ok(values.length >= 10, `only ${values.length} expressions were seen`);
    assert.deepEqual(values.map(([expr]) => [expr, textOf(expr)]), values);
  });
});

/** As CAST to STRING gives it. */
function textOf(expr: string): string {
  const { failure, string, value } = answerOf({ id: expr, kind: 'scalar', source: 'docs', expr });
  return failure ?? (value === null ? 'NULL' : string ?? JSON.stringify(value));
}
