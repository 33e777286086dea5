// Every key that Millrace types and checks, by area. The reference page and the check of unknown keys are made from it.
// Invariant: every current key is declared once; a fallback key may be the current key of another option.

import { assert } from '#core/assert';
import type { ConfigOption } from '#core/config/config-option';
import { adaptiveSchedulerOptions } from '#core/config/options/adaptive-scheduler-options';
import { checkpointingOptions } from '#core/config/options/checkpointing-options';
import { clusterOptions } from '#core/config/options/cluster-options';
import { executionOptions } from '#core/config/options/execution-options';
import { forstOptions } from '#core/config/options/forst-options';
import { jobManagerOptions } from '#core/config/options/job-manager-options';
import { millraceOptions } from '#core/config/options/millrace-options';
import { networkOptions } from '#core/config/options/network-options';
import { restOptions } from '#core/config/options/rest-options';
import { cleanupStrategyOptions, restartStrategyOptions } from '#core/config/options/restart-strategy-options';
import { rocksdbMetricsOptions } from '#core/config/options/rocksdb-metrics-options';
import { rocksdbOptions } from '#core/config/options/rocksdb-options';
import { changelogOptions, stateBackendOptions } from '#core/config/options/state-backend-options';
import { s3Options } from '#core/config/options/s3-options';
import { stateRecoveryOptions } from '#core/config/options/state-recovery-options';
import { taskManagerOptions } from '#core/config/options/task-manager-options';

export interface OptionArea {
  readonly title: string;
  readonly options: Readonly<Record<string, ConfigOption<unknown>>>;
}

export const optionAreas: readonly OptionArea[] = [
  { title: 'Millrace', options: millraceOptions },
  { title: 'Jobs', options: executionOptions },
  { title: 'TaskManager memory and slots', options: taskManagerOptions },
  { title: 'JobManager', options: jobManagerOptions },
  { title: 'Adaptive scheduler', options: adaptiveSchedulerOptions },
  { title: 'Exchange between subtasks', options: networkOptions },
  { title: 'Checkpoints', options: checkpointingOptions },
  { title: 'Restoring', options: stateRecoveryOptions },
  { title: 'Restarts', options: restartStrategyOptions },
  { title: 'Cleaning up', options: cleanupStrategyOptions },
  { title: 'State', options: stateBackendOptions },
  { title: 'State in RocksDB', options: rocksdbOptions },
  { title: 'Metrics of RocksDB', options: rocksdbMetricsOptions },
  { title: 'State in ForSt', options: forstOptions },
  { title: 'State changelog', options: changelogOptions },
  { title: 'Object store', options: s3Options },
  { title: 'Cluster', options: clusterOptions },
  { title: 'REST and dashboard', options: restOptions },
];

export const allOptions: readonly ConfigOption<unknown>[] = optionAreas.flatMap((area) => Object.values(area.options));

const optionsByKey: ReadonlyMap<string, ConfigOption<unknown>> = indexByKey(allOptions);

/** The option whose current key is `key`; older names are not found here. */
export function optionForKey(key: string): ConfigOption<unknown> | undefined {
  return optionsByKey.get(key);
}

function indexByKey(options: readonly ConfigOption<unknown>[]): ReadonlyMap<string, ConfigOption<unknown>> {
  const index = new Map<string, ConfigOption<unknown>>();
  for (const option of options) {
    assert(!index.has(option.key), `key ${option.key} is declared once`);
    index.set(option.key, option);
  }
  return index;
}
