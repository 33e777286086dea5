// What every Scheduler keeps to.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Scheduler } from '#platform/threads/scheduler';

export interface SchedulerHarness {
  readonly scheduler: Scheduler;
  /** Lets all posted work run. */
  settle(): Promise<void>;
}

export function schedulerContract(name: string, create: () => SchedulerHarness): void {
  describe(`${name} as a Scheduler`, () => {
    test('posted work runs later, never inside post', async () => {
      const { scheduler, settle } = create();
      let runs = 0;
      scheduler.post(() => runs++);
      assert.equal(runs, 0);
      await settle();
      assert.equal(runs, 1);
    });

    test('posts of one lane keep their order, also those made on the way', async () => {
      const { scheduler, settle } = create();
      const lane = {};
      const order: number[] = [];
      scheduler.post(() => {
        order.push(0);
        scheduler.post(() => order.push(3), lane);
      }, lane);
      scheduler.post(() => order.push(1), lane);
      scheduler.post(() => order.push(2), lane);
      await settle();
      assert.deepEqual(order, [0, 1, 2, 3]);
    });

    test('work of all lanes runs', async () => {
      const { scheduler, settle } = create();
      const ran = new Set<number>();
      for (let i = 0; i < 10; i++) scheduler.post(() => ran.add(i), {});
      await settle();
      assert.equal(ran.size, 10);
    });
  });
}
