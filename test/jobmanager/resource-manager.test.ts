import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createJobId, isJobId } from '#cluster/ids/ids';
import { SeededRandom } from '#platform/random/seeded-random';
import { ResourceManager } from '#jobmanager/resource-manager/resource-manager';

const random = new SeededRandom(1);

describe('resource manager', () => {
  test('a job holds its slots until it frees them, and no more are given than there are', async () => {
    const manager = new ResourceManager(3);
    const [first, second] = [createJobId(random), createJobId(random)];
    await manager.allocateSlots(first, 2);
    await assert.rejects(manager.allocateSlots(second, 2), { code: 'NOT_ENOUGH_SLOTS', message: /needs 2 slots, have 1, 2 of 3 are taken.*taskmanager\.numberOfTaskSlots to 4/ });
    manager.releaseSlots(first);
    manager.releaseSlots(first);
    await manager.allocateSlots(second, 3);
    assert.equal(manager.freeSlots, 0);
  });

  test('job ids are 32 hex digits', () => {
    assert.ok(isJobId(createJobId(random)));
    assert.ok(!isJobId('xyz'));
  });
});
