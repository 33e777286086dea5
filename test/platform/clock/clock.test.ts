import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NodeClock } from '#platform/clock/node-clock';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import { SeededRandom } from '#platform/random/seeded-random';
import { SimulatedScheduler, settlePromises } from '#platform/threads/simulated-scheduler';
import { clockContract } from '../clock-contract.js';

clockContract('NodeClock', () => {
  const clock = new NodeClock();
  return { clock, pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms + 1)) };
});

clockContract('SimulatedClock', () => {
  const scheduler = new SimulatedScheduler(new SeededRandom(1));
  const clock = new SimulatedClock({ scheduler });
  return {
    clock,
    pass: async (ms) => {
      clock.advance(ms);
      await scheduler.runUntilIdle();
    },
  };
});

test('a busy thread uses CPU time of its own and of its process', () => {
  const clock = new NodeClock();
  const before = { threadMs: clock.threadCpuMs(), process: clock.cpuUsage() };
  let sum = 0;
  while (clock.threadCpuMs() - before.threadMs < 5) for (let i = 0; i < 1e5; i++) sum += i;
  assert.ok(sum > 0);
  const after = clock.cpuUsage();
  assert.ok(after.userMs + after.systemMs > before.process.userMs + before.process.systemMs);
});

test('simulated time stands still until it is advanced, and shows a timer its due time', () => {
  const clock = new SimulatedClock({ startMs: 1000 });
  const seen: [string, number][] = [];
  clock.schedule(30, () => seen.push(['late', clock.now()]));
  clock.schedule(10, () => {
    seen.push(['early', clock.now()]);
    clock.schedule(5, () => seen.push(['made on the way', clock.now()]));
  });
  clock.scheduleRepeating(12, () => seen.push(['repeating', clock.now()]));
  assert.equal(clock.now(), 1000);
  clock.advance(30);
  assert.deepEqual(seen, [['early', 1010], ['repeating', 1012], ['made on the way', 1015], ['repeating', 1024], ['late', 1030]]);
  assert.equal(clock.now(), 1030);
});

test('background timers do not keep a simulation going', async () => {
  const clock = new SimulatedClock();
  let beats = 0;
  clock.scheduleRepeating(10, () => beats++, { isBackground: true });
  assert.equal(clock.advanceToNextTimer(), false);
  clock.schedule(25, () => undefined);
  while (clock.advanceToNextTimer()) await settlePromises();
  assert.equal(beats, 2);
  assert.equal(clock.monotonicMs(), 25);
});

test('simulated CPU time is what the test says was used', () => {
  const clock = new SimulatedClock();
  clock.use(12);
  assert.deepEqual(clock.cpuUsage(), { userMs: 12, systemMs: 0 });
});
