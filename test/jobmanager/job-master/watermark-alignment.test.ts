import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { subtaskIdOf } from '#cluster/ids/ids';
import { WatermarkAlignment } from '#jobmanager/job-master/watermark-alignment';

const fast = subtaskIdOf('fast', 0);
const slow = subtaskIdOf('slow', 0);

describe('watermark alignment', () => {
  test('every member of a group is limited to the slowest one plus the drift', () => {
    const alignment = new WatermarkAlignment();
    assert.deepEqual(alignment.onReport('g', 100, fast, 'a', 1000), [{ subtaskId: fast, operatorId: 'a', maxWatermark: 1100 }]);
    assert.deepEqual(alignment.onReport('g', 100, slow, 'b', 10), [{ subtaskId: fast, operatorId: 'a', maxWatermark: 110 }, { subtaskId: slow, operatorId: 'b', maxWatermark: 110 }]);
    assert.deepEqual(alignment.onReport('g', 100, fast, 'a', 1050), []);
    assert.equal(alignment.onReport('g', 100, slow, 'b', 500)[0]!.maxWatermark, 600);
  });

  test('a member that is idle or has ended holds nobody back, and groups do not see each other', () => {
    const alignment = new WatermarkAlignment();
    alignment.onReport('g', 100, slow, 'b', 10);
    alignment.onReport('g', 100, fast, 'a', 1000);
    assert.equal(alignment.onReport('g', 100, slow, 'b', Number.POSITIVE_INFINITY)[0]!.maxWatermark, 1100);
    assert.deepEqual(alignment.onReport('other', 5, slow, 'b', 0), [{ subtaskId: slow, operatorId: 'b', maxWatermark: 5 }]);
  });
});
