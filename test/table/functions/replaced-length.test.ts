// CHAR_LENGTH of what REPLACE leaves: counted, and the same as of the text that REPLACE makes.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Expression } from '#table/expressions/expression';
import { CHAR_LENGTH, lengthWithout, REPLACE } from '#table/functions/replaced-length';
import { LogicalTypes, notNull } from '#table/types/logical-type';
import { codePointCount } from '#table/values/value-text';
import { contextOf, runGenerated } from '../conformance/scalar-case.js';

const { STRING, INT } = LogicalTypes;
const literal = (value: string): Expression => ({ kind: 'literal', value, type: notNull(STRING) });

function lengthOfReplaced(text: string | null, searched: string, replacement: string): unknown {
  const replaced: Expression = { kind: 'call', function: REPLACE, arguments: [{ kind: 'input', index: 0, type: STRING }, literal(searched), literal(replacement)], type: STRING };
  return runGenerated({ kind: 'call', function: CHAR_LENGTH, arguments: [replaced], type: INT }, [text], contextOf());
}

describe('CHAR_LENGTH of REPLACE', () => {
  test('counts what is left, whatever is taken away', () => {
    const unit = fc.constantFrom('a', 'b', 'é', '\u{1f600}', '\ud83d', '\ude00');
    fc.assert(fc.property(fc.array(unit, { maxLength: 12 }), fc.array(unit, { minLength: 1, maxLength: 2 }), (units, searched) => {
      const text = units.join('');
      assert.equal(lengthWithout(text, searched.join('')), codePointCount(text.replaceAll(searched.join(''), '')));
    }));
  });

  test('is the same in a query, with NULL, nothing to search for and a replacement', () => {
    assert.deepEqual(['', 'abcab', 'b', null].map((text) => lengthOfReplaced(text, 'ab', '')), [0, 1, 1, null]);
    assert.deepEqual(['', 'abcab', null].map((text) => lengthOfReplaced(text, '', '')), [0, 5, null]);
    assert.deepEqual(['', 'abcab', null].map((text) => lengthOfReplaced(text, 'ab', 'xyz$&')), [0, 11, null]);
  });
});
