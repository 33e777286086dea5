// Operating errors of the contracts between the managers: slots, deployment, checkpoints and jobs as a user meets them.
import { EngineError, type EngineErrorOptions } from '#core/errors/engine-error';

export const CLUSTER_ERRORS = {
  NOT_ENOUGH_SLOTS: 'A job needs more slots than taskmanager.numberOfTaskSlots allows.',
  JOB_NOT_FOUND: 'A job id was given that this cluster does not know.',
  JOB_CANCELED: 'The result of a job was awaited that has been canceled.',
  ENGINE_PROCESS_DIED: 'The engine process of a job died, and its restart strategy allows no more restarts.',
  ENGINE_PARENT_GONE: 'The command that started an engine process was killed; the engine ends with it.',
  JOB_SUSPENDED: 'The cluster was closed while the job was running.',
} as const;

export type ClusterErrorCode = keyof typeof CLUSTER_ERRORS;

export class ClusterError extends EngineError {
  declare readonly code: ClusterErrorCode;

  constructor(code: ClusterErrorCode, message: string, options: EngineErrorOptions = {}) {
    super(code, message, options);
  }
}
