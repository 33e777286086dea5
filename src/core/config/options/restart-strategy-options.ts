// Keys of what happens after a failure: restart strategies, and retries of cleaning up after a job.
// Pure data; any thread.

import { doubleOption, durationOption, intOption, stringOption } from '#core/config/config-option';

const WITHOUT_END = '2147483647';

export const restartStrategyOptions = {
  type: stringOption('restart-strategy.type', undefined,
    '`none`, `fixed-delay`, `failure-rate` or `exponential-delay`. When not set: exponential-delay with checkpoints on, else none.', { deprecatedKeys: ['restart-strategy'] }),
  fixedDelayAttempts: intOption('restart-strategy.fixed-delay.attempts', '1', 'Restarts before the job is failed for good.'),
  fixedDelayDelay: durationOption('restart-strategy.fixed-delay.delay', '1 s', 'Pause before each restart.'),
  exponentialDelayAttemptsBeforeReset: intOption('restart-strategy.exponential-delay.attempts-before-reset-backoff', WITHOUT_END,
    'Restarts before the job is failed for good; counted anew whenever the pause is reset. The default is without end.'),
  exponentialDelayBackoffMultiplier: doubleOption('restart-strategy.exponential-delay.backoff-multiplier', '1.5', 'Factor by which the pause grows from one restart to the next.'),
  exponentialDelayInitialBackoff: durationOption('restart-strategy.exponential-delay.initial-backoff', '1 s', 'Pause before the first restart.'),
  exponentialDelayJitterFactor: doubleOption('restart-strategy.exponential-delay.jitter-factor', '0.1', 'Share of the pause by which it is shifted at random, up or down.'),
  exponentialDelayMaxBackoff: durationOption('restart-strategy.exponential-delay.max-backoff', '1 min', 'Longest pause.'),
  exponentialDelayResetThreshold: durationOption('restart-strategy.exponential-delay.reset-backoff-threshold', '1 h', 'Time without a failure after which the pause starts over.'),
  failureRateDelay: durationOption('restart-strategy.failure-rate.delay', '1 s', 'Pause before each restart.'),
  failureRateInterval: durationOption('restart-strategy.failure-rate.failure-rate-interval', '1 min', 'Span over which failures are counted.'),
  failureRateMaxFailures: intOption('restart-strategy.failure-rate.max-failures-per-interval', '1', 'Failures within the span that a job may have and still restart.'),
} as const;

export const cleanupStrategyOptions = {
  type: stringOption('cleanup-strategy.type', 'exponential-delay', 'How cleaning up after a job is retried: `none`, `fixed-delay` or `exponential-delay`.', { deprecatedKeys: ['cleanup-strategy'] }),
  fixedDelayAttempts: intOption('cleanup-strategy.fixed-delay.attempts', WITHOUT_END, 'Retries before what is left stays behind; the default is without end.'),
  fixedDelayDelay: durationOption('cleanup-strategy.fixed-delay.delay', '1 min', 'Pause before each retry.'),
  exponentialDelayAttempts: intOption('cleanup-strategy.exponential-delay.attempts', WITHOUT_END, 'Retries before what is left stays behind; the default is without end.'),
  exponentialDelayInitialBackoff: durationOption('cleanup-strategy.exponential-delay.initial-backoff', '1 s', 'Pause before the first retry.'),
  exponentialDelayMaxBackoff: durationOption('cleanup-strategy.exponential-delay.max-backoff', '1 h', 'Longest pause before a retry.'),
} as const;
