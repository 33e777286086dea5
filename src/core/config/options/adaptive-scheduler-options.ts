// Keys of the adaptive scheduler: how long it waits for slots, and how often it changes a job's parallelism.
// Pure data; any thread.
import { durationOption } from '#core/config/config-option';

export const adaptiveSchedulerOptions = {
  submissionWaitTimeout: durationOption('jobmanager.adaptive-scheduler.submission.resource-wait-timeout', '5 min',
    'How long a job waits for the slots that it cannot start without.', { deprecatedKeys: ['jobmanager.adaptive-scheduler.resource-wait-timeout'] }),
  submissionStabilizationTimeout: durationOption('jobmanager.adaptive-scheduler.submission.resource-stabilization-timeout', '10 s',
    'How long a job that could start waits for the slots that it wants beyond.', { deprecatedKeys: ['jobmanager.adaptive-scheduler.resource-stabilization-timeout'] }),
  cooldownAfterRescaling: durationOption('jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling', '30 s',
    'Shortest time between two changes of the parallelism.', { deprecatedKeys: ['jobmanager.adaptive-scheduler.scaling-interval.min'] }),
  executingStabilizationTimeout: durationOption('jobmanager.adaptive-scheduler.executing.resource-stabilization-timeout', '1 min',
    'How long slots must be free before a job takes them that wants still more.', { deprecatedKeys: ['jobmanager.adaptive-scheduler.scaling-interval.max'] }),
} as const;
