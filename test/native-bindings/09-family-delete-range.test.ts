// Range deletes, as rescaling uses them.
import assert from 'node:assert/strict';
import { addonTest, MEMORY_BYTES, openStore } from './addon-fixture.js';

addonTest('deleteRange removes the keys from begin to before end, in the memtable and in files', async (addon, context) => {
  const store = openStore(addon, context);
  for (const key of ['a', 'b', 'c']) store.put(key, '1');
  await store.database.flush();
  for (const key of ['b1', 'd']) store.put(key, '2');
  store.family.deleteRange(...store.place('b'), ...store.place('d'));
  assert.deepEqual(store.scan().map(([key]) => key), ['a', 'd']);
  assert.equal(store.get('b'), undefined);
  store.put('b', 'again');
  await store.family.compact();
  assert.deepEqual(store.scan(), [['a', '1'], ['b', 'again'], ['d', '2']]);
});

addonTest('deleteFilesInRange drops whole files only', async (addon, context) => {
  const store = openStore(addon, context, { compactionStyle: 'level' });
  for (let key = 100; key < 200; key++) store.put(`key-${key}`, 'x');
  await store.database.flush();
  await store.family.compact();
  store.family.deleteFilesInRange(...store.place('key-150'), ...store.place('key-999'));
  assert.equal(store.scan().length, 100);
  store.family.deleteFilesInRange(...store.place('key-000'), ...store.place('key-999'));
  assert.equal(store.scan().length, 0);
});

addonTest('ranges outside the memory are refused', (addon, context) => {
  const store = openStore(addon, context);
  const outside = { code: 'ROCKSDB_OUTSIDE_MEMORY' };
  assert.throws(() => store.family.deleteRange(MEMORY_BYTES, 1, 0, 1), outside);
  assert.throws(() => store.family.deleteRange(0, 1, MEMORY_BYTES, 1), outside);
  assert.throws(() => store.family.deleteFilesInRange(0, 1, -1, 1), outside);
});
