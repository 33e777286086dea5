// The types a configuration value can have: how text is read and how a value is printed back.
// Invariant: parse(format(v)) gives v again for every value a type can hold.
// Pure; any thread.

import { parseDuration, type Duration } from '#core/config/duration';
import { parseMemorySize, type MemorySize } from '#core/config/memory-size';
import { parsed, refused, type Parsed } from '#core/config/parsed';
import { formatList, formatMap, parseList, parseMap } from '#core/config/structured-text';

export interface ConfigType<T> {
  /** Flink's name of the type, as documentation shows it. */
  readonly name: string;
  /** What a value looks like, for messages: `a whole number from …`. */
  readonly expectation: string;
  parse(text: string): Parsed<T>;
  format(value: T): string;
}

const INT_MAX = 2n ** 31n - 1n;
const LONG_MAX = 2n ** 63n - 1n;

export const stringType: ConfigType<string> = {
  name: 'String', expectation: 'text', parse: (text) => parsed(text), format: (value) => value,
};

export const booleanType: ConfigType<boolean> = {
  name: 'Boolean', expectation: 'true or false', parse: parseBoolean, format: String,
};

export const intType: ConfigType<number> = {
  name: 'Integer', expectation: 'a whole number from -2147483648 to 2147483647', parse: parseInt32, format: String,
};

/** 64-bit integers are bigint, so that no value of the range is rounded. */
export const longType: ConfigType<bigint> = {
  name: 'Long', expectation: 'a whole number of 64 bits', parse: (text) => parseWhole(text, LONG_MAX), format: String,
};

/** Values are rounded to 32 bits, as Flink's are: 0.1 reads as 0.10000000149011612. */
export const floatType: ConfigType<number> = {
  name: 'Float', expectation: 'a decimal number', parse: parseFloat32, format: formatFloat32,
};

export const doubleType: ConfigType<number> = {
  name: 'Double', expectation: 'a decimal number', parse: parseDecimal, format: String,
};

export const memorySizeType: ConfigType<MemorySize> = {
  name: 'MemorySize', expectation: "a memory size such as '64 mb' or '1g'", parse: parseMemorySize, format: String,
};

export const durationType: ConfigType<Duration> = {
  name: 'Duration', expectation: "a duration such as '500 ms', '10 s' or '1 min'", parse: parseDuration, format: String,
};

export const mapType: ConfigType<Readonly<Record<string, string>>> = {
  name: 'Map', expectation: "pairs such as 'name:value,other:value'", parse: parseMap, format: formatMap,
};

/** Values separated by semicolons, or a YAML list in brackets. */
export function listType<T>(element: ConfigType<T>): ConfigType<readonly T[]> {
  return {
    name: `List<${element.name}>`,
    expectation: `values separated by semicolons, each ${element.expectation}`,
    parse: (text) => parseEach(text, element),
    format: (values) => formatList(values.map((value) => element.format(value))),
  };
}

/** One of `values`, compared without regard to case, as Flink compares enum constants. */
export function enumType<const E extends string>(values: readonly E[]): ConfigType<E> {
  return {
    name: 'Enum',
    expectation: `one of ${values.join(', ')}`,
    parse: (text) => {
      const found = values.find((value) => value.toUpperCase() === text.trim().toUpperCase());
      return found === undefined ? refused('no such constant') : parsed(found);
    },
    format: (value) => value,
  };
}

function parseEach<T>(text: string, element: ConfigType<T>): Parsed<readonly T[]> {
  const parts = parseList(text);
  if (parts.kind === 'refused') return parts;
  const values: T[] = [];
  for (const part of parts.value) {
    const value = element.parse(part);
    if (value.kind === 'refused') return refused(`in the element '${part}': ${value.reason}`);
    values.push(value.value);
  }
  return parsed(values);
}

function parseBoolean(text: string): Parsed<boolean> {
  const lower = text.trim().toLowerCase();
  if (lower === 'true') return parsed(true);
  return lower === 'false' ? parsed(false) : refused('neither true nor false');
}

function parseWhole(text: string, max: bigint): Parsed<bigint> {
  const trimmed = text.trim();
  if (!/^[-+]?[0-9]+$/.test(trimmed)) return refused('not a whole number');
  const value = BigInt(trimmed.replace(/^\+/, ''));
  return value > max || value < -max - 1n ? refused('outside the range') : parsed(value);
}

function parseInt32(text: string): Parsed<number> {
  const whole = parseWhole(text, INT_MAX);
  return whole.kind === 'refused' ? whole : parsed(Number(whole.value));
}

function parseDecimal(text: string): Parsed<number> {
  const trimmed = text.trim();
  if (!/^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]+)?$/i.test(trimmed)) return refused('not a decimal number');
  const value = Number(trimmed);
  return Number.isFinite(value) ? parsed(value) : refused('outside the range');
}

function parseFloat32(text: string): Parsed<number> {
  const decimal = parseDecimal(text);
  if (decimal.kind === 'refused') return decimal;
  const value = Math.fround(decimal.value);
  return Number.isFinite(value) ? parsed(value) : refused('outside the range');
}

/** The shortest decimal text that reads back as the same 32-bit value. */
function formatFloat32(value: number): string {
  for (let digits = 1; digits <= 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
}
