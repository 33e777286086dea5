// What all connectors check of their options: those that are there, those that must be, those that nobody knows.
import { nearestName } from '#core/config/edit-distance';
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
