// Figures of one database: its hot tier's, always, and those of RocksDB itself that the configuration asks for, per column
// family as `rocksdb.<family>.<property>`, counters of the whole database as `rocksdb.<name>`. Thread: the slot's.
import type { TierStore } from '#state/rocksdb/tier-store';

/** Counters that RocksDB keeps only when it is told to, by the last part of their option's key. */
const TICKERS: Readonly<Record<string, string>> = {
  'block-cache-hit': 'rocksdb.block.cache.hit', 'block-cache-miss': 'rocksdb.block.cache.miss', 'bytes-read': 'rocksdb.bytes.read', 'bytes-written': 'rocksdb.bytes.written',
  'iter-bytes-read': 'rocksdb.db.iter.bytes.read', 'compaction-read-bytes': 'rocksdb.compact.read.bytes', 'compaction-write-bytes': 'rocksdb.compact.write.bytes', 'stall-micros': 'rocksdb.stall.micros',
};
const FILES_AT_LEVEL = 'num-files-at-level';
const LEVELS = 7;

export function isTicker(name: string): boolean {
  return Object.hasOwn(TICKERS, name);
}

/** Cost: a native call per figure and family, about 1 us each. */
export function readTierMetrics(store: TierStore, wanted: readonly string[]): ReadonlyMap<string, number> {
  const { tier, database } = store;
  const metrics = new Map<string, number>([
    ['rocksdb.hot-tier.hits', tier.hits], ['rocksdb.hot-tier.misses', tier.misses], ['rocksdb.hot-tier.read-ahead', tier.aheadReads], ['rocksdb.hot-tier.rows', tier.rows.liveRows], ['rocksdb.hot-tier.dirty-rows', tier.rows.dirty.count],
    ['rocksdb.hot-tier.bytes', tier.rows.bytes.length], ['rocksdb.hot-tier.evicted-rows', tier.rows.evictedRows], ['rocksdb.hot-tier.written-rows', tier.writer.writtenRows], ['rocksdb.write-stalls', database.stalls], ['rocksdb.write-waits', database.waits],
  ]);
  for (const name of wanted) {
    if (isTicker(name)) {
      const value = database.database.ticker(TICKERS[name]!);
      if (value !== undefined) metrics.set(`rocksdb.${name}`, value);
      continue;
    }
    for (const { family, name: familyName } of store.families) {
      if (name === FILES_AT_LEVEL) {
        for (let level = 0; level < LEVELS; level++) metrics.set(`rocksdb.${familyName}.${name}${level}`, Number(family.text(`rocksdb.${name}${level}`)));
      } else {
        const value = family.figure(`rocksdb.${name}`);
        if (value !== undefined) metrics.set(`rocksdb.${familyName}.${name}`, value);
      }
    }
  }
  return metrics;
}
