import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatTimestamp } from '#core/time/format-timestamp';

describe('formatted timestamps', () => {
  test('equal the ISO form with a blank and without the zone', () => {
    fc.assert(fc.property(fc.date({ min: new Date('0000-01-01T00:00:00.000Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }), (date) => {
      assert.equal(formatTimestamp(date.getTime()), date.toISOString().replace('T', ' ').replace('Z', ''));
    }), { numRuns: 2000 });
    assert.equal(formatTimestamp(0), '1970-01-01 00:00:00.000');
    assert.equal(formatTimestamp(-1), '1969-12-31 23:59:59.999');
    assert.equal(formatTimestamp(-0.5), '1969-12-31 23:59:59.999');
  });

  test('the ends of time and years beyond four digits are numbers', () => {
    assert.equal(formatTimestamp(Number.POSITIVE_INFINITY), '9223372036854775807');
    assert.equal(formatTimestamp(253_402_300_800_000), '253402300800000');
  });
});
