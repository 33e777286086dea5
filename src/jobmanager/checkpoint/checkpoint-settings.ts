// What a job's configuration says about checkpoints, read once when the job is submitted.
import type { Configuration } from '#core/config/configuration';
import { checkpointingOptions } from '#core/config/options/checkpointing-options';
import { JobManagerError } from '#jobmanager/errors';

export interface CheckpointSettings {
  /** Undefined = periodic checkpoints are off. */
  readonly intervalMs: number | undefined;
  readonly timeoutMs: number;
  readonly minPauseMs: number;
  readonly tolerableFailures: number;
  readonly retainedMax: number;
  /** Whether checkpoints go on when some tasks have finished. */
  readonly isAfterTasksFinish: boolean;
  /** Whether completed checkpoints stay when the job is canceled; those of a finished job are deleted. */
  readonly isRetainedOnCancellation: boolean;
  /** Whether they stay when it fails. */
  readonly isRetainedOnFailure: boolean;
  /** Root given by the user; the job's folder lies below it. */
  readonly directory: string | undefined;
}

/** A path given as such or as `file:` with its slashes. */
export function localPath(path: string): string {
  return path.replace(/^file:(\/\/)?(?=\/)/, '');
}

/** Throws CONFIG_VALUE_INVALID, or CHECKPOINT_DIRECTORY_MISSING when there is an interval and no directory. */
export function readCheckpointSettings(configuration: Configuration): CheckpointSettings {
  const intervalMs = configuration.get(checkpointingOptions.interval)?.toMillis();
  const directory = configuration.get(checkpointingOptions.dir);
  if (intervalMs !== undefined && intervalMs > 0 && directory === undefined) {
    throw new JobManagerError('CHECKPOINT_DIRECTORY_MISSING', `checkpoints every ${intervalMs} ms have no place to go: set ${checkpointingOptions.dir.key}`);
  }
  const retention = configuration.get(checkpointingOptions.externalizedRetention);
  return {
    intervalMs: intervalMs === undefined || intervalMs <= 0 ? undefined : intervalMs,
    timeoutMs: configuration.get(checkpointingOptions.timeout).toMillis(),
    minPauseMs: configuration.get(checkpointingOptions.minPause).toMillis(),
    tolerableFailures: configuration.get(checkpointingOptions.tolerableFailedCheckpoints),
    isAfterTasksFinish: configuration.get(checkpointingOptions.isAfterTasksFinishEnabled),
    retainedMax: Math.max(1, configuration.get(checkpointingOptions.numRetained)),
    isRetainedOnCancellation: retention === 'RETAIN_ON_CANCELLATION',
    isRetainedOnFailure: retention !== 'NO_EXTERNALIZED_CHECKPOINTS',
    directory: directory === undefined ? undefined : localPath(directory),
  };
}
