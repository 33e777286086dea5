// Loading the addon and what it says about itself; memory that it works in.
import assert from 'node:assert/strict';
import { addonTest, openStore } from './addon-fixture.js';

addonTest('the addon names its RocksDB, how it is linked and what it can compress', (addon) => {
  assert.match(addon.about.rocksdbVersion, /^\d+\.\d+\.\d+$/);
  assert.ok(addon.about.link === 'system' || addon.about.link === 'static');
  assert.equal(addon.about.isRelease, addon.about.link === 'static');
  assert.ok(addon.about.compressions.includes('none'));
  assert.ok(addon.about.compressions.includes('snappy'));
});

addonTest('only a Uint8Array over shared memory can be registered', (addon) => {
  assert.throws(() => addon.registerMemory(new Uint8Array(8)), { code: 'ROCKSDB_ARGUMENT' });
  assert.throws(() => addon.registerMemory(new Float64Array(new SharedArrayBuffer(8)) as unknown as Uint8Array), { code: 'ROCKSDB_ARGUMENT' });
});

addonTest('registered memory begins where its Uint8Array begins', (addon, context) => {
  const store = openStore(addon, context);
  const shared = new SharedArrayBuffer(64);
  const memory = addon.registerMemory(new Uint8Array(shared, 32, 32));
  new Uint8Array(shared).set(Buffer.from('key!'), 32);
  store.database.useMemory(memory);
  store.family.put(0, 4, 0, 4);
  store.database.useMemory(store.memory);
  assert.equal(store.get('key!'), 'key!');
  memory.release();
});

addonTest('memory of an open database is not released, and a released one is not used again', (addon, context) => {
  const store = openStore(addon, context);
  assert.throws(() => store.memory.release(), { code: 'ROCKSDB_ARGUMENT' });
  store.database.close();
  store.memory.release();
  store.memory.release();
  assert.throws(() => addon.openDatabase(store.folder, { columnFamilies: [{ name: 'state' }], memory: store.memory }), { code: 'ROCKSDB_CLOSED' });
});
