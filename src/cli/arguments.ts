// Reads a command's options. One table per command serves parsing, --help and shell completion. Pure.
import { nearestName } from '#core/config/edit-distance';
import { CliError } from '#cli/errors';

export interface OptionSpec {
  /** Long name without dashes; unique in the command. */
  readonly name: string;
  /** Other spellings of the name that are understood, such as Flink's. */
  readonly aliases?: readonly string[];
  /** One letter without its dash, or several that stand for it as a whole word. */
  readonly short?: string;
  /** How the value is called in the help; absent = the option takes none. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly isRepeatable?: boolean;
  readonly description: string;
}

export interface CommandSpec {
  readonly name: string;
  /** Usage behind `millrace NAME`. */
  readonly usage: string;
  readonly description: string;
  readonly options: readonly OptionSpec[];
  /** True when everything behind the first plain argument belongs to it. */
  readonly endsAtArgument?: boolean;
}

export interface ParsedArguments {
  /** Values by option name, in the order given; an option without value has one empty text per use. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly positional: readonly string[];
}

/** Throws USAGE_OPTION_UNKNOWN, USAGE_VALUE_MISSING, USAGE_VALUE_INVALID. */
export function parseArguments(spec: CommandSpec, words: readonly string[]): ParsedArguments {
  const values = new Map<string, string[]>();
  const positional: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') return { values, positional: [...positional, ...words.slice(at + 1)] };
    if (word === '-' || !word.startsWith('-')) {
      if (spec.endsAtArgument === true) return { values, positional: [...positional, ...words.slice(at)] };
      positional.push(word);
      continue;
    }
    const { option, inline } = findOption(spec, word);
    const value = option.value === undefined ? '' : inline ?? words[++at];
    if (value === undefined) throw new CliError('USAGE_VALUE_MISSING', `${word} needs a value: give ${option.value ?? 'one'}, see millrace ${spec.name} --help`);
    if (option.value === undefined && inline !== undefined) throw new CliError('USAGE_VALUE_INVALID', `${word}: --${option.name} takes no value`);
    checkChoice(option, value);
    values.set(option.name, [...(values.get(option.name) ?? []), value]);
  }
  return { values, positional };
}

/** The last value given, or undefined. */
export function valueOf(parsed: ParsedArguments, name: string): string | undefined {
  return parsed.values.get(name)?.at(-1);
}

/** Throws USAGE_VALUE_INVALID unless the value is a whole number of at least `min`. */
export function countOf(parsed: ParsedArguments, name: string, min = 1): number | undefined {
  const text = valueOf(parsed, name);
  if (text === undefined) return undefined;
  const count = /^[0-9][0-9_]*$/.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
  if (Number.isSafeInteger(count) && count >= min) return count;
  throw new CliError('USAGE_VALUE_INVALID', `--${name} was given '${text}': give a whole number of at least ${min}`);
}

export function formatHelp(spec: CommandSpec): string {
  const rows = spec.options.map((option) => {
    const short = option.short === undefined ? '    ' : `-${option.short}, `;
    return [`  ${short}--${option.name}${option.value === undefined ? '' : ` ${option.value}`}`, option.description] as const;
  });
  const width = Math.max(0, ...rows.map(([left]) => left.length)) + 2;
  return [`millrace ${spec.name} ${spec.usage}`.trimEnd(), spec.description, ...rows.map(([left, right]) => left.padEnd(width) + right), ''].join('\n');
}

/** `-Dkey=value`, `--name=value`, `--name`, `-x`, `-xvalue`. */
function findOption(spec: CommandSpec, word: string): { readonly option: OptionSpec; readonly inline: string | undefined } {
  const isLong = word.startsWith('--');
  const equals = isLong ? word.indexOf('=') : -1;
  const name = isLong ? word.slice(2, equals === -1 ? undefined : equals) : word.slice(1, 2);
  const whole = isLong ? undefined : spec.options.find((candidate) => candidate.short === word.slice(1));
  if (whole !== undefined) return { option: whole, inline: undefined };
  const option = spec.options.find((candidate) => (isLong ? candidate.name === name || candidate.aliases?.includes(name) === true : candidate.short === name));
  const rest = isLong ? (equals === -1 ? undefined : word.slice(equals + 1)) : (word.length > 2 ? word.slice(2).replace(/^=/, '') : undefined);
  if (option !== undefined && (isLong || rest === undefined || option.value !== undefined)) return { option, inline: rest };
  const near = nearestName(name, spec.options.map((candidate) => candidate.name));
  throw new CliError('USAGE_OPTION_UNKNOWN', `millrace ${spec.name} has no option ${word}: ${near === undefined ? '' : `did you mean --${near}? `}see millrace ${spec.name} --help`);
}

function checkChoice(option: OptionSpec, value: string): void {
  if (option.choices === undefined || option.choices.includes(value)) return;
  throw new CliError('USAGE_VALUE_INVALID', `--${option.name} was given '${value}': give ${option.choices.join(', ')}`);
}
