// What every Clock keeps to.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Clock } from '#platform/clock/clock';

export interface ClockHarness {
  readonly clock: Clock;
  /** Lets at least `ms` pass, and due timers run. */
  pass(ms: number): Promise<void>;
}

export function clockContract(name: string, create: () => ClockHarness): void {
  describe(`${name} as a Clock`, () => {
    test('time goes on, and a wall clock and a stopwatch show it alike', async () => {
      const { clock, pass } = create();
      const before = { now: clock.now(), monotonicMs: clock.monotonicMs() };
      await pass(20);
      assert.ok(clock.monotonicMs() - before.monotonicMs >= 20);
      assert.ok(clock.now() > before.now);
      assert.ok(clock.now() > Date.UTC(2019, 0, 1), 'wall time is epoch milliseconds');
    });

    test('an action runs once, never inside schedule and never early', async () => {
      const { clock, pass } = create();
      const startMs = clock.monotonicMs();
      const ranAtMs: number[] = [];
      clock.schedule(10.5, () => ranAtMs.push(clock.monotonicMs()));
      clock.schedule(0, () => ranAtMs.push(clock.monotonicMs()));
      assert.equal(ranAtMs.length, 0);
      await pass(40);
      await pass(40);
      assert.equal(ranAtMs.length, 2);
      // Node rounds its loop time down to whole milliseconds.
      assert.ok(ranAtMs[1]! - startMs >= 9.5, `ran after ${ranAtMs[1]! - startMs} ms`);
    });

    test('actions of equal delay run in the order they were scheduled', async () => {
      const { clock, pass } = create();
      const order: number[] = [];
      for (let i = 0; i < 5; i++) clock.schedule(5, () => order.push(i));
      await pass(40);
      assert.deepEqual(order, [0, 1, 2, 3, 4]);
    });

    test('a cancelled action does not run, and cancelling again is fine', async () => {
      const { clock, pass } = create();
      let runs = 0;
      const cancelled = clock.schedule(5, () => runs++);
      const repeating = clock.scheduleRepeating(5, () => runs++);
      cancelled.cancel();
      cancelled.cancel();
      repeating.cancel();
      repeating.cancel();
      await pass(40);
      assert.equal(runs, 0);
    });

    test('a repeating action runs until it is cancelled, also from within', async () => {
      const { clock, pass } = create();
      let runs = 0;
      const repeating = clock.scheduleRepeating(2, () => {
        if (++runs === 3) repeating.cancel();
      });
      for (let i = 0; i < 50 && runs < 3; i++) await pass(10);
      await pass(20);
      assert.equal(runs, 3);
    });

    test('a delay beyond 2^31 ms does not run at once', async () => {
      const { clock, pass } = create();
      let runs = 0;
      const timer = clock.schedule(2 ** 32 + 10, () => runs++);
      await pass(20);
      timer.cancel();
      assert.equal(runs, 0);
    });

    test('sleep resolves after the delay', async () => {
      const { clock, pass } = create();
      let isAwake = false;
      const sleeping = clock.sleep(15).then(() => (isAwake = true));
      assert.equal(isAwake, false);
      await pass(40);
      await sleeping;
      assert.equal(isAwake, true);
    });

    test('yieldToEventLoop lets others run before it resolves', async () => {
      const { clock, pass } = create();
      const order: string[] = [];
      const yielding = clock.yieldToEventLoop().then(() => order.push('yielded'));
      order.push('caller');
      await Promise.resolve();
      await pass(5);
      await yielding;
      assert.deepEqual(order, ['caller', 'yielded']);
    });

    test('CPU time does not go back', async () => {
      const { clock, pass } = create();
      const before = clock.cpuUsage();
      const threadBeforeMs = clock.threadCpuMs();
      await pass(5);
      const after = clock.cpuUsage();
      assert.ok(after.userMs >= before.userMs && after.systemMs >= before.systemMs);
      assert.ok(clock.threadCpuMs() >= threadBeforeMs && threadBeforeMs >= 0);
    });

    test('a negative delay is a programmer error', () => {
      const { clock } = create();
      assert.throws(() => clock.schedule(-1, () => undefined), /not negative/);
    });
  });
}
