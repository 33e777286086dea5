// Millrace's own keys, for what Flink has no word for.
// Pure data; any thread.

import { enumOption, memorySizeOption, stringListOption } from '#core/config/config-option';

export const millraceOptions = {
  recordSizeMax: memorySizeOption('millrace.record.size.max', '64 mb', 'Largest single record that may travel between subtasks; a larger one fails the job.'),
  processIsolation: enumOption(['none', 'job'])('millrace.process-isolation', 'none',
    '`job` gives every job a process of its own, so that a crash of one cannot end another; `none` runs them in one.'),
  outputConsistency: enumOption(['none', 'epoch'])('millrace.output.consistency', 'none',
    '`epoch` lets results of SQL out only in the complete sets of one checkpoint; `none` as soon as they are made.'),
  skippedRules: stringListOption('millrace.optimizer.skipped-rules', undefined,
    'Rewrites of SQL plans that are left out, to see whether one is at fault: push-filters, merge-projections, prune-columns.'),
} as const;
