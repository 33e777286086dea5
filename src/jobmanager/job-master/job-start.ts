// Where a job starts from: the newest checkpoint of a process that has died, the snapshot that the configuration names,
// or its beginning; and which snapshots are its own from then on. Thread: main; once, before the job is deployed.
import type { Configuration } from '#core/config/configuration';
import { stateRecoveryOptions } from '#core/config/options/state-recovery-options';
import type { RecoveryPoint } from '#cluster/messages/job-messages';
import { loadCheckpoint, type LoadedCheckpoint } from '#jobmanager/job-master/checkpoint-store';
import { findRecoveryStart } from '#jobmanager/job-master/job-recovery';
import type { CompletedSnapshot } from '#jobmanager/job-master/snapshot-requests';
import type { Log } from '#platform/log/log';
import type { CheckpointStorage } from '#state/checkpoint-storage/checkpoint-storage';

export interface JobStart {
  /** Undefined: from its beginning. */
  readonly restore: LoadedCheckpoint | undefined;
  /** Whole checkpoints that the job made in a process that has died, oldest first. */
  readonly adopted: readonly LoadedCheckpoint[];
  /** The snapshot that the job owns since it was started from it; undefined when it owns none, or has removed it in a process that has died. */
  readonly claimed: CompletedSnapshot | undefined;
  /** The savepoint that the job was to stop with. */
  readonly stoppedWith: CompletedSnapshot | undefined;
  /** Above all that were begun. */
  readonly firstCheckpointId: number;
}

/** @param point of the process that has died. Rejects with what a snapshot that cannot be read gives. */
export async function findJobStart(storage: CheckpointStorage, configuration: Configuration, log: Log, point: RecoveryPoint | undefined): Promise<JobStart> {
  const found = point === undefined ? undefined : await findRecoveryStart(storage, log, point);
  const path = configuration.get(stateRecoveryOptions.path);
  const restore = found?.restore ?? (path === undefined ? undefined : await loadCheckpoint(storage, path));
  let claimed: LoadedCheckpoint | undefined;
  if (path !== undefined && configuration.get(stateRecoveryOptions.claimMode) === 'CLAIM') {
    claimed = found?.restore === undefined ? restore : await loadCheckpoint(storage, path).catch(() => undefined);
  }
  return {
    restore,
    adopted: found?.completed ?? [],
    claimed: claimed === undefined ? undefined : { checkpointId: claimed.metadata.checkpointId, path: claimed.descriptor.directory },
    stoppedWith: found?.stoppedWith,
    firstCheckpointId: Math.max(found?.nextCheckpointId ?? 1, (restore?.metadata.checkpointId ?? 0) + 1),
  };
}
