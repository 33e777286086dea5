import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { multiplyTruncated, fractionRoundedDown } from '#core/config/decimal-product';
import { MemorySize, parseMemorySize } from '#core/config/memory-size';
import { vectorTests } from '../../runtime-vectors.js';

const sizes = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });

describe('memory sizes', () => {
  vectorTests('memory-size', 'text reads as Flink reads it', 15, (vectors) => {
    for (const vector of vectors) {
      const outcome = parseMemorySize(vector['text']);
      assert.equal(outcome.kind === 'parsed' ? String(outcome.value.bytes) : undefined, vector['bytes'], JSON.stringify(vector));
    }
  });

  vectorTests('memory-size-format', 'sizes print as Flink prints them', 20, (vectors) => {
    for (const vector of vectors) {
      const size = MemorySize.of(BigInt(vector['bytes']));
      assert.deepEqual({ text: size.toString(), human: size.toHumanString() }, { text: vector['text'], human: vector['human'] });
    }
  });

  test('every size reads back from its own text', () => {
    fc.assert(fc.property(sizes, (bytes) => {
      const outcome = parseMemorySize(MemorySize.of(bytes).toString());
      assert.equal(outcome.kind === 'parsed' ? outcome.value.bytes : undefined, bytes);
    }));
  });

  test('whole tebibytes print as bytes and exactly one gigabyte prints in megabytes for people', () => {
    assert.equal(MemorySize.of(2n ** 41n).toString(), '2199023255552 bytes');
    assert.equal(MemorySize.of(2n ** 30n).toString(), '1 gb');
    assert.equal(MemorySize.of(2n ** 30n).toHumanString(), '1024.000mb (1073741824 bytes)');
    assert.equal(MemorySize.of(1024n).toHumanString(), '1024 bytes');
    assert.equal(MemorySize.ZERO.toString(), '0 bytes');
  });

  test('bad text is refused with its reason', () => {
    const reasonOf = (text: string): string => {
      const outcome = parseMemorySize(text);
      return outcome.kind === 'refused' ? outcome.reason : `parsed ${outcome.value}`;
    };
    assert.equal(reasonOf('  '), 'the text is empty');
    assert.equal(reasonOf('1.5g'), "the unit '.5g' is none of (b | bytes) / (k | kb | kibibytes) / (m | mb | mebibytes) / (g | gb | gibibytes) / (t | tb | tebibytes)");
    assert.equal(reasonOf('9223372036854775807 k'), 'the size in bytes does not fit 64 bits');
  });

  test('arithmetic that leaves 64 bits throws MEMORY_SIZE_OVERFLOW', () => {
    assert.throws(() => MemorySize.MAX.add(MemorySize.of(1)), { code: 'MEMORY_SIZE_OVERFLOW' });
    assert.throws(() => MemorySize.ZERO.subtract(MemorySize.of(1)), { code: 'MEMORY_SIZE_OVERFLOW' });
    assert.throws(() => MemorySize.MAX.multiply(1.5), { code: 'MEMORY_SIZE_OVERFLOW' });
  });
});

describe('decimal products', () => {
  test('a float widened to a double shows in the product', () => {
    assert.equal(MemorySize.of(1342177280).multiply(Math.fround(0.1)).bytes, 134217730n);
    assert.equal(MemorySize.of(1342177280).multiply(0.1).bytes, 134217728n);
  });

  test('the product is the exact decimal one, cut off', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), fc.integer({ min: 0, max: 999_999 }), (count, millionths) => {
      assert.equal(multiplyTruncated(count, Number(`${millionths}e-6`)), (count * BigInt(millionths)) / 1_000_000n);
    }));
  });

  test('factors written with an exponent count in full', () => {
    assert.equal(multiplyTruncated(10n ** 20n, 1e-7), 10n ** 13n);
    assert.equal(multiplyTruncated(3n, 1e21), 3n * 10n ** 21n);
  });

  test('shares are rounded down at 16 decimals and a share of nothing is nothing', () => {
    assert.equal(fractionRoundedDown(1, 3), 0.3333333333333333);
    assert.equal(fractionRoundedDown(2, 3), 0.6666666666666666);
    assert.equal(fractionRoundedDown(70, 140), 0.5);
    assert.equal(fractionRoundedDown(5, 0), 0);
  });
});
