import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { booleanType, doubleType, enumType, floatType, intType, listType, longType, mapType, stringType, type ConfigType } from '#core/config/config-type';

function read<T>(type: ConfigType<T>, text: string): T | string {
  const outcome = type.parse(text);
  return outcome.kind === 'parsed' ? outcome.value : `refused: ${outcome.reason}`;
}

describe('configuration types', () => {
  test('whole numbers keep their range', () => {
    assert.equal(read(intType, ' 2147483647 '), 2147483647);
    assert.equal(read(intType, '2147483648'), 'refused: outside the range');
    assert.equal(read(intType, '-2147483648'), -2147483648);
    assert.equal(read(intType, '1.0'), 'refused: not a whole number');
    assert.equal(read(longType, '9223372036854775807'), 9223372036854775807n);
    assert.equal(read(longType, '9223372036854775808'), 'refused: outside the range');
  });

  test('a float is rounded to 32 bits and prints as its shortest text', () => {
    assert.equal(read(floatType, '0.1'), 0.10000000149011612);
    assert.equal(floatType.format(Math.fround(0.1)), '0.1');
    assert.equal(read(floatType, '1e39'), 'refused: outside the range');
  });

  test('every float reads back from its own text', () => {
    fc.assert(fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      assert.ok(read(floatType, floatType.format(value)) === value, floatType.format(value));
    }));
  });

  test('doubles refuse what is no decimal number', () => {
    assert.equal(read(doubleType, '.5'), 0.5);
    for (const text of ['', 'NaN', 'Infinity', '0x10', '1e999', '1,5']) assert.match(String(read(doubleType, text)), /^refused/, text);
  });

  test('booleans and constants are read in any case and nothing else', () => {
    assert.equal(read(booleanType, 'TRUE'), true);
    assert.equal(read(booleanType, 'yes'), 'refused: neither true nor false');
    const mode = enumType(['EXACTLY_ONCE', 'AT_LEAST_ONCE']);
    assert.equal(read(mode, 'exactly_once'), 'EXACTLY_ONCE');
    assert.equal(read(mode, 'exactly-once'), 'refused: no such constant');
  });

  test('lists are read with semicolons, with quotes and as YAML flow', () => {
    const list = listType(stringType);
    assert.deepEqual(read(list, 'a;b; c '), ['a', 'b', 'c']);
    assert.deepEqual(read(list, "a;'b;c';\"d\""), ['a', 'b;c', 'd']);
    assert.deepEqual(read(list, "[a, 'b, c', \"it''s\"]"), ['a', 'b, c', "it''s"]);
    assert.deepEqual(read(list, "it's;fine"), ["it's", 'fine']);
    assert.deepEqual(read(list, ''), []);
    assert.equal(read(list, "'open"), "refused: a ' quote is not closed");
    assert.equal(read(listType(intType), '1;x'), "refused: in the element 'x': not a whole number");
  });

  test('maps are read as pairs, with quotes and as YAML flow', () => {
    assert.deepEqual(read(mapType, 'OPERATOR:70,STATE_BACKEND:30'), { OPERATOR: '70', STATE_BACKEND: '30' });
    assert.deepEqual(read(mapType, "path:'file:///a,b',n:1"), { path: 'file:///a,b', n: '1' });
    assert.deepEqual(read(mapType, "'k:v'"), { k: 'v' });
    assert.deepEqual(read(mapType, '{a: 1, b: "x, y"}'), { a: '1', b: 'x, y' });
    assert.equal(read(mapType, 'a'), "refused: 'a' is not a pair name:value");
    assert.equal(read(mapType, 'a:b:c'), "refused: 'a:b:c' is not a pair name:value");
  });

  test('every list and map reads back from its own text', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', ' ', ';', ',', ':', "'", '"', '[', '{', '}') });
    fc.assert(fc.property(fc.array(texts), (values) => {
      assert.deepEqual(read(listType(stringType), listType(stringType).format(values)), values);
    }));
    fc.assert(fc.property(fc.dictionary(texts, texts), (map) => {
      assert.deepEqual(read(mapType, mapType.format(map)), { ...map });
    }));
  });
});
