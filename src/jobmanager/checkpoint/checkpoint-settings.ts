// What a job's configuration says about checkpoints, read once when the job is submitted.
import type { Configuration } from '#core/config/configuration';
import { checkpointingOptions } from '#core/config/options/checkpointing-options';
import { JobManagerError } from '#jobmanager/errors';
import { isObjectPath } from '#state/checkpoint-storage/checkpoint-storage';

export interface CheckpointSettings {
  /** Undefined = periodic checkpoints are off. */
  readonly intervalMs: number | undefined;
  /** While a source works off a backlog; Infinity: no periodic ones meanwhile. Not below `intervalMs`. */
  readonly intervalDuringBacklogMs: number | undefined;
  readonly timeoutMs: number;
  readonly minPauseMs: number;
  /** Checkpoints that may be pending at once, at least 1; 1 where there is a pause between them. */
  readonly concurrentMax: number;
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

/** A path given as such or as `file:` with its slashes; one of an object store as it is. Throws CHECKPOINT_PATH_UNSUPPORTED for other schemes and for none at all. */
export function storagePath(path: string): string {
  const given = path.trim().replace(/^file:(?:\/\/)?(?=\/(?!\/))/, '');
  if (given === '' || (/^[a-z][a-z0-9+.-]*:\/\//i.test(given) && !isObjectPath(given))) {
    throw new JobManagerError('CHECKPOINT_PATH_UNSUPPORTED', `snapshots cannot lie at '${path}': give a directory of this host (/a/b or file:///a/b) or s3://bucket/a/b`, { context: { path } });
  }
  return given;
}

/**
 * Throws CONFIG_VALUE_INVALID, CHECKPOINT_PATH_UNSUPPORTED, CHECKPOINT_DIRECTORY_MISSING when there is an interval and no directory,
 * CHECKPOINT_SETTINGS_CONFLICT for concurrent checkpoints that are unaligned, and an interval during backlog below the other.
 */
export function readCheckpointSettings(configuration: Configuration): CheckpointSettings {
  const intervalMs = configuration.get(checkpointingOptions.interval)?.toMillis();
  const directory = configuration.get(checkpointingOptions.dir);
  if (intervalMs !== undefined && intervalMs > 0 && directory === undefined) {
    throw new JobManagerError('CHECKPOINT_DIRECTORY_MISSING', `checkpoints every ${intervalMs} ms have no place to go: set ${checkpointingOptions.dir.key}`);
  }
  const minPauseMs = configuration.get(checkpointingOptions.minPause).toMillis();
  const retention = configuration.get(checkpointingOptions.externalizedRetention);
  return {
    intervalMs: intervalMs === undefined || intervalMs <= 0 ? undefined : intervalMs,
    intervalDuringBacklogMs: intervalMs === undefined || intervalMs <= 0 ? undefined : readIntervalDuringBacklog(configuration, intervalMs),
    timeoutMs: configuration.get(checkpointingOptions.timeout).toMillis(),
    minPauseMs,
    concurrentMax: minPauseMs > 0 ? 1 : readConcurrentMax(configuration),
    tolerableFailures: configuration.get(checkpointingOptions.tolerableFailedCheckpoints),
    isAfterTasksFinish: configuration.get(checkpointingOptions.isAfterTasksFinishEnabled),
    retainedMax: Math.max(1, configuration.get(checkpointingOptions.numRetained)),
    isRetainedOnCancellation: retention === 'RETAIN_ON_CANCELLATION',
    isRetainedOnFailure: retention !== 'NO_EXTERNALIZED_CHECKPOINTS',
    directory: directory === undefined ? undefined : storagePath(directory),
  };
}

function readIntervalDuringBacklog(configuration: Configuration, intervalMs: number): number {
  const { intervalDuringBacklog, interval } = checkpointingOptions;
  const duringMs = configuration.get(intervalDuringBacklog)?.toMillis() ?? intervalMs;
  if (duringMs <= 0) return Infinity;
  if (duringMs < intervalMs) {
    throw new JobManagerError('CHECKPOINT_SETTINGS_CONFLICT', `${intervalDuringBacklog.key} is ${duringMs} ms and ${interval.key} ${intervalMs} ms: give the first a longer time, or 0 for no checkpoints during a backlog`);
  }
  return duringMs;
}

function readConcurrentMax(configuration: Configuration): number {
  const { maxConcurrentCheckpoints, isUnalignedEnabled } = checkpointingOptions;
  const concurrentMax = Math.max(1, configuration.get(maxConcurrentCheckpoints));
  if (concurrentMax > 1 && configuration.get(isUnalignedEnabled)) {
    throw new JobManagerError('CHECKPOINT_SETTINGS_CONFLICT', `${maxConcurrentCheckpoints.key} is ${concurrentMax} and ${isUnalignedEnabled.key} is true: unaligned checkpoints come one at a time; set the first to 1, or switch the second off`);
  }
  return concurrentMax;
}
