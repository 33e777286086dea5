// Errors of the command line itself. Every one is a usage error: one line on stderr, exit code 2, nothing started.
import { EngineError, type EngineErrorOptions } from '#core/errors/engine-error';

export const CLI_ERRORS = {
  USAGE_COMMAND_UNKNOWN: 'The first word is no command of millrace.',
  USAGE_OPTION_UNKNOWN: 'An option was given that the command does not have.',
  USAGE_VALUE_MISSING: 'An option that takes a value was given without one.',
  USAGE_VALUE_INVALID: 'The value of an option is not one that it takes.',
  USAGE_ARGUMENT_MISSING: 'The command needs an argument that was not given.',
  USAGE_ARGUMENT_SURPLUS: 'The command was given more arguments than it takes.',
} as const;

export type CliErrorCode = keyof typeof CLI_ERRORS;

export class CliError extends EngineError {
  declare readonly code: CliErrorCode;

  constructor(code: CliErrorCode, message: string, options: EngineErrorOptions = {}) {
    super(code, message, { exitCode: 2, ...options });
  }
}
