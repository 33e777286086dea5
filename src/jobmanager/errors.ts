// Operating errors of the JobManager: scheduling, checkpoints and their files, failover.
import { EngineError, type EngineErrorOptions } from '#core/errors/engine-error';

export const JOBMANAGER_ERRORS = {
  CHECKPOINT_FAILURES_EXCEEDED: 'More checkpoints failed in a row than execution.checkpointing.tolerable-failed-checkpoints allows.',
  CHECKPOINT_DIRECTORY_MISSING: 'Checkpointing is on and execution.checkpointing.dir is not set.',
  CHECKPOINT_DIRECTORY_UNUSABLE: 'The directory that execution.checkpointing.dir names cannot be made or written.',
  CHECKPOINT_PATH_UNSUPPORTED: 'The path of a checkpoint or savepoint is empty, or has a scheme other than file and s3.',
  CHECKPOINT_SETTINGS_CONFLICT: 'Two settings of checkpoints cannot be had together.',
  CHECKPOINT_NOT_FOUND: 'The checkpoint or savepoint to restore from does not exist or has no _metadata.',
  CHECKPOINT_METADATA_DAMAGED: 'The _metadata file of a checkpoint is cut short, changed, or of another format.',
  CHECKPOINT_FILE_MISSING: 'A file that the metadata of a checkpoint names is missing or of another size.',
  CHECKPOINT_VERSION_UNSUPPORTED: 'The _metadata file of a checkpoint was written in a version that this engine does not read.',
  SAVEPOINT_DIRECTORY_MISSING: 'A savepoint was asked for without a directory, and execution.checkpointing.savepoint-dir is not set.',
  SNAPSHOT_REQUEST_FAILED: 'A checkpoint or savepoint that was asked for was given up, or the job does not run.',
  JOB_STOP_FAILED: 'A job was to stop with a savepoint, which is complete, and failed before it had stopped.',
  RESCALE_REFUSED: 'A running job was to be rescaled to parallelisms that it cannot have, or at a time when it cannot be.',
  RESTORE_MAX_PARALLELISM_CHANGED: 'An operator with state is restored under another max parallelism.',
  RESTORE_OPERATOR_MISSING: 'The checkpoint holds state of an operator that the job does not have.',
  STATE_QUERY_FAILED: 'The state of a running job was asked for, and no running task answered, or there is no such operator.',
  SOURCE_ENUMERATOR_FAILED: 'The split enumerator of a source threw.',
} as const;

export type JobManagerErrorCode = keyof typeof JOBMANAGER_ERRORS;

export class JobManagerError extends EngineError {
  declare readonly code: JobManagerErrorCode;

  constructor(code: JobManagerErrorCode, message: string, options: EngineErrorOptions = {}) {
    super(code, message, options);
  }
}
