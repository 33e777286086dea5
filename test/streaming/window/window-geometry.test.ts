import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { WindowGeometry } from '#streaming/window/window-geometry';
import { vectorTests } from '../../runtime-vectors.js';

describe('WindowGeometry', () => {
  vectorTests('window', 'windows of a timestamp are Flink\'s', 70, (vectors) => {
    for (const { timestamp, sizeMs, slideMs, offsetMs, tumblingStart, sliding } of vectors as unknown as { timestamp: number; sizeMs: number; slideMs: number; offsetMs: number; tumblingStart: number; sliding: number[][] }[]) {
      for (const isSliceable of [true, false]) {
        const tumbling = new WindowGeometry({ kind: 'tumbling', timeDomain: 'event', sizeMs, offsetMs }, isSliceable);
        assert.deepEqual(tumbling.windowStarts(timestamp), [tumblingStart]);
        const geometry = new WindowGeometry({ kind: 'sliding', timeDomain: 'event', sizeMs, slideMs, offsetMs }, isSliceable);
        assert.deepEqual(geometry.windowStarts(timestamp).map((start) => [start, start + sizeMs]), sliding);
      }
    }
  });

  test('a start is never -0, also before 1970 and with an offset', () => {
    fc.assert(fc.property(fc.integer({ min: -1e12, max: 1e12 }), fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: -1e6, max: 1e6 }), (time, sizeMs, offsetMs) => {
      const [start] = new WindowGeometry({ kind: 'tumbling', timeDomain: 'event', sizeMs, offsetMs }, true).windowStarts(time);
      assert.ok(start! <= time && time < start! + sizeMs);
      assert.ok(Object.is(start! + 0, start));
    }), { examples: [[0, 10, 0], [-10, 10, 0]] });
  });

  test('a slide wider than the window leaves gaps', () => {
    const geometry = new WindowGeometry({ kind: 'sliding', timeDomain: 'event', sizeMs: 5, slideMs: 10, offsetMs: 0 }, true);
    assert.deepEqual(geometry.windowStarts(7), []);
    assert.deepEqual(geometry.windowStarts(3), [0]);
  });

  const shape = fc.record({ sizeMs: fc.integer({ min: 1, max: 60 }), slideMs: fc.integer({ min: 1, max: 60 }), offsetMs: fc.integer({ min: -80, max: 80 }) });

  test('the slices of a window are exactly the times in it', () => {
    fc.assert(fc.property(shape, fc.integer({ min: -200, max: 200 }), ({ sizeMs, slideMs, offsetMs }, time) => {
      const geometry = new WindowGeometry({ kind: 'sliding', timeDomain: 'event', sizeMs, slideMs, offsetMs }, true);
      if (geometry.isPerWindow) return;
      const slice = geometry.sliceStart(time);
      assert.ok(slice <= time && time < slice + geometry.tableMs);
      for (const start of geometry.windowStarts(time)) assert.ok(start <= slice && slice + geometry.tableMs <= start + sizeMs && (slice - start) % geometry.tableMs === 0);
      assert.equal(geometry.firstEndOf(slice), geometry.windowStarts(time).at(-1)! + sizeMs);
      assert.equal(geometry.lastEndOf(slice), geometry.windowStarts(time)[0]! + sizeMs);
    }));
  });

  test('walking next ends from a table visits each of its windows once', () => {
    fc.assert(fc.property(shape, fc.integer({ min: -200, max: 200 }), fc.constantFrom(0, 0.5), ({ sizeMs, slideMs, offsetMs }, time, fraction) => {
      const geometry = new WindowGeometry({ kind: 'sliding', timeDomain: 'event', sizeMs, slideMs, offsetMs }, true);
      const starts = geometry.windowStarts(time);
      if (starts.length === 0 || geometry.isPerWindow) return;
      const slice = geometry.sliceStart(time);
      const ends: number[] = [];
      for (let fired = Number.NEGATIVE_INFINITY, end = geometry.nextEndOf(slice, fired); end !== Number.POSITIVE_INFINITY; end = geometry.nextEndOf(slice, fired)) {
        ends.push(end);
        fired = end - 1 + fraction;
      }
      assert.deepEqual(ends, starts.map((start) => start + sizeMs).reverse());
    }));
  });

  test('all times of a segment are in the same windows', () => {
    fc.assert(fc.property(shape, fc.integer({ min: -200, max: 200 }), ({ sizeMs, slideMs, offsetMs }, time) => {
      const geometry = new WindowGeometry({ kind: 'sliding', timeDomain: 'event', sizeMs, slideMs, offsetMs }, false);
      const { from, to } = geometry.segment(time);
      assert.ok(from <= time && time < to);
      for (let other = from; other < to; other++) assert.deepEqual(geometry.windowStarts(other), geometry.windowStarts(time));
    }));
  });
});
