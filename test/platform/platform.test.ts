import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodePlatform } from '#platform/node-platform';
import type { Platform } from '#platform/platform';
import { simulatedPlatform } from '#platform/simulated-platform';

const URL_OF_WORKER = new URL('file:///worker.js');

test('both platforms have every door', () => {
  const doors = (platform: Platform): string[] => Object.keys(platform).filter((key) => key !== 'run').sort();
  assert.deepEqual(doors(nodePlatform()), ['clock', 'files', 'log', 'process', 'random', 'scheduler', 'sharedMemory', 'threads']);
  assert.deepEqual(doors(simulatedPlatform({ seed: 1 })), doors(nodePlatform()));
});

test('simulated time passes only when nothing can run', async () => {
  const platform = simulatedPlatform({ seed: 1, startMs: 0 });
  const seen: string[] = [];
  platform.clock.schedule(5, () => seen.push(`timer at ${platform.clock.now()}`));
  for (let i = 0; i < 3; i++) platform.scheduler.post(() => seen.push(`work at ${platform.clock.now()}`));
  await platform.run();
  assert.deepEqual(seen, ['work at 0', 'work at 0', 'work at 0', 'timer at 5']);
});

test('the same seed gives the same run: threads, timers, files and randomness together', async () => {
  const trace = async (seed: number): Promise<string> => {
    const platform = simulatedPlatform({ seed });
    platform.threads.register(URL_OF_WORKER, async (threads) => {
      for (let i = 0; i < 5; i++) {
        await platform.clock.sleep(platform.random.nextInt(3));
        await platform.clock.yieldToEventLoop();
        threads.parentPort()!.postMessage(i);
      }
    });
    let text = '';
    for (let n = 1; n <= 3; n++) {
      const worker = platform.threads.spawn(URL_OF_WORKER, { name: `w${n}` });
      worker.onMessage((message) => {
        text += `${worker.name}:${String(message)}@${platform.clock.monotonicMs()} `;
        platform.files.atomicWriteSync('/trace', new TextEncoder().encode(text));
      });
    }
    await platform.run();
    return new TextDecoder().decode(platform.files.readSync('/trace'));
  };
  assert.equal(await trace(11), await trace(11));
  assert.notEqual(await trace(11), await trace(12));
});

test('a simulation that does not end is reported, and a run can end at a condition', async () => {
  const platform = simulatedPlatform({ seed: 1 });
  let beats = 0;
  platform.clock.scheduleRepeating(10, () => beats++);
  await platform.run({ until: () => beats === 3 });
  assert.equal(platform.clock.monotonicMs(), 30);
  await assert.rejects(platform.run({ stepsMax: 20 }), { code: 'SIMULATION_STUCK' });
});
