// Reads the text of config.yaml into a Configuration, as Flink 2 does: nested maps become dotted keys, lists stay lists.
// Invariant: the same key written nested and dotted is refused, never silently overwritten.
// Pure function of text; the caller on the main thread reads the file.

import { isMap, parseDocument } from 'yaml';
import { Configuration } from '#core/config/configuration';
import { ConfigError } from '#core/errors/config-errors';

/** `source` names the file in messages. Throws CONFIG_FILE_INVALID. */
export function parseConfigYaml(text: string, source = 'config.yaml'): Configuration {
  const document = parseDocument(text, { intAsBigInt: true, prettyErrors: true });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const reason = (problem.message.split('\n')[0] ?? '').replace(/:$/, '');
    throw new ConfigError('CONFIG_FILE_INVALID', `${source} cannot be read as YAML: ${reason}: correct that line`, { cause: problem });
  }
  if (document.contents === null) return Configuration.EMPTY;
  if (!isMap(document.contents)) {
    throw new ConfigError('CONFIG_FILE_INVALID', `${source} holds no map of keys: write one 'key: value' a line`);
  }
  const values = document.toJS() as Record<string, unknown>;
  assertKeysOnce(values, source);
  return Configuration.fromMap(values);
}

function assertKeysOnce(values: Readonly<Record<string, unknown>>, source: string): void {
  const seen = new Set<string>();
  const visit = (prefix: string, map: Readonly<Record<string, unknown>>): void => {
    for (const [name, value] of Object.entries(map)) {
      const key = prefix + name;
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        visit(`${key}.`, value as Readonly<Record<string, unknown>>);
        continue;
      }
      if (seen.has(key)) throw new ConfigError('CONFIG_FILE_INVALID', `${source} sets ${key} twice: keep one of the two lines`);
      seen.add(key);
    }
  };
  visit('', values);
}
