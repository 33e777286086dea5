// What all connectors check of their options: those that are there, those that must be, those that nobody knows.
import { parseDuration } from '#core/config/duration';
import { nearestName } from '#core/config/edit-distance';
import { parseMemorySize } from '#core/config/memory-size';
import type { ResolvedTable } from '#table/catalog/resolved-table';
import { identifierText } from '#table/catalog/resolved-table';
import { TableError } from '#table/errors';
import type { TableOptions } from '#table/factories/table-factory';

export interface OptionNames {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Options whose names begin so are somebody else's (a format's). */
  readonly prefixes?: readonly string[];
}

/** Options that a table may have whatever its connector. */
const COMMON = ['connector', 'property-version', 'scan.watermark.emit.strategy', 'scan.watermark.alignment.group', 'scan.watermark.alignment.max-drift', 'scan.watermark.idle-timeout', 'scan.parallelism'];

/** Throws TABLE_OPTION_INVALID with Flink's wording. */
export function checkOptions(table: ResolvedTable, { all }: TableOptions, names: OptionNames): void {
  const path = identifierText(table.identifier);
  const missing = names.required.filter((name) => all[name] === undefined);
  if (missing.length > 0) throw new TableError('TABLE_OPTION_INVALID', `One or more required options are missing for table ${path}. Missing required options are: ${missing.join(', ')}`);
  const known = [...names.required, ...names.optional, ...COMMON];
  for (const name of Object.keys(all)) {
    if (known.includes(name) || names.prefixes?.some((prefix) => name.startsWith(prefix)) === true) continue;
    const nearest = nearestName(name, known);
    throw new TableError('TABLE_OPTION_INVALID', `Unsupported options found for table ${path}: ${name}.${nearest === undefined ? '' : ` Did you mean ${nearest}?`} Supported options: ${[...known].sort().join(', ')}`);
  }
}

/** A whole number of at least `min`. Throws TABLE_OPTION_INVALID. */
export function integerOption(table: ResolvedTable, { all }: TableOptions, name: string, fallback: number, min = 0): number {
  const text = all[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= min) return value;
  throw new TableError('TABLE_OPTION_INVALID', `option ${name} of table ${identifierText(table.identifier)} is '${text}': give a whole number from ${min} up`);
}

/** `true` or `false`, in any case. Throws TABLE_OPTION_INVALID. */
export function booleanOption(table: ResolvedTable, { all }: TableOptions, name: string, fallback: boolean): boolean {
  const text = all[name]?.trim().toLowerCase();
  if (text === undefined) return fallback;
  return text === 'true' || (text === 'false' ? false : refuseOption(table, name, all[name]!, 'true or false'));
}

/** One of Flink's names of an enumeration, in any case. Throws TABLE_OPTION_INVALID. */
export function choiceOption<T extends string>(table: ResolvedTable, { all }: TableOptions, name: string, choices: readonly T[], fallback: T): T {
  const text = all[name];
  if (text === undefined) return fallback;
  return choices.find((choice) => choice.toLowerCase() === text.toLowerCase()) ?? refuseOption(table, name, text, `one of ${choices.join(', ')}`);
}

/** Milliseconds. Throws TABLE_OPTION_INVALID. */
export function durationOption<T extends string | undefined>(table: ResolvedTable, { all }: TableOptions, name: string, fallback: T): number | (T extends undefined ? undefined : never) {
  const text = all[name] ?? fallback;
  if (text === undefined) return undefined as T extends undefined ? undefined : never;
  const parsed = parseDuration(text);
  return parsed.kind === 'parsed' ? Number(parsed.value.nanos / 1_000_000n) : refuseOption(table, name, text, "a duration such as '10 s'");
}

/** Bytes. Throws TABLE_OPTION_INVALID. */
export function bytesOption(table: ResolvedTable, { all }: TableOptions, name: string, fallback: string): number {
  const text = all[name] ?? fallback;
  const parsed = parseMemorySize(text);
  return parsed.kind === 'parsed' ? Number(parsed.value.bytes) : refuseOption(table, name, text, "a size such as '128MB'");
}

/** `sink.parallelism` or `scan.parallelism`, as runtimes of sources and sinks take it. Throws TABLE_OPTION_INVALID. */
export function parallelismOption(table: ResolvedTable, options: TableOptions, name: 'sink.parallelism' | 'scan.parallelism'): { readonly parallelism?: number } {
  return options.all[name] === undefined ? {} : { parallelism: integerOption(table, options, name, 1, 1) };
}

/** Throws TABLE_OPTION_INVALID: an option has a value that is none. */
export function refuseOption(table: ResolvedTable, name: string, text: string, wanted: string): never {
  throw new TableError('TABLE_OPTION_INVALID', `Could not parse value '${text}' for key '${name}' of table ${identifierText(table.identifier)}: give ${wanted}`);
}
