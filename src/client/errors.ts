// Operating errors of the client: finding, bundling and running a user's program, reading and writing snapshots.
import { EngineError, type EngineErrorOptions } from '#core/errors/engine-error';

export const CLIENT_ERRORS = {
  PROGRAM_NOT_FOUND: 'The file of the program does not exist.',
  PROGRAM_NOT_BUNDLED: 'The program has a syntax error or imports what cannot be found.',
  PROGRAM_FAILED: 'The program threw before or between its jobs.',
  PROGRAM_NOT_EXECUTED: 'The program ended without starting a job.',
  PROGRAM_NOT_LOADABLE: 'A job was started from functions of this process that workers cannot load.',
  PROGRAM_GRAPH_NOT_REACHED: 'The program, run again in a worker, ended before it built the graph of its job.',
  SAVEPOINT_CHECK_OPEN_FAILED: 'A savepoint is compared with a program, and the open() of one of its operators threw.',
  SAVEPOINT_REFUSED: 'A savepoint was compared with a program, and the program would not start from it.',
  SAVEPOINT_TARGET_TAKEN: 'A savepoint is to be written into a directory that holds one already.',
  SNAPSHOT_OPERATOR_UNKNOWN: 'A snapshot that is read as data has no state of the operator that was named.',
  SNAPSHOT_STATE_UNKNOWN: 'A snapshot that is read as data has no state of that name, or kind, for the operator.',
  PROGRAM_FORM_UNKNOWN: 'A job module has no default export that is a function.',
} as const;

export type ClientErrorCode = keyof typeof CLIENT_ERRORS;

export class ClientError extends EngineError {
  declare readonly code: ClientErrorCode;

  constructor(code: ClientErrorCode, message: string, options: EngineErrorOptions = {}) {
    super(code, message, options);
  }
}
