// What every Process keeps to, as far as a test can ask without ending its own process.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Process, ProcessSignal } from '#platform/process/process';

export interface ProcessHarness {
  readonly process: Process;
  raise(signal: ProcessSignal): Promise<void>;
  throwUncaught(thrown: unknown): Promise<void>;
}

export function processContract(name: string, create: () => ProcessHarness): void {
  describe(`${name} as a Process`, () => {
    test('it knows its host', () => {
      const { process: door } = create();
      assert.ok(door.pid > 0);
      assert.ok(door.hostCores >= 1 && Number.isInteger(door.hostCores));
      assert.ok(door.hostMemoryBytes > 2 ** 20 && Number.isInteger(door.hostMemoryBytes));
      assert.match(door.cwd(), /^\//);
      assert.match(door.temporaryDirectory, /^\//);
      assert.match(door.nodeVersion, /^\d+\.\d+\.\d+/);
      assert.ok(Array.isArray(door.argv));
      assert.equal(typeof door.env, 'object');
    });

    test('memory figures agree with each other', () => {
      const { process: door } = create();
      const usage = door.memoryUsage();
      assert.equal(door.gcMs(), 0);
      const heap = door.heapStatistics();
      assert.ok(usage.heapUsedBytes > 0 && usage.heapUsedBytes < usage.rssBytes * 4);
      assert.ok(heap.usedBytes > 0 && heap.usedBytes <= heap.limitBytes);
      assert.ok(heap.totalBytes <= heap.limitBytes && heap.externalBytes >= 0 && usage.externalBytes >= 0);
      assert.ok(door.peakRssBytes() >= usage.rssBytes / 2);
    });

    test('a signal reaches its listener until that is cancelled', async () => {
      const { process: door, raise } = create();
      let first = 0;
      let second = 0;
      const listening = door.onSignal('SIGHUP', () => first++);
      const kept = door.onSignal('SIGHUP', () => second++);
      await raise('SIGHUP');
      listening.cancel();
      listening.cancel();
      await raise('SIGHUP');
      kept.cancel();
      assert.deepEqual([first, second], [1, 2]);
    });

    test('an error that nobody caught reaches its listener', async () => {
      const { process: door, throwUncaught } = create();
      const caught: unknown[] = [];
      const listening = door.onUncaught((thrown) => caught.push(thrown));
      const error = new Error('nobody caught me');
      await throwUncaught(error);
      listening.cancel();
      assert.deepEqual(caught, [error]);
    });

    test('asking for a thread priority never fails', () => {
      const { process: door } = create();
      door.setOwnThreadPriority(0);
    });
  });
}
