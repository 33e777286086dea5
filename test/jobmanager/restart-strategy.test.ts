import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Configuration } from '#core/config/configuration';
import { createRestartStrategy } from '#jobmanager/failover/restart-strategy';

function strategy(settings: Record<string, unknown>, areCheckpointsOn = false) {
  return createRestartStrategy(Configuration.fromMap(settings), areCheckpointsOn, () => 0.5);
}

describe('restart strategy', () => {
  test('without checkpoints a failure is final, with them exponential-delay holds', () => {
    assert.deepEqual(strategy({}).onFailure(0), { kind: 'fail' });
    assert.deepEqual(strategy({}, true).onFailure(0), { kind: 'restart', delayMs: 1000 });
    assert.deepEqual(strategy({ 'restart-strategy.type': 'none' }, true).onFailure(0), { kind: 'fail' });
  });

  test('fixed-delay restarts as often as it may', () => {
    const fixed = strategy({ 'restart-strategy.type': 'fixed-delay', 'restart-strategy.fixed-delay.attempts': 2, 'restart-strategy.fixed-delay.delay': '10 ms' });
    assert.deepEqual([0, 1, 2].map((now) => fixed.onFailure(now)), [{ kind: 'restart', delayMs: 10 }, { kind: 'restart', delayMs: 10 }, { kind: 'fail' }]);
  });

  test('failure-rate forgets failures that lie an interval back', () => {
    const rate = strategy({ 'restart-strategy.type': 'failure-rate', 'restart-strategy.failure-rate.max-failures-per-interval': 1, 'restart-strategy.failure-rate.failure-rate-interval': '1 s', 'restart-strategy.failure-rate.delay': '0 ms' });
    assert.deepEqual([0, 1000, 1500].map((now) => rate.onFailure(now).kind), ['restart', 'restart', 'fail']);
  });

  test('exponential-delay grows to its maximum and starts over after a long quiet time', () => {
    const exponential = strategy({
      'restart-strategy.type': 'exponential-delay', 'restart-strategy.exponential-delay.initial-backoff': '1 s', 'restart-strategy.exponential-delay.backoff-multiplier': 2,
      'restart-strategy.exponential-delay.max-backoff': '3 s', 'restart-strategy.exponential-delay.reset-backoff-threshold': '1 min',
    });
    const delays = [0, 2000, 5000, 9000, 200_000].map((now) => exponential.onFailure(now));
    assert.deepEqual(delays.map((decision) => (decision.kind === 'restart' ? decision.delayMs : -1)), [1000, 2000, 3000, 3000, 1000]);
  });

  test('an unknown strategy is refused with the key and the choices', () => {
    assert.throws(() => strategy({ 'restart-strategy.type': 'sometimes' }), { code: 'CONFIG_VALUE_INVALID', message: /restart-strategy.type cannot be 'sometimes'/ });
  });
});
