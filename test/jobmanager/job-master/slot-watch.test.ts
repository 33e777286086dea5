import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Configuration } from '#core/config/configuration';
import { parseJobId } from '#cluster/ids/ids';
import { SlotWatch } from '#jobmanager/job-master/slot-watch';
import { ResourceManager } from '#jobmanager/resource-manager/resource-manager';
import { simulatedPlatform } from '#platform/simulated-platform';

const OTHER = parseJobId('a'.repeat(32));

/** Three slots, of which another job holds some. */
async function watch(held: number) {
  const { clock } = simulatedPlatform({ seed: 1 });
  const resourceManager = new ResourceManager(3);
  await resourceManager.allocateSlots(OTHER, held);
  const configuration = Configuration.fromMap({
    'jobmanager.adaptive-scheduler.submission.resource-wait-timeout': '60 s', 'jobmanager.adaptive-scheduler.submission.resource-stabilization-timeout': '10 s',
    'jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling': '30 s', 'jobmanager.adaptive-scheduler.executing.resource-stabilization-timeout': '20 s',
  });
  const slotWatch = new SlotWatch({ configuration, clock, resourceManager });
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    for (let turns = 0; turns < 10; turns++) await Promise.resolve();
  };
  return { slotWatch, resourceManager, pass };
}

describe('waiting for slots', () => {
  test('ends at once with all that are wanted, and after the stabilization with enough', async () => {
    const { slotWatch, resourceManager, pass } = await watch(1);
    await slotWatch.waitForSlots(2, 1);
    let isOver = false;
    void slotWatch.waitForSlots(3, 1).then(() => { isOver = true; });
    await pass(9_999);
    assert.equal(isOver, false);
    await pass(1);
    assert.equal(isOver, true);
    isOver = false;
    void slotWatch.waitForSlots(3, 1).then(() => { isOver = true; });
    await pass(1);
    resourceManager.releaseSlots(OTHER);
    await pass(0);
    assert.equal(isOver, true);
  });

  test('without enough it ends when the wait is over', async () => {
    const { slotWatch, pass } = await watch(3);
    let isOver = false;
    void slotWatch.waitForSlots(2, 1).then(() => { isOver = true; });
    await pass(59_999);
    assert.equal(isOver, false);
    await pass(1);
    assert.equal(isOver, true);
  });

  test('a running job hears of more slots behind the cooldown, and later when they are not all it wants', async () => {
    for (const [isWhole, delayMs] of [[true, 30_000], [false, 35_000]] as const) {
      const { slotWatch, resourceManager, pass } = await watch(2);
      let heard = 0;
      slotWatch.start(() => isWhole, () => { heard++; });
      await pass(15_000);
      resourceManager.resizeSlots(OTHER, 1);
      await pass(delayMs - 15_001);
      assert.equal(heard, 0);
      await pass(1);
      assert.equal(heard, 1);
      resourceManager.releaseSlots(OTHER);
      slotWatch.stop();
      await pass(100_000);
      assert.equal(heard, 1);
    }
  });
});
