// What every Random keeps to.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Random } from '#platform/random/random';

export function randomContract(name: string, create: () => Random): void {
  describe(`${name} as a Random`, () => {
    test('integers lie below the bound, for small and for huge bounds', () => {
      const random = create();
      fc.assert(fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (bound) => {
        const value = random.nextInt(bound);
        return Number.isSafeInteger(value) && value >= 0 && value < bound;
      }));
    });

    test('integers and doubles fill their range evenly', () => {
      const random = create();
      const draws = 20_000;
      const byInteger = new Array<number>(10).fill(0);
      const byDouble = new Array<number>(10).fill(0);
      for (let i = 0; i < draws; i++) {
        byInteger[random.nextInt(10)]!++;
        byDouble[Math.floor(random.nextDouble() * 10)]!++;
      }
      // Ten standard deviations: a fair generator practically never leaves the band.
      const band = 10 * Math.sqrt(draws * 0.09);
      for (const count of [...byInteger, ...byDouble]) assert.ok(Math.abs(count - draws / 10) < band, `${count} of ${draws} in one tenth`);
    });

    test('hex has two digits per byte and is not repeated', () => {
      const random = create();
      assert.equal(random.hex(0), '');
      assert.match(random.hex(5), /^[0-9a-f]{10}$/);
      const ids = new Set(Array.from({ length: 1000 }, () => random.hex(16)));
      assert.equal(ids.size, 1000);
    });

    test('a split generator has a sequence of its own', () => {
      const random = create();
      const split = random.split();
      assert.notEqual(split.hex(16), random.hex(16));
    });

    test('a bound below one is a programmer error', () => {
      const random = create();
      assert.throws(() => random.nextInt(0), /bound/);
      assert.throws(() => random.nextInt(1.5), /bound/);
    });
  });
}
