// Operating errors of programs in the DataStream API: code -> when it is thrown. docs/errors.md is made from this table.
import { EngineError, type EngineErrorOptions } from '#core/errors/engine-error';

export const DATASTREAM_ERRORS = {
  PROGRAM_NO_EXECUTOR: 'A program calls execute() in a process that has no cluster to run it on.',
  PROGRAM_CHECKPOINT_INTERVAL_INVALID: 'The checkpoint interval is not a number of milliseconds from 10 up.',
  PROGRAM_ENVIRONMENTS_MIXED: 'Two streams of different environments are united or connected.',
  PROGRAM_FIELD_UNKNOWN: 'An aggregation names a field that the declared type of the stream does not have, or that is no number.',
  PROGRAM_RESULT_NOT_STARTED: 'Rows of a collected stream are asked for before its job was executed.',
  INTERVAL_JOIN_TIMESTAMP_MISSING: 'A record without an event time reached an interval join.',
  WINDOW_PARAMETERS_INVALID: 'The size, slide, gap, offset or lateness of a window, or a bound of an interval join, is not a whole number in its range.',
} as const;

export class ProgramError extends EngineError {
  constructor(code: keyof typeof DATASTREAM_ERRORS, message: string, options: EngineErrorOptions = {}) {
    super(code, message, options);
  }
}
