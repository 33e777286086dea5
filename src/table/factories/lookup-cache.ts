// Flink's partial lookup cache: rows by key, the longest unused left out first, each for some time. Thread: the slot's.
import type { ResolvedTable } from '#table/catalog/resolved-table';
import { TableError } from '#table/errors';
import { identifierText } from '#table/catalog/resolved-table';
import { booleanOption, choiceOption, durationOption, integerOption } from '#table/factories/table-options';
import type { TableOptions } from '#table/factories/table-factory';

export interface LookupCacheOptions {
  readonly maxRows: number;
  readonly expireAfterWriteMs: number;
  readonly expireAfterAccessMs: number;
  /** Keys without rows are remembered too. */
  readonly cachesMissingKeys: boolean;
}

export const LOOKUP_CACHE_OPTIONS = [
  'lookup.cache', 'lookup.partial-cache.max-rows', 'lookup.partial-cache.expire-after-write', 'lookup.partial-cache.expire-after-access', 'lookup.partial-cache.cache-missing-key',
  // Their names before Flink 1.16.
  'lookup.cache.max-rows', 'lookup.cache.ttl', 'lookup.cache.caching-missing-key',
];

/** Undefined: nothing is kept. Throws TABLE_OPTION_INVALID. */
export function lookupCacheOptions(table: ResolvedTable, options: TableOptions): LookupCacheOptions | undefined {
  const { all } = options;
  const isOld = all['lookup.cache.max-rows'] !== undefined && all['lookup.cache.ttl'] !== undefined;
  if (!isOld && (all['lookup.cache.max-rows'] !== undefined || all['lookup.cache.ttl'] !== undefined)) {
    throw new TableError('TABLE_OPTION_INVALID', `Either all or none of the following options should be provided for table ${identifierText(table.identifier)}: lookup.cache.max-rows, lookup.cache.ttl`);
  }
  if (choiceOption(table, options, 'lookup.cache', ['NONE', 'PARTIAL'], isOld ? 'PARTIAL' : 'NONE') === 'NONE') return undefined;
  const oldRows = integerOption(table, options, 'lookup.cache.max-rows', Number.POSITIVE_INFINITY, 1);
  const oldTtl = durationOption(table, options, 'lookup.cache.ttl', undefined) ?? Number.POSITIVE_INFINITY;
  return {
    maxRows: integerOption(table, options, 'lookup.partial-cache.max-rows', oldRows, 1),
    expireAfterWriteMs: durationOption(table, options, 'lookup.partial-cache.expire-after-write', undefined) ?? oldTtl,
    expireAfterAccessMs: durationOption(table, options, 'lookup.partial-cache.expire-after-access', undefined) ?? Number.POSITIVE_INFINITY,
    cachesMissingKeys: booleanOption(table, options, 'lookup.partial-cache.cache-missing-key', booleanOption(table, options, 'lookup.cache.caching-missing-key', true)),
  };
}

interface Entry<T> {
  readonly rows: readonly T[];
  readonly writtenMs: number;
  usedMs: number;
}

export class LookupCache<T> {
  readonly #options: LookupCacheOptions;
  readonly #now: () => number;
  /** The longest unused first. */
  readonly #entries = new Map<string, Entry<T>>();

  constructor(options: LookupCacheOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
  }

  get(key: string): readonly T[] | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const now = this.#now();
    this.#entries.delete(key);
    if (now - entry.writtenMs >= this.#options.expireAfterWriteMs || now - entry.usedMs >= this.#options.expireAfterAccessMs) return undefined;
    entry.usedMs = now;
    this.#entries.set(key, entry);
    return entry.rows;
  }

  set(key: string, rows: readonly T[]): void {
    if (rows.length === 0 && !this.#options.cachesMissingKeys) return;
    const now = this.#now();
    this.#entries.delete(key);
    this.#entries.set(key, { rows, writtenMs: now, usedMs: now });
    if (this.#entries.size > this.#options.maxRows) this.#entries.delete(this.#entries.keys().next().value!);
  }

  get size(): number {
    return this.#entries.size;
  }
}
