// Whether and when a failed job starts again: Flink's restart strategies as pure decisions. Facts in (when it failed),
// decision out. With checkpoints on and no strategy named, exponential-delay holds; without, a failure is final.
import type { Configuration } from '#core/config/configuration';
import { restartStrategyOptions as options } from '#core/config/options/restart-strategy-options';
import { ConfigError } from '#core/errors/config-errors';

export type RestartDecision = { readonly kind: 'restart'; readonly delayMs: number } | { readonly kind: 'fail' };

export interface RestartStrategy {
  /** Called once per failure, in order of time. */
  onFailure(nowMs: number): RestartDecision;
}

const FAIL: RestartDecision = { kind: 'fail' };

/** @param jitter uniform in [0, 1), spreads restarts of exponential-delay. Throws CONFIG_VALUE_INVALID for an unknown strategy. */
export function createRestartStrategy(configuration: Configuration, areCheckpointsOn: boolean, jitter: () => number): RestartStrategy {
  const type = configuration.get(options.type) ?? (areCheckpointsOn ? 'exponential-delay' : 'none');
  switch (type.toLowerCase().replaceAll(/[-_]/g, '')) {
    case 'none': case 'off': case 'disable': return { onFailure: () => FAIL };
    case 'fixeddelay': return fixedDelay(configuration.get(options.fixedDelayAttempts), configuration.get(options.fixedDelayDelay).toMillis());
    case 'failurerate': return failureRate(configuration);
    case 'exponentialdelay': return exponentialDelay(configuration, jitter);
    default:
      throw new ConfigError('CONFIG_VALUE_INVALID', `${options.type.key} cannot be '${type}': give none, fixed-delay, failure-rate or exponential-delay`, { context: { key: options.type.key, value: type } });
  }
}

function fixedDelay(attemptsMax: number, delayMs: number): RestartStrategy {
  let attempts = 0;
  return { onFailure: () => (attempts++ < attemptsMax ? { kind: 'restart', delayMs } : FAIL) };
}

function failureRate(configuration: Configuration): RestartStrategy {
  const failuresMax = configuration.get(options.failureRateMaxFailures);
  const intervalMs = configuration.get(options.failureRateInterval).toMillis();
  const delayMs = configuration.get(options.failureRateDelay).toMillis();
  let failures: number[] = [];
  return {
    onFailure(nowMs) {
      failures = [...failures.filter((time) => nowMs - time < intervalMs), nowMs];
      return failures.length <= failuresMax ? { kind: 'restart', delayMs } : FAIL;
    },
  };
}

function exponentialDelay(configuration: Configuration, jitter: () => number): RestartStrategy {
  const initialMs = configuration.get(options.exponentialDelayInitialBackoff).toMillis();
  const maxMs = configuration.get(options.exponentialDelayMaxBackoff).toMillis();
  const multiplier = configuration.get(options.exponentialDelayBackoffMultiplier);
  const jitterFactor = configuration.get(options.exponentialDelayJitterFactor);
  const resetMs = configuration.get(options.exponentialDelayResetThreshold).toMillis();
  const attemptsMax = configuration.get(options.exponentialDelayAttemptsBeforeReset);
  let backoffMs = initialMs;
  let attempts = 0;
  let lastMs = -Infinity;
  return {
    onFailure(nowMs) {
      if (nowMs - lastMs >= resetMs + backoffMs) [backoffMs, attempts] = [initialMs, 0];
      if (attempts++ >= attemptsMax) return FAIL;
      const delayMs = backoffMs * (1 + jitterFactor * (2 * jitter() - 1));
      backoffMs = Math.min(maxMs, backoffMs * multiplier);
      lastMs = nowMs;
      return { kind: 'restart', delayMs };
    },
  };
}
