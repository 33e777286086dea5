// Many reads by one call.
import assert from 'node:assert/strict';
import { bytesNeeded, MULTI_GET_ENTRY_BYTES, MultiGetTable, NOT_FOUND } from '#state/rocksdb/native/rocksdb-addon';
import { addonTest, MEMORY_BYTES, openStore, OUT, type Store } from './addon-fixture.js';

const TABLE = OUT - 64 * 1024;

function multiGet(store: Store, keys: readonly string[], capacity: number): { results: (string | number)[]; withoutRoom: number } {
  const table = new MultiGetTable(store.memory.bytes, TABLE);
  for (const [index, key] of keys.entries()) table.setKey(index, ...store.place(key));
  const withoutRoom = store.family.multiGet(keys.length, TABLE, 0, OUT, capacity);
  const results = keys.map((_key, index) => {
    const result = table.result(index);
    return result < 0 ? result : store.read(OUT + table.valueOffset(index), result);
  });
  return { results, withoutRoom };
}

addonTest('keys are answered in the order of the table, found or not, once or twice asked', async (addon, context) => {
  const store = openStore(addon, context, { bloomBitsPerKey: 10 });
  store.put('a', 'one');
  store.put('b', '');
  await store.database.flush();
  store.put('c', 'three');
  const asked = multiGet(store, ['c', 'x', 'a', 'b', 'a'], 1024);
  assert.deepEqual(asked, { results: ['three', NOT_FOUND, 'one', '', 'one'], withoutRoom: 0 });
});

addonTest('values without room say what they need, smaller ones behind them are still answered', (addon, context) => {
  const store = openStore(addon, context);
  store.put('big', 'x'.repeat(50));
  store.put('small', 'y'.repeat(8));
  const { results, withoutRoom } = multiGet(store, ['small', 'big', 'small', 'none'], 16);
  assert.equal(withoutRoom, 1);
  assert.deepEqual([results[0], bytesNeeded(results[1] as number), results[2], results[3]], ['y'.repeat(8), 50, 'y'.repeat(8), NOT_FOUND]);
});

addonTest('values begin at multiples of eight', (addon, context) => {
  const store = openStore(addon, context);
  store.put('a', '12345');
  multiGet(store, ['a', 'a', 'a'], 1024);
  const table = new MultiGetTable(store.memory.bytes, TABLE);
  assert.deepEqual([0, 1, 2].map((index) => table.valueOffset(index)), [0, 8, 16]);
});

addonTest('a thousand keys over several files are answered by one call, and calls of other sizes follow', async (addon, context) => {
  const store = openStore(addon, context, { blockBytes: 1024 });
  for (let key = 0; key < 1000; key++) {
    store.put(`key-${key}`, `value-${key}`);
    if (key % 300 === 0) await store.database.flush();
  }
  for (const count of [1000, 0, 1, 33, 1000]) {
    const keys = Array.from({ length: count }, (_each, index) => `key-${index * 2}`);
    assert.deepEqual(multiGet(store, keys, MEMORY_BYTES - OUT).results, keys.map((key, index) => (index * 2 < 1000 ? key.replace('key', 'value') : NOT_FOUND)));
  }
});

addonTest('a table or a key outside the memory is refused', (addon, context) => {
  const store = openStore(addon, context);
  const outside = { code: 'ROCKSDB_OUTSIDE_MEMORY' };
  assert.throws(() => store.family.multiGet(1, MEMORY_BYTES - MULTI_GET_ENTRY_BYTES + 1, 0, OUT, 8), outside);
  assert.throws(() => store.family.multiGet(2 ** 31, 0, 0, OUT, 8), outside);
  assert.throws(() => store.family.multiGet(1, TABLE, 0, OUT, MEMORY_BYTES), outside);
  new MultiGetTable(store.memory.bytes, TABLE).setKey(0, MEMORY_BYTES - 1, 2);
  assert.throws(() => store.family.multiGet(1, TABLE, 0, OUT, 8), outside);
  new MultiGetTable(store.memory.bytes, TABLE).setKey(0, 0, 1);
  assert.throws(() => store.family.multiGet(1, TABLE, -8, OUT, 8), outside);
  assert.throws(() => new MultiGetTable(store.memory.bytes, 2), { code: 'ROCKSDB_ARGUMENT' });
});
