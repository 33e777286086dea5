// Single reads and writes by offset.
import assert from 'node:assert/strict';
import { bytesNeeded, NOT_FOUND } from '#state/rocksdb/native/rocksdb-addon';
import { addonTest, MEMORY_BYTES, openStore, OUT } from './addon-fixture.js';

addonTest('a value is read back from the memtable and from a file, also an empty one', async (addon, context) => {
  const store = openStore(addon, context);
  store.put('a', 'one');
  store.put('b', '');
  assert.deepEqual([store.get('a'), store.get('b'), store.get('c')], ['one', '', undefined]);
  await store.database.flush();
  assert.deepEqual([store.get('a'), store.get('b'), store.get('c')], ['one', '', undefined]);
});

addonTest('a put replaces, a delete removes', (addon, context) => {
  const store = openStore(addon, context);
  store.put('a', '1');
  store.put('a', '2');
  assert.equal(store.get('a'), '2');
  store.family.delete(...store.place('a'));
  assert.equal(store.get('a'), undefined);
  assert.equal(store.family.tryPut(...store.place('a'), ...store.place('3')), true);
  assert.equal(store.get('a'), '3');
  assert.equal(store.family.tryDelete(...store.place('a')), true);
  assert.equal(store.get('a'), undefined);
});

addonTest('a value that does not fit says what it needs and writes nothing', (addon, context) => {
  const store = openStore(addon, context);
  store.put('a', 'x'.repeat(100));
  store.memory.bytes.fill(7, OUT, OUT + 200);
  const result = store.family.get(...store.place('a'), OUT, 99);
  assert.equal(bytesNeeded(result), 100);
  assert.ok(store.memory.bytes.slice(OUT, OUT + 200).every((byte) => byte === 7));
  assert.equal(store.family.get(...store.place('a'), OUT, 100), 100);
  store.put('empty', '');
  assert.equal(store.family.get(...store.place('empty'), OUT, 0), 0);
  assert.equal(store.family.get(...store.place('none'), OUT, 0), NOT_FOUND);
});

addonTest('a range outside the memory is refused, on every side', (addon, context) => {
  const store = openStore(addon, context);
  const outside = { code: 'ROCKSDB_OUTSIDE_MEMORY' };
  for (const [offset, length] of [[-1, 1], [0, MEMORY_BYTES + 1], [MEMORY_BYTES, 1], [MEMORY_BYTES + 1, 0], [0, -1], [2 ** 52, 2 ** 52]] as const) {
    assert.throws(() => store.family.get(offset, length, 0, 0), outside);
    assert.throws(() => store.family.get(0, 1, offset, length), outside);
    assert.throws(() => store.family.put(offset, length, 0, 0), outside);
    assert.throws(() => store.family.put(0, 0, offset, length), outside);
    assert.throws(() => store.family.delete(offset, length), outside);
    assert.throws(() => store.database.write(offset, length), outside);
  }
});

addonTest('while RocksDB stops writes, tryPut, tryDelete and tryWrite return at once and write nothing', async (addon, context) => {
  const store = openStore(addon, context, { level0FileCountTrigger: 2, level0FileCountSlowdown: 2, level0FileCountStop: 2, compactionStyle: 'none' });
  for (const value of ['1', '2', '3']) {
    if (!store.family.tryPut(...store.place('a'), ...store.place(value))) break;
    await store.database.flush();
  }
  assert.equal(store.get('a'), '2');
  assert.equal(store.family.tryPut(...store.place('a'), ...store.place('4')), false);
  assert.equal(store.family.tryDelete(...store.place('a')), false);
  store.memory.bytes.set([0x4d, 0x57, 0x42, 0x31, 1, 0, 0, 0, 2, store.family.index, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x61, 0, 0, 0], OUT);
  assert.equal(store.database.tryWrite(OUT, 24), false);
  assert.equal(store.get('a'), '2');
});
