// A configuration key as data: its name, older names, type, default and description.
// Invariant: a default, where there is one, is a value that the key's own type reads from the default's own text.
// Built once at module load from the tables in options/; read on any thread.

import { assert } from '#core/assert';
import {
  booleanType, doubleType, durationType, enumType, floatType, intType, listType, longType, mapType, memorySizeType, stringType, type ConfigType,
} from '#core/config/config-type';
import type { Duration } from '#core/config/duration';
import type { MemorySize } from '#core/config/memory-size';

/** `T` includes undefined exactly when the key has no default. */
export interface ConfigOption<T> {
  readonly key: string;
  readonly type: ConfigType<NonNullable<T>>;
  readonly defaultValue: T;
  /** Older names of the same key: still read, after `key` and `fallbackKeys`, with a warning. */
  readonly deprecatedKeys: readonly string[];
  /** Keys that stand in, in this order, when `key` is not set. */
  readonly fallbackKeys: readonly string[];
  readonly description: string;
}

export interface ConfigOptionExtras {
  readonly deprecatedKeys?: readonly string[];
  readonly fallbackKeys?: readonly string[];
}

interface OptionFactory<T> {
  /** A key with a default, given as the text a user would write. */
  (key: string, defaultText: string, description: string, extras?: ConfigOptionExtras): ConfigOption<T>;
  /** A key without a default. */
  (key: string, defaultText: undefined, description: string, extras?: ConfigOptionExtras): ConfigOption<T | undefined>;
}

export const stringOption: OptionFactory<string> = factory(stringType);
export const booleanOption: OptionFactory<boolean> = factory(booleanType);
export const intOption: OptionFactory<number> = factory(intType);
export const longOption: OptionFactory<bigint> = factory(longType);
export const floatOption: OptionFactory<number> = factory(floatType);
export const doubleOption: OptionFactory<number> = factory(doubleType);
export const memorySizeOption: OptionFactory<MemorySize> = factory(memorySizeType);
export const durationOption: OptionFactory<Duration> = factory(durationType);
export const stringListOption: OptionFactory<readonly string[]> = factory(listType(stringType));
export const mapOption: OptionFactory<Readonly<Record<string, string>>> = factory(mapType);

/** Option factory for a key that takes one of `values`; text is compared without regard to case. */
export function enumOption<const E extends string>(values: readonly E[]): OptionFactory<E> {
  return factory(enumType(values));
}

/** Option factory for a list of constants. */
export function enumListOption<const E extends string>(values: readonly E[]): OptionFactory<readonly E[]> {
  return factory(listType(enumType(values)));
}

function factory<T>(type: ConfigType<T>): OptionFactory<T> {
  const create = (key: string, defaultText: string | undefined, description: string, extras: ConfigOptionExtras = {}): unknown => {
    assert(description.length > 0, `option ${key} is described`);
    return {
      key,
      type,
      defaultValue: defaultText === undefined ? undefined : readDefault(type, key, defaultText),
      deprecatedKeys: extras.deprecatedKeys ?? [],
      fallbackKeys: extras.fallbackKeys ?? [],
      description,
    };
  };
  return create as OptionFactory<T>;
}

function readDefault<T>(type: ConfigType<T>, key: string, text: string): T {
  const outcome = type.parse(text);
  assert(outcome.kind === 'parsed', `the default '${text}' of ${key} is ${type.expectation}`);
  return outcome.value;
}
