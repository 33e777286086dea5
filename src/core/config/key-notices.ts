// What there is to say about the keys of a configuration: unknown ones with a suggestion, old names, keys without effect.
// Invariant: never an error: a Flink configuration loads here whatever keys it has.
// Pure; main thread, when configuration is loaded.

import { allOptions, optionForKey } from '#core/config/all-options';
import { nearestName } from '#core/config/edit-distance';
import { isKnownUnused, knownUnusedKeys } from '#core/config/known-unused-keys';

/** `unknown` and `deprecated` are shown as warnings; `unused` is for verbose logs. */
export type KeyNotice = {
  readonly kind: 'unknown' | 'deprecated' | 'unused';
  readonly key: string;
  /** One line: what is the matter with the key and what to write instead. */
  readonly message: string;
};

const currentKeyByOldKey: ReadonlyMap<string, string> = new Map(
  allOptions.flatMap((option) => option.deprecatedKeys.map((old): [string, string] => [old, option.key])),
);
const mapPrefixes: readonly string[] = allOptions.filter((option) => option.type.name === 'Map').map((option) => `${option.key}.`);

/** In the order of `keys`; keys in order give no notice. */
export function keyNotices(keys: Iterable<string>): readonly KeyNotice[] {
  const notices: KeyNotice[] = [];
  for (const key of keys) {
    const notice = noticeOf(key);
    if (notice !== undefined) notices.push(notice);
  }
  return notices;
}

/** The warnings among the notices, as text. */
export function keyWarnings(keys: Iterable<string>): readonly string[] {
  return keyNotices(keys).filter((notice) => notice.kind !== 'unused').map((notice) => notice.message);
}

/** A known key that `key` was probably meant to be. */
export function suggestKey(key: string): string | undefined {
  return nearestName(key, allOptions.map((option) => option.key)) ?? nearestName(key, knownUnusedKeys);
}

function noticeOf(key: string): KeyNotice | undefined {
  if (optionForKey(key) !== undefined || mapPrefixes.some((prefix) => key.startsWith(prefix))) return undefined;
  const current = currentKeyByOldKey.get(key);
  if (current !== undefined) return { kind: 'deprecated', key, message: `configuration key ${key} is an old name: write ${current}` };
  if (isKnownUnused(key)) return { kind: 'unused', key, message: `configuration key ${key} is a Flink key that is not used here` };
  const suggestion = suggestKey(key);
  const advice = suggestion === undefined ? 'remove it, or see docs/configuration.md for the keys there are' : `did you mean ${suggestion}?`;
  return { kind: 'unknown', key, message: `unknown configuration key ${key}: ${advice}` };
}
