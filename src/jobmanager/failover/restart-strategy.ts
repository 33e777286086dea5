// Whether and when a failed job starts again: Flink's restart strategies as pure decisions. Facts in (when it failed),
// decision out. With checkpoints on and no strategy named, exponential-delay holds; without, a failure is final.
import type { Configuration } from '#core/config/configuration';
import type { ConfigOption } from '#core/config/config-option';
import { restartStrategyOptions as options } from '#core/config/options/restart-strategy-options';
import { ConfigError } from '#core/errors/config-errors';

export type RestartDecision =
  /** @param isNewAttempt false when it falls into the pause of a restart that is under way: it goes with that one. */
  | { readonly kind: 'restart'; readonly delayMs: number; readonly isNewAttempt: boolean }
  | { readonly kind: 'fail' };

export interface RestartStrategy {
  /** False when no failure is ever followed by a restart. */
  readonly canRestart: boolean;
  /** Called once per failure, in order of time. */
  onFailure(nowMs: number): RestartDecision;
}

const FAIL: RestartDecision = { kind: 'fail' };

/** @param jitter uniform in [0, 1), spreads restarts of exponential-delay. Throws CONFIG_VALUE_INVALID for an unknown strategy or a value out of its range. */
export function createRestartStrategy(configuration: Configuration, areCheckpointsOn: boolean, jitter: () => number): RestartStrategy {
  const type = configuration.get(options.type) ?? (areCheckpointsOn ? 'exponential-delay' : 'none');
  switch (type.toLowerCase().replaceAll(/[-_]/g, '')) {
    case 'none': case 'off': case 'disable': return { canRestart: false, onFailure: () => FAIL };
    case 'fixeddelay': return fixedDelay(configuration);
    case 'failurerate': return failureRate(configuration);
    case 'exponentialdelay': return exponentialDelay(configuration, jitter);
    default: throw invalid(options.type, type, 'give none, fixed-delay, failure-rate or exponential-delay');
  }
}

function fixedDelay(configuration: Configuration): RestartStrategy {
  const attemptsMax = configuration.get(options.fixedDelayAttempts);
  const delayMs = configuration.get(options.fixedDelayDelay).toMillis();
  if (attemptsMax < 0) throw invalid(options.fixedDelayAttempts, attemptsMax, 'give 0 or more');
  let attempts = 0;
  return { canRestart: attemptsMax > 0, onFailure: () => (attempts++ < attemptsMax ? { kind: 'restart', delayMs, isNewAttempt: true } : FAIL) };
}

function failureRate(configuration: Configuration): RestartStrategy {
  const failuresMax = configuration.get(options.failureRateMaxFailures);
  const intervalMs = configuration.get(options.failureRateInterval).toMillis();
  const delayMs = configuration.get(options.failureRateDelay).toMillis();
  if (failuresMax < 1) throw invalid(options.failureRateMaxFailures, failuresMax, 'give 1 or more');
  if (intervalMs < 1) throw invalid(options.failureRateInterval, `${intervalMs} ms`, 'give 1 ms or more');
  let failures: number[] = [];
  return {
    canRestart: true,
    onFailure(nowMs) {
      // Exactly one interval back still counts.
      failures = [...failures.filter((time) => nowMs - time <= intervalMs), nowMs];
      return failures.length <= failuresMax ? { kind: 'restart', delayMs, isNewAttempt: true } : FAIL;
    },
  };
}

function exponentialDelay(configuration: Configuration, jitter: () => number): RestartStrategy {
  const { initialMs, maxMs, multiplier, jitterFactor, resetMs, attemptsMax } = exponentialSettings(configuration);
  let backoffMs = initialMs;
  let attempts = 0;
  let nextRestartMs = -Infinity;
  return {
    canRestart: true,
    onFailure(nowMs) {
      if (nowMs <= nextRestartMs) return { kind: 'restart', delayMs: nextRestartMs - nowMs, isNewAttempt: false };
      if (nowMs - nextRestartMs >= resetMs) [backoffMs, attempts] = [initialMs, 0];
      else backoffMs = Math.min(maxMs, backoffMs * multiplier);
      if (attempts++ >= attemptsMax) return FAIL;
      const delayMs = Math.min(maxMs, Math.trunc(backoffMs * (1 + jitterFactor * (2 * jitter() - 1))));
      nextRestartMs = nowMs + delayMs;
      return { kind: 'restart', delayMs, isNewAttempt: true };
    },
  };
}

function exponentialSettings(configuration: Configuration) {
  const initialMs = configuration.get(options.exponentialDelayInitialBackoff).toMillis();
  const maxMs = configuration.get(options.exponentialDelayMaxBackoff).toMillis();
  const multiplier = configuration.get(options.exponentialDelayBackoffMultiplier);
  const jitterFactor = configuration.get(options.exponentialDelayJitterFactor);
  const resetMs = configuration.get(options.exponentialDelayResetThreshold).toMillis();
  const attemptsMax = configuration.get(options.exponentialDelayAttemptsBeforeReset);
  if (initialMs < 1) throw invalid(options.exponentialDelayInitialBackoff, `${initialMs} ms`, 'give 1 ms or more');
  if (initialMs > maxMs) throw invalid(options.exponentialDelayInitialBackoff, `${initialMs} ms`, `give no more than ${options.exponentialDelayMaxBackoff.key} (${maxMs} ms)`);
  if (multiplier <= 1) throw invalid(options.exponentialDelayBackoffMultiplier, multiplier, 'give more than 1');
  if (jitterFactor < 0 || jitterFactor > 1) throw invalid(options.exponentialDelayJitterFactor, jitterFactor, 'give 0 to 1');
  if (resetMs < 1) throw invalid(options.exponentialDelayResetThreshold, `${resetMs} ms`, 'give 1 ms or more');
  if (attemptsMax < 1) throw invalid(options.exponentialDelayAttemptsBeforeReset, attemptsMax, 'give 1 or more');
  return { initialMs, maxMs, multiplier, jitterFactor, resetMs, attemptsMax };
}

function invalid({ key }: Pick<ConfigOption<unknown>, 'key'>, value: string | number, what: string): ConfigError {
  return new ConfigError('CONFIG_VALUE_INVALID', `${key} cannot be '${value}': ${what}`, { context: { key, value } });
}
