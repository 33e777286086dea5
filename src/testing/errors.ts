// Operating errors of the operator harness: a test uses it in a way that no job could run.
import { EngineError, type EngineErrorOptions } from '#core/errors/engine-error';

/** Code -> when it is thrown. */
export const TESTING_ERRORS = {
  HARNESS_FUNCTION_UNKNOWN: 'A harness gets something that is no function object of the DataStream API, or a plain function without its kind.',
  HARNESS_KEY_MISSING: 'A harness gets a keyed process function without the key of its stream.',
  HARNESS_STREAM_INVALID: 'The stream that a harness should run is not exactly one operator behind its input.',
  HARNESS_SUBTASK_INVALID: 'The subtask, parallelism and max parallelism of a harness do not fit each other.',
  HARNESS_KEY_OF_OTHER_SUBTASK: 'An element reaches a harness whose subtask does not own the key of the element.',
  HARNESS_TIME_WENT_BACK: 'A harness gets a watermark or a processing time below the one before.',
  HARNESS_CLOSED: 'A harness is used after it was closed.',
} as const;

export class HarnessError extends EngineError {
  constructor(code: keyof typeof TESTING_ERRORS, message: string, options: EngineErrorOptions = {}) {
    super(code, message, options);
  }
}
