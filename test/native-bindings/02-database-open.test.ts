// Opening, closing and the column families of a database.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { rocksDbErrorCode } from '#state/rocksdb/native/rocksdb-addon';
import { addonTest, openStore, Store, temporaryFolder } from './addon-fixture.js';

addonTest('flushed values are there again after close and open; unflushed ones are gone without a log', async (addon, context) => {
  const store = openStore(addon, context);
  store.put('kept', '1');
  await store.database.flush();
  store.put('lost', '2');
  store.database.close();
  const again = new Store(addon, store.folder);
  assert.deepEqual([again.get('kept'), again.get('lost')], ['1', undefined]);
  again.database.close();
});

addonTest('with a write-ahead log unflushed values are there again', (addon, context) => {
  const store = openStore(addon, context, {}, { useWal: true });
  store.put('kept', '1');
  store.database.close();
  const again = new Store(addon, store.folder);
  assert.equal(again.get('kept'), '1');
  again.database.close();
});

addonTest('column families are listed, created and dropped, and keep their values apart', (addon, context) => {
  const store = openStore(addon, context);
  const timers = store.database.createColumnFamily({ name: 'timers', writeBufferBytes: 1 << 20 });
  store.put('a', 'state');
  store.put('a', 'timer', timers);
  assert.deepEqual([store.get('a'), store.get('a', timers)], ['state', 'timer']);
  assert.deepEqual([...addon.listColumnFamilies(store.folder)].sort(), ['default', 'state', 'timers']);
  store.database.dropColumnFamily('timers');
  assert.deepEqual([...addon.listColumnFamilies(store.folder)].sort(), ['default', 'state']);
  assert.throws(() => store.get('a', timers), { code: 'ROCKSDB_CLOSED' });
  assert.throws(() => store.database.columnFamily('timers'), { code: 'ROCKSDB_ARGUMENT' });
});

addonTest('every option of column families and databases is taken', (addon, context) => {
  const logDirectory = temporaryFolder(context);
  const store = openStore(addon, context, {
    writeBufferBytes: 1 << 20, writeBufferCount: 4, writeBuffersToMerge: 2, arenaBlockBytes: 1 << 16, blockBytes: 8192, metadataBlockBytes: 4096,
    blockCacheBytes: 1 << 20, bloomBitsPerKey: 10.5, partitionedIndexFilters: true, compactionStyle: 'universal', dynamicLevelBytes: true,
    levelBaseBytesMax: 1 << 24, targetFileBytes: 1 << 22, level0FileCountTrigger: 8, level0FileCountSlowdown: 30, level0FileCountStop: 40,
    disableAutoCompactions: false, compressionPerLevel: ['none', 'snappy', 'snappy', 'snappy', 'snappy', 'snappy', 'snappy'], periodicCompactionSeconds: 3600,
    optimizeFiltersForHits: true, successiveMergesMax: 5, mergeOperator: 'append', timeToLive: { timeToLiveMs: 1000, timestampOffset: 1, shape: 'value' },
  }, {
    createIfMissing: true, errorIfExists: true, openFilesMax: 100, backgroundJobs: 1, useFsync: true, paranoidChecks: false,
    logDirectory, logLevel: 'warn', logFileCount: 2, logFileBytesMax: 1 << 20, hasStatistics: true, useWal: false,
  });
  store.put('a', '1');
  assert.equal(store.get('a'), '1');
  assert.ok(readdirSync(logDirectory).some((name) => name.endsWith('LOG')));
});

addonTest('unknown options, values out of range and doubled names are refused before anything is opened', (addon, context) => {
  const path = join(temporaryFolder(context), 'db');
  const memory = addon.registerMemory(new Uint8Array(new SharedArrayBuffer(16)));
  const open = (columnFamilies: readonly unknown[], more: object = {}) => () => addon.openDatabase(path, { columnFamilies: columnFamilies as never, ...more, memory });
  const refused = { code: 'ROCKSDB_ARGUMENT' };
  assert.throws(open([{ name: 'a', blockByte: 1 }]), refused);
  assert.throws(open([{ name: '' }]), refused);
  assert.throws(open([{ name: 'a', blockBytes: 1.5 }]), refused);
  assert.throws(open([{ name: 'a', compactionStyle: 'sideways' }]), refused);
  assert.throws(open([{ name: 'a', compressionPerLevel: ['gzip'] }]), refused);
  assert.throws(open([{ name: 'a', timeToLive: { shape: 'value' } }]), refused);
  assert.throws(open([{ name: 'a', timeToLive: { timeToLiveMs: -1 } }]), refused);
  assert.throws(open([{ name: 'a' }, { name: 'a' }]), refused);
  assert.throws(open([], { openFilesMax: -2 }), refused);
  assert.throws(open([], { hasStatistic: true }), refused);
  assert.throws(() => addon.listColumnFamilies(path), { code: 'ROCKSDB_IO_ERROR' });
});

addonTest('what RocksDB refuses comes with a code and its own text', (addon, context) => {
  const store = openStore(addon, context);
  const open = (more: object, path = store.folder) => () => addon.openDatabase(path, { columnFamilies: [{ name: 'state' }], ...more, memory: store.memory });
  assert.throws(open({}), (error) => rocksDbErrorCode(error) === 'ROCKSDB_IO_ERROR' && /open the database: .*lock/i.test(String(error)));
  assert.throws(open({ createIfMissing: false }, `${store.folder}-none`), { code: 'ROCKSDB_REFUSED' });
  assert.throws(() => store.database.createColumnFamily({ name: 'state' }), { code: 'ROCKSDB_REFUSED' });
  store.database.close();
  assert.throws(open({ errorIfExists: true }), { code: 'ROCKSDB_REFUSED' });
  assert.throws(open({ columnFamilies: [] }), { code: 'ROCKSDB_REFUSED' }, 'a column family that exists is not named');
});

addonTest('close is idempotent, and a call on anything of a closed database gives an error', (addon, context) => {
  const store = openStore(addon, context);
  const iterator = store.family.openIterator();
  store.database.close();
  store.database.close();
  const closed = { code: 'ROCKSDB_CLOSED' };
  assert.throws(() => store.get('a'), closed);
  assert.throws(() => iterator.next(1, 0, 8), closed);
  assert.throws(() => store.database.write(0, 8), closed);
  assert.throws(() => store.database.checkpoint('nowhere'), closed);
  assert.throws(() => store.database.useMemory(store.memory), closed);
  assert.throws(() => store.database.sequence, closed);
  assert.throws(() => store.family.compact(), closed);
  iterator.close();
});

addonTest('a handle of a closed object does not reach the object that took its place', (addon, context) => {
  const folder = temporaryFolder(context);
  const first = new Store(addon, join(folder, '1'));
  first.database.close();
  const second = new Store(addon, join(folder, '2'));
  assert.throws(() => first.get('a'), { code: 'ROCKSDB_CLOSED' });
  second.put('a', '1');
  assert.equal(second.get('a'), '1');
  second.database.close();
});

addonTest('a database that is open is not destroyed, one that is closed is', (addon, context) => {
  const store = openStore(addon, context);
  store.put('a', '1');
  assert.equal(addon.tryDestroyDatabase(store.folder), false);
  assert.equal(store.get('a'), '1');
  store.database.close();
  assert.equal(addon.tryDestroyDatabase(store.folder), true);
  assert.throws(() => addon.listColumnFamilies(store.folder), { code: 'ROCKSDB_IO_ERROR' });
});
