// Operating errors of the TaskManager: its slots and what is deployed into them.
import { EngineError, type EngineErrorOptions } from '#core/errors/engine-error';

export const TASKMANAGER_ERRORS = {
  SLOT_OFF_HEAP_LIMIT: 'Buffers and typed arrays of the functions of a slot hold more than its share of task off-heap memory.',
  SLOT_HEAP_LIMIT: 'The objects of a slot exceed its share of framework and task heap.',
  SLOT_WORKER_DIED: 'The worker thread of a slot ended while its job was running.',
  USER_PROMISE_REJECTED: 'A promise made by user code in a slot was rejected, or an error was thrown outside any call of the engine.',
  SNAPSHOT_WRITE_FAILED: 'A subtask could not write its part of a checkpoint.',
  SNAPSHOT_READ_FAILED: 'A subtask could not read its part of the checkpoint it restores.',
} as const;

export type TaskManagerErrorCode = keyof typeof TASKMANAGER_ERRORS;

export class TaskManagerError extends EngineError {
  declare readonly code: TaskManagerErrorCode;

  constructor(code: TaskManagerErrorCode, message: string, options: EngineErrorOptions = {}) {
    super(code, message, options);
  }
}
