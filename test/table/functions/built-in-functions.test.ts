// The built-in scalar functions by family: each line of the fixture is an expression with the text and the type of its
// result, or with the message of its refusal.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { builtInFunctionNames, findBuiltInFunction } from '#table/functions/built-in-functions';
import { isMismatch } from '#table/functions/function-definition';
import { LogicalTypes, type LogicalType } from '#table/types/logical-type';
import { fixturePath } from '../../conformance-folder.js';
import { answerOf, contextOf } from '../conformance/scalar-case.js';

function lineOf(expression: string): string {
  const isRefused = expression.startsWith('!');
  const { failure, isCrash, string, value, type, twin } = answerOf({ id: '', kind: 'scalar', source: 'fixture', expr: isRefused ? expression.slice(1) : expression });
  assert.equal(isCrash ?? false, false, `${expression} breaks the engine: ${failure}`);
  assert.equal(twin, undefined, `${expression}: the interpreter disagrees with generated code`);
  if (failure !== undefined) return `${isRefused ? '' : '!'}${expression} => ${failure}`;
  const text = string === undefined ? JSON.stringify(value) : string === null ? 'NULL' : JSON.stringify(string).slice(1, -1);
  return `${expression} => ${text} : ${type}`;
}

describe('built-in functions', () => {
  const families = readFileSync(fixturePath('sql-functions.txt'), 'utf8').split(/^# /m).slice(2);
  for (const family of families) {
    const [name = '', ...lines] = family.trimEnd().split('\n');
    test(`${name}: each expression has its text and type`, () => {
      assert.deepEqual(lines.map((line) => lineOf(line.slice(0, line.lastIndexOf(' => ')))), lines);
    });
  }

  test('UNNEST gives a row per element, with the fields of rows as columns', () => {
    const rowsOf = (name: string, type: LogicalType, value: unknown): unknown[] => {
      const definition = findBuiltInFunction(name);
      assert.equal(definition?.kind, 'table');
      const signature = definition.inferTypes({ argumentTypes: [type], literals: [undefined] });
      assert.ok(!isMismatch(signature));
      return [...definition.bind({ ...signature, literals: [undefined] }, contextOf())(value)];
    };
    const pair = LogicalTypes.ROW([{ name: 'a', type: LogicalTypes.INT }, { name: 'b', type: LogicalTypes.STRING }]);
    assert.deepEqual(rowsOf('UNNEST', LogicalTypes.ARRAY(pair), [{ a: 1, b: 'x' }, null]), [{ a: 1, b: 'x' }, { a: null, b: null }]);
    assert.deepEqual(rowsOf('UNNEST WITH ORDINALITY', LogicalTypes.ARRAY(LogicalTypes.INT), [7, null]), [{ f0: 7, ORDINALITY: 1 }, { f0: null, ORDINALITY: 2 }]);
    assert.deepEqual(rowsOf('UNNEST', LogicalTypes.MAP(LogicalTypes.STRING, LogicalTypes.INT), new Map([['k', 1]])), [{ f0: 'k', f1: 1 }]);
    assert.deepEqual(rowsOf('UNNEST', LogicalTypes.MULTISET(LogicalTypes.INT), new Map([[5, 2]])), [{ f0: 5 }, { f0: 5 }]);
    assert.deepEqual(rowsOf('UNNEST', LogicalTypes.ARRAY(LogicalTypes.INT), null), []);
  });

  test('names are found in any case, and aliases too', () => {
    assert.equal(findBuiltInFunction('substr'), findBuiltInFunction('SUBSTRING'));
    assert.equal(findBuiltInFunction('Variance')?.name, 'VAR_SAMP');
    assert.equal(findBuiltInFunction('no_such'), undefined);
    assert.ok(builtInFunctionNames().length > 200);
  });
});
