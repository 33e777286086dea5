// Errors of reading configuration: files, command-line settings and single values.
// Invariant: every message names the key (or the place), the text seen and what would be accepted.

import { EngineError, type EngineErrorOptions } from '#core/errors/engine-error';

/** Code -> when it is thrown. */
export const CONFIG_ERRORS = {
  CONFIG_VALUE_INVALID: 'A configuration value cannot be read as the type of its key, or lies outside the allowed range.',
  CONFIG_FILE_INVALID: 'The text of config.yaml is not YAML, is not a map of keys, or names a key twice.',
  CONFIG_SETTING_INVALID: 'A -D or --what-if setting on the command line does not have the form key=value.',
  CONFIG_KEY_UNKNOWN: 'A place that accepts only known keys was given a key that neither Flink 2.3 nor Millrace documents.',
} as const;

export type ConfigErrorCode = keyof typeof CONFIG_ERRORS;

/** Operating error of the configuration; `code` is one of CONFIG_ERRORS. */
export class ConfigError extends EngineError {
  constructor(code: ConfigErrorCode, message: string, options: EngineErrorOptions = {}) {
    super(code, message, options);
  }
}
