import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Configuration } from '#core/config/configuration';
import { createRestartStrategy } from '#jobmanager/failover/restart-strategy';

function strategy(settings: Record<string, unknown>, areCheckpointsOn = false, jitter = () => 0.5) {
  return createRestartStrategy(Configuration.fromMap(settings), areCheckpointsOn, jitter);
}

/** The pause after each failure, -1 where it is final. */
function delays(settings: Record<string, unknown>, failures: readonly number[], jitter?: () => number): readonly number[] {
  const decide = strategy(settings, true, jitter);
  return failures.map((now) => decide.onFailure(now)).map((decision) => (decision.kind === 'restart' ? decision.delayMs : -1));
}

const EXPONENTIAL = {
  'restart-strategy.type': 'exponential-delay', 'restart-strategy.exponential-delay.initial-backoff': '1 s', 'restart-strategy.exponential-delay.backoff-multiplier': 2,
  'restart-strategy.exponential-delay.max-backoff': '3 s', 'restart-strategy.exponential-delay.reset-backoff-threshold': '1 min',
};

describe('restart strategy', () => {
  test('without checkpoints a failure is final, with them exponential-delay holds', () => {
    assert.deepEqual(strategy({}).onFailure(0), { kind: 'fail' });
    assert.equal(strategy({}).canRestart, false);
    assert.deepEqual(strategy({}, true).onFailure(0), { kind: 'restart', delayMs: 1000, isNewAttempt: true });
    assert.equal(strategy({}, true).canRestart, true);
    assert.deepEqual(strategy({ 'restart-strategy.type': 'none' }, true).onFailure(0), { kind: 'fail' });
  });

  test('fixed-delay restarts once after a second unless told otherwise', () => {
    assert.deepEqual(delays({ 'restart-strategy.type': 'fixed-delay' }, [0, 10]), [1000, -1]);
    assert.deepEqual(delays({ 'restart-strategy.type': 'fixeddelay', 'restart-strategy.fixed-delay.attempts': 2, 'restart-strategy.fixed-delay.delay': '10 ms' }, [0, 1, 2]), [10, 10, -1]);
  });

  test('failure-rate forgets failures that lie more than an interval back', () => {
    const settings = { 'restart-strategy.type': 'failure-rate', 'restart-strategy.failure-rate.max-failures-per-interval': 2, 'restart-strategy.failure-rate.failure-rate-interval': '1 s', 'restart-strategy.failure-rate.delay': '7 ms' };
    assert.deepEqual(delays(settings, [0, 500, 1001, 1400]), [7, 7, 7, -1]);
    assert.deepEqual(delays(settings, [0, 500, 1000]), [7, 7, -1], 'exactly an interval back still counts');
    assert.deepEqual(delays({ 'restart-strategy.type': 'failure-rate' }, [0, 60_001, 61_000]), [1000, 1000, -1], 'one failure a minute, a second of pause');
  });

  test('exponential-delay grows to its maximum and starts over after a long quiet time', () => {
    assert.deepEqual(delays(EXPONENTIAL, [0, 2000, 5000, 9000, 71_999, 200_000]), [1000, 2000, 3000, 3000, 3000, 1000]);
    assert.deepEqual(delays(EXPONENTIAL, [0, 60_999, 125_000]), [1000, 2000, 1000], 'the quiet time begins with the restart');
  });

  test('exponential-delay is shifted by its jitter, never above the maximum', () => {
    const settings = { ...EXPONENTIAL, 'restart-strategy.exponential-delay.jitter-factor': 0.25 };
    assert.deepEqual(delays(settings, [0, 2000, 5000], () => 0), [750, 1500, 2250]);
    assert.deepEqual(delays(settings, [0, 2000, 5000], () => 1), [1250, 2500, 3000]);
  });

  test('failures during the pause of a restart go with that restart', () => {
    const decide = strategy(EXPONENTIAL);
    assert.deepEqual([0, 400, 1000, 1001].map((now) => decide.onFailure(now)), [
      { kind: 'restart', delayMs: 1000, isNewAttempt: true }, { kind: 'restart', delayMs: 600, isNewAttempt: false },
      { kind: 'restart', delayMs: 0, isNewAttempt: false }, { kind: 'restart', delayMs: 2000, isNewAttempt: true },
    ]);
  });

  test('exponential-delay gives up after its attempts, counted anew when the pause is reset', () => {
    const settings = { ...EXPONENTIAL, 'restart-strategy.exponential-delay.attempts-before-reset-backoff': 2 };
    assert.deepEqual(delays(settings, [0, 2000, 100_000, 102_000, 105_000]), [1000, 2000, 1000, 2000, -1]);
  });

  test('an unknown strategy and values out of range are refused with the key', () => {
    assert.throws(() => strategy({ 'restart-strategy.type': 'sometimes' }), { code: 'CONFIG_VALUE_INVALID', message: /restart-strategy.type cannot be 'sometimes'/ });
    const wrong = { 'initial-backoff': '2 min', 'backoff-multiplier': 1, 'jitter-factor': 1.5, 'reset-backoff-threshold': '0 ms', 'attempts-before-reset-backoff': 0 };
    for (const [name, value] of Object.entries(wrong)) {
      assert.throws(() => strategy({ [`restart-strategy.exponential-delay.${name}`]: value }, true), { code: 'CONFIG_VALUE_INVALID', message: new RegExp(name) });
    }
    assert.throws(() => strategy({ 'restart-strategy.type': 'fixed-delay', 'restart-strategy.fixed-delay.attempts': -1 }), { code: 'CONFIG_VALUE_INVALID' });
    assert.throws(() => strategy({ 'restart-strategy.type': 'failure-rate', 'restart-strategy.failure-rate.max-failures-per-interval': 0 }), { code: 'CONFIG_VALUE_INVALID' });
  });
});
