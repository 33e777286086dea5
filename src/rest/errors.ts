// Operating errors of the REST endpoint and of those who call one.
import { EngineError, type EngineErrorOptions } from '#core/errors/engine-error';

export const REST_ERRORS = {
  REST_PORT_TAKEN: 'The endpoint cannot listen at its port: another process does, or the system refuses it.',
  REST_ADDRESS_NOT_LOCAL: 'rest.bind-address is not an address of the host itself, and the endpoint asks nobody for a password.',
  REST_NO_ANSWER: 'No endpoint answers at the address, or what answers is none.',
  REST_CALL_REFUSED: 'The endpoint refused a call; the message says why.',
  REST_OPERATION_FAILED: 'An operation that the endpoint had begun ended without success; the message says why.',
} as const;

export type RestErrorCode = keyof typeof REST_ERRORS;

export class RestError extends EngineError {
  declare readonly code: RestErrorCode;

  constructor(code: RestErrorCode, message: string, options: EngineErrorOptions = {}) {
    super(code, message, options);
  }
}
