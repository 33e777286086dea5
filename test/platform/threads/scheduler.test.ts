import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '#platform/random/seeded-random';
import { SimulatedScheduler } from '#platform/threads/simulated-scheduler';
import { schedulerContract } from '../scheduler-contract.js';
import { NodeScheduler } from '#platform/threads/node-scheduler';

schedulerContract('NodeScheduler', () => ({ scheduler: new NodeScheduler(), settle: async () => { for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve)); } }));
schedulerContract('SimulatedScheduler', () => {
  const scheduler = new SimulatedScheduler(new SeededRandom(3));
  return { scheduler, settle: async () => void (await scheduler.runUntilIdle()) };
});

async function interleaving(seed: number): Promise<string> {
  const scheduler = new SimulatedScheduler(new SeededRandom(seed));
  const lanes = [{}, {}, {}];
  let order = '';
  for (let i = 0; i < 6; i++) for (const [index, lane] of lanes.entries()) scheduler.post(() => (order += index), lane);
  await scheduler.runUntilIdle();
  return order;
}

test('the same seed gives the same interleaving of lanes, other seeds give others', async () => {
  assert.equal(await interleaving(5), await interleaving(5));
  const orders = new Set(await Promise.all(Array.from({ length: 20 }, (_, seed) => interleaving(seed))));
  assert.ok(orders.size > 15, `${orders.size} interleavings from 20 seeds`);
});

test('promises settle between two steps', async () => {
  const scheduler = new SimulatedScheduler(new SeededRandom(1));
  const order: string[] = [];
  scheduler.post(() => void Promise.resolve().then(() => Promise.resolve()).then(() => order.push('promise')));
  scheduler.post(() => order.push('second'));
  assert.equal(await scheduler.runUntilIdle(), 2);
  assert.deepEqual(order, ['promise', 'second']);
  assert.equal(scheduler.isIdle, true);
});

test('work that posts itself for ever is reported', async () => {
  const scheduler = new SimulatedScheduler(new SeededRandom(1));
  const again = (): void => scheduler.post(again);
  again();
  await assert.rejects(scheduler.runUntilIdle(50), { code: 'SIMULATION_STUCK' });
});
