import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatTimestamp } from '#core/time/format-timestamp';
import { slidingWindows, TimeWindow, tumblingWindow, windowStart } from '#core/time/time-window';
import { vectorTests } from '../../runtime-vectors.js';

describe('time windows', () => {
  vectorTests('window', 'tumbling start and sliding windows equal Flink’s', 70, (vectors) => {
    for (const { timestamp, sizeMs, offsetMs, slideMs, tumblingStart, sliding } of vectors) {
      assert.equal(windowStart(timestamp, offsetMs, sizeMs), tumblingStart);
      assert.deepEqual(slidingWindows(timestamp, sizeMs, slideMs, offsetMs).map((window) => [window.start, window.end]), sliding);
    }
  });

  test('a window holds its timestamp and is aligned, also before 1970 and with an offset', () => {
    fc.assert(fc.property(fc.integer({ min: -1e12, max: 1e12 }), fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: -1e6, max: 1e6 }), (timestamp, sizeMs, offsetMs) => {
      const window = tumblingWindow(timestamp, sizeMs, offsetMs);
      assert.ok(window.start <= timestamp && timestamp <= window.maxTimestamp);
      assert.equal(window.end - window.start, sizeMs);
      assert.ok(Object.is(window.start + 0, window.start), 'a start is never -0');
    }));
    assert.ok(Object.is(tumblingWindow(0, 10).start, 0));
    assert.ok(Object.is(tumblingWindow(-10, 10).start, -10));
  });

  test('a slide wider than the window leaves gaps', () => {
    assert.deepEqual(slidingWindows(7, 5, 10), []);
    assert.deepEqual(slidingWindows(3, 5, 10), [new TimeWindow(0, 5)]);
  });

  test('windows that touch meet, and their cover holds both', () => {
    const [a, b] = [new TimeWindow(0, 10), new TimeWindow(10, 20)];
    assert.ok(a.intersects(b) && b.intersects(a));
    assert.ok(!a.intersects(new TimeWindow(11, 12)));
    assert.ok(a.cover(b).equals(new TimeWindow(0, 20)));
    assert.equal(String(a), 'TimeWindow{start=0, end=10}');
  });
});

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
