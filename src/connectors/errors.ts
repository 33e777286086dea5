// Operating errors of the connectors: bad options, missing files, records that cannot be read.
import { EngineError, type EngineErrorOptions } from '#core/errors/engine-error';

export const CONNECTOR_ERRORS = {
  CONNECTOR_OPTION_INVALID: 'An option of a source or sink has a value it cannot work with.',
  FILE_RECORD_MALFORMED: 'A line or record of a file does not have the declared format and onMalformed is fail.',
  FILE_BUCKET_INVALID: 'A bucket assigner gave a path that leads out of the folder of its sink, or to hidden files.',
  FILE_COMMIT_FAILED: 'A finished part file cannot be made visible: neither the in-progress file nor the final one exists.',
  SOCKET_FAILED: 'A socket source cannot connect, lost its connection, or got a record without end.',
} as const;

export type ConnectorErrorCode = keyof typeof CONNECTOR_ERRORS;

export class ConnectorError extends EngineError {
  constructor(code: ConnectorErrorCode, message: string, options: EngineErrorOptions = {}) {
    super(code, message, options);
  }
}

/** Fails with CONNECTOR_OPTION_INVALID unless `condition` holds; `rule` completes "<connector>: <option> ...". */
export function requireOption(condition: boolean, connector: string, option: string, value: unknown, rule: string): void {
  if (condition) return;
  throw new ConnectorError('CONNECTOR_OPTION_INVALID', `${connector}: option ${option} is ${String(value)}; it must be ${rule}`, {
    context: { connector, option, value: String(value) },
  });
}
