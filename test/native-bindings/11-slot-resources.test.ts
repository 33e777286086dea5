// The memory bound of a slot, and what a database says about itself.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { cacheBytesOf, writeBufferBytesOf } from '#state/rocksdb/native/rocksdb-addon';
import { addonTest, openStore, temporaryFolder } from './addon-fixture.js';

addonTest('the budget is shared out by Flink\'s formula', (addon) => {
  const resources = addon.createSlotResources({ budgetBytes: 30 << 20 });
  assert.equal(resources.cacheBytesMax, cacheBytesOf(30 << 20, 0.5));
  assert.equal(resources.writeBufferBytesMax, writeBufferBytesOf(30 << 20, 0.5));
  assert.deepEqual([resources.cacheBytesMax, resources.writeBufferBytesMax], [25 << 20, 10 << 20]);
  resources.close();
  resources.close();
  assert.throws(() => resources.cacheBytesUsed, { code: 'ROCKSDB_CLOSED' });
});

addonTest('two databases of a slot stay under one bound, which outlives the resources object', async (addon, context) => {
  const folder = temporaryFolder(context);
  const resources = addon.createSlotResources({ budgetBytes: 3 << 20 });
  const second = addon.attachSlotResources(resources.sharedId);
  const memory = addon.registerMemory(new Uint8Array(new SharedArrayBuffer(1 << 16)));
  const databases = [1, 2].map((name) => addon.openDatabase(join(folder, String(name)), {
    columnFamilies: [{ name: 'state', arenaBlockBytes: 1 << 16, bloomBitsPerKey: 10 }], memory, resources,
  }));
  resources.close();
  for (let round = 0; round < 20_000; round++) {
    new DataView(memory.bytes.buffer).setUint32(0, Math.imul(round, 2_654_435_761));
    for (const database of databases) database.columnFamily('state').put(0, 4, 0, 200);
  }
  for (const database of databases) assert.ok(database.total('rocksdb.total-sst-files-size')! > 0, 'memtables were flushed by the bound');
  assert.ok(second.writeBufferBytesUsed > 0);
  for (const database of databases) await database.flush();
  assert.ok(second.writeBufferBytesUsed <= second.writeBufferBytesMax);
  assert.ok(second.cacheBytesUsed <= 3 << 20);
  assert.ok(second.cacheBytesPinned <= second.cacheBytesUsed);
  for (const database of databases) database.close();
  second.close();
  assert.throws(() => addon.attachSlotResources(999_999), { code: 'ROCKSDB_CLOSED' });
});

addonTest('a budget or a ratio that cannot be is refused', (addon) => {
  const refused = { code: 'ROCKSDB_ARGUMENT' };
  assert.throws(() => addon.createSlotResources({ budgetBytes: 0 }), refused);
  assert.throws(() => addon.createSlotResources({ budgetBytes: 1 << 20, writeBufferRatio: 1.5 }), refused);
  assert.throws(() => addon.createSlotResources({ budgetBytes: 1 << 20, highPriorityPoolRatio: Number.NaN }), refused);
});

addonTest('a strict cache that is full refuses a read', async (addon, context) => {
  const folder = temporaryFolder(context);
  const resources = addon.createSlotResources({ budgetBytes: 1, isStrict: true });
  const memory = addon.registerMemory(new Uint8Array(new SharedArrayBuffer(64)));
  const database = addon.openDatabase(join(folder, 'db'), { columnFamilies: [{ name: 'state' }], memory, resources });
  const family = database.columnFamily('state');
  family.put(0, 4, 0, 8);
  await assert.rejects(database.flush().then(() => family.get(0, 4, 8, 56)), { code: 'ROCKSDB_MEMORY_LIMIT' });
  database.close();
  resources.close();
});

addonTest('properties, totals and tickers are numbers; unknown names give undefined', async (addon, context) => {
  const store = openStore(addon, context, {}, { hasStatistics: true });
  for (let key = 0; key < 100; key++) store.put(`key-${key}`, 'x');
  assert.equal(store.family.figure('rocksdb.estimate-num-keys'), 100);
  assert.equal(store.database.total('rocksdb.estimate-num-keys'), 100);
  assert.equal(store.family.figure('rocksdb.no-such'), undefined);
  assert.equal(store.database.total('rocksdb.no-such'), undefined);
  assert.match(store.family.text('rocksdb.stats'), /DB Stats/);
  assert.equal(store.family.text('rocksdb.no-such'), '');
  assert.equal(store.database.ticker('rocksdb.number.keys.written'), 100);
  assert.equal(store.database.ticker('rocksdb.no-such'), undefined);
  assert.equal(store.database.sequence, 100);
  assert.equal(openStore(addon, context).database.ticker('rocksdb.number.keys.written'), undefined);
  addon.setBackgroundThreads(2, 1);
});

addonTest('a block that is a tenth of the cache stays in it', async (addon, context) => {
  const resources = addon.createSlotResources({ budgetBytes: 36 << 20 });
  const blockBytes = resources.cacheBytesMax / 10;
  const memory = addon.registerMemory(new Uint8Array(new SharedArrayBuffer(8 << 20)));
  const database = addon.openDatabase(join(temporaryFolder(context), 'db'), { columnFamilies: [{ name: 'state' }], memory, resources, hasStatistics: true });
  const family = database.columnFamily('state');
  family.put(0, 4, 0, blockBytes);
  await database.flush();
  assert.equal(family.get(0, 4, 8, blockBytes), blockBytes);
  const misses = database.ticker('rocksdb.block.cache.miss')!;
  assert.ok(misses > 0);
  for (let round = 0; round < 5; round++) assert.equal(family.get(0, 4, 8, blockBytes), blockBytes);
  assert.equal(database.ticker('rocksdb.block.cache.miss'), misses);
  database.close();
  resources.close();
});
