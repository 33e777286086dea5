import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AlignmentBrake } from '#streaming/watermark/alignment-brake';

describe('the brake of an aligned source', () => {
  test('it reports once per interval and at the end, and holds only above the limit', () => {
    const reports: number[] = [];
    const brake = new AlignmentBrake({ group: 'g', maxDriftMs: 100, updateIntervalMs: 1000 }, (_alignment, watermark) => reports.push(watermark));
    brake.onStep(0, 5);
    brake.onStep(999, 50);
    brake.onStep(1000, 60);
    brake.onEnd();
    assert.deepEqual(reports, [5, 60, Number.POSITIVE_INFINITY]);
    assert.equal(brake.nextReportMs, 2000);
    assert.equal(brake.isHolding(1e12), false);
    brake.limit(105);
    assert.deepEqual([brake.isHolding(105), brake.isHolding(106)], [false, true]);
  });
});
