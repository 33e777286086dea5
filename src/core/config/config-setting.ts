// One setting given on the command line, `key=value`, after -D or --what-if.
// Pure; called by commands on the main thread.

import { ConfigError } from '#core/errors/config-errors';

export interface ConfigSetting {
  readonly key: string;
  readonly value: string;
}

/** Splits at the first `=`; a value may be empty and may hold further `=`. Throws CONFIG_SETTING_INVALID with exit code 2. */
export function parseConfigSetting(text: string, flag = '-D'): ConfigSetting {
  const at = text.indexOf('=');
  const key = (at === -1 ? text : text.slice(0, at)).trim();
  if (at === -1 || key === '') {
    throw new ConfigError('CONFIG_SETTING_INVALID', `${flag} was given '${text}': write ${flag} key=value`, { exitCode: 2 });
  }
  return { key, value: text.slice(at + 1).trim() };
}
