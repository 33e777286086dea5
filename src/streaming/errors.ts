// Operating errors of running operators.
import { EngineError, type EngineErrorOptions } from '#core/errors/engine-error';

/** Code -> when it is thrown. */
export const STREAMING_ERRORS = {
  USER_FUNCTION_FAILED: 'A function of the program threw; the message names the operator, the subtask and the record, the cause keeps its stack.',
  USER_FUNCTION_RETURNED_PROMISE: 'A function returned a promise where a value is expected; functions run synchronously.',
  STATE_NEEDS_KEYED_STREAM: 'A function asks for keyed state but its stream is not keyed.',
  TIMER_NEEDS_KEYED_STREAM: 'A function registers or deletes a timer but its stream is not keyed.',
  BROADCAST_STATE_UNKNOWN: 'A function asks for a broadcast state that broadcast(...) did not name.',
  USER_FUNCTION_NOT_ITERABLE: 'A flatMap function returned something that is neither undefined nor iterable.',
  WINDOW_MERGE_MISSING: 'Session windows aggregate with an AggregateFunction that has no merge.',
  WINDOW_GAP_INVALID: 'The gap function of a dynamic session window returned something that is not a positive number.',
  WINDOW_STATE_INCOMPATIBLE: 'Restored window state was cut into slices of another size than the operator needs now.',
  WINDOW_TIMESTAMP_MISSING: 'A record without a timestamp reached an event-time window.',
  STATE_QUERY_UNAVAILABLE: 'The state of a running operator was asked for, and the operator has no such keyed state, or its backend cannot be asked.',
} as const;

export class StreamingError extends EngineError {
  constructor(code: keyof typeof STREAMING_ERRORS, message: string, options: EngineErrorOptions = {}) {
    super(code, message, options);
  }
}
