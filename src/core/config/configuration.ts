// The settings of a cluster, a job or a command: keys with their text, read through typed options.
// Invariant: immutable; `set` and `merge` give a new Configuration. Text is kept as given and read by the option's type.
// Made on the main thread; travels to workers as `toMap()`; read on any thread, never per record.

import { assert } from '#core/assert';
import type { ConfigOption } from '#core/config/config-option';
import { formatList } from '#core/config/structured-text';
import { ConfigError } from '#core/errors/config-errors';

/** Immutable map of configuration keys to text. */
export class Configuration {
  static readonly EMPTY = new Configuration(new Map());

  readonly #texts: ReadonlyMap<string, string>;

  private constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts;
  }

  /**
   * Numbers, booleans and bigints become text, lists Flink's list text, nested maps dotted keys; null and undefined
   * are left out.
   */
  static fromMap(values: Readonly<Record<string, unknown>>): Configuration {
    const texts = new Map<string, string>();
    flattenInto(texts, '', values);
    return new Configuration(texts);
  }

  /** The value of the key, else of its fallback and deprecated keys, else the default. Throws CONFIG_VALUE_INVALID. */
  get<T>(option: ConfigOption<T>): T {
    return this.getOptional(option) ?? option.defaultValue;
  }

  /** As `get`, without the default. Throws CONFIG_VALUE_INVALID. */
  getOptional<T>(option: ConfigOption<T>): NonNullable<T> | undefined {
    const key = this.#keyInUse(option);
    if (key === undefined) return this.#prefixMap(option);
    const text = this.#texts.get(key);
    assert(text !== undefined, 'a key in use has a text');
    const outcome = option.type.parse(text);
    if (outcome.kind === 'parsed') return outcome.value;
    throw new ConfigError('CONFIG_VALUE_INVALID', `${key} cannot be '${text}' (${outcome.reason}): give ${option.type.expectation}`, {
      context: { key, value: text, expected: option.type.expectation },
    });
  }

  /** True when the key, or one that stands in for it, is set; defaults do not count. */
  contains(option: ConfigOption<unknown>): boolean {
    return this.#keyInUse(option) !== undefined || this.#prefixMap(option) !== undefined;
  }

  /** A copy with the key set; the text of the value is checked by reading it back on `get`. */
  set<T>(option: ConfigOption<T>, value: NonNullable<T>): Configuration {
    return this.setText(option.key, option.type.format(value));
  }

  setText(key: string, text: string): Configuration {
    return new Configuration(new Map(this.#texts).set(key, text));
  }

  /** A copy without the key and the keys that stand in for it. */
  without(option: ConfigOption<unknown>): Configuration {
    const texts = new Map(this.#texts);
    for (const key of keysOf(option)) texts.delete(key);
    return new Configuration(texts);
  }

  /** A copy in which `over` wins where both have a key. */
  merge(over: Configuration): Configuration {
    return new Configuration(new Map([...this.#texts, ...over.#texts]));
  }

  keys(): readonly string[] {
    return [...this.#texts.keys()];
  }

  /** Plain form for messages between threads; `fromMap` is the inverse. */
  toMap(): Record<string, string> {
    return Object.fromEntries(this.#texts);
  }

  /** The key whose text decides, in the order key, fallback keys, deprecated keys. */
  #keyInUse(option: ConfigOption<unknown>): string | undefined {
    return keysOf(option).find((key) => this.#texts.has(key));
  }

  /** A map option may also be given as one key per entry: `option.key.entry: value`. */
  #prefixMap<T>(option: ConfigOption<T>): NonNullable<T> | undefined {
    if (option.type.name !== 'Map') return undefined;
    const prefix = `${option.key}.`;
    const entries = [...this.#texts].filter(([key]) => key.startsWith(prefix)).map(([key, text]) => [key.slice(prefix.length), text]);
    return entries.length === 0 ? undefined : (Object.fromEntries(entries) as NonNullable<T>);
  }
}

/** Every name of an option in the order in which they are looked up. */
export function keysOf(option: ConfigOption<unknown>): readonly string[] {
  return [option.key, ...option.fallbackKeys, ...option.deprecatedKeys];
}

function flattenInto(texts: Map<string, string>, prefix: string, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    const key = prefix + name;
    if (value === null || value === undefined) continue;
    if (Array.isArray(value)) texts.set(key, listText(value));
    else if (isPlainMap(value)) flattenInto(texts, `${key}.`, value);
    else texts.set(key, String(value));
  }
}

/** Lists of plain values become list text; a list that holds lists or maps is kept as one line of JSON, which is YAML too. */
function listText(values: readonly unknown[]): string {
  const isFlat = values.every((value) => typeof value !== 'object' || value === null);
  if (isFlat) return formatList(values.map(String));
  return JSON.stringify(values, (_name, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}

function isPlainMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
