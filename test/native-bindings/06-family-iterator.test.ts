// Bounded scans.
import assert from 'node:assert/strict';
import { bytesNeeded, packedEntryBytes, PackedEntries } from '#state/rocksdb/native/rocksdb-addon';
import { addonTest, MEMORY_BYTES, openStore, OUT, type Store } from './addon-fixture.js';

function fill(store: Store): void {
  for (const key of ['a', 'b', 'b1', 'b2', 'c', 'd']) store.put(key, `value of ${key}`);
}

addonTest('a scan gives the keys from its lower bound to before its upper bound, in byte order', async (addon, context) => {
  const store = openStore(addon, context);
  fill(store);
  await store.database.flush();
  store.put('bb', 'newer');
  const keys = (lower?: string, upper?: string): string[] => store.scan(lower, upper).map(([key]) => key);
  assert.deepEqual(keys(), ['a', 'b', 'b1', 'b2', 'bb', 'c', 'd']);
  assert.deepEqual(keys('b', 'c'), ['b', 'b1', 'b2', 'bb']);
  assert.deepEqual(keys('b3'), ['bb', 'c', 'd']);
  assert.deepEqual(keys(undefined, 'b'), ['a']);
  assert.deepEqual(keys('x', 'y'), []);
  assert.deepEqual(store.scan('bb', 'c'), [['bb', 'newer']]);
  assert.deepEqual(store.scan(undefined, undefined, 2), store.scan());
});

addonTest('a scan sees the state as it was when it was opened', (addon, context) => {
  const store = openStore(addon, context);
  fill(store);
  const iterator = store.family.openIterator();
  store.family.delete(...store.place('a'));
  store.put('e', 'later');
  assert.equal(iterator.next(100, OUT, MEMORY_BYTES - OUT), 6);
  assert.equal(iterator.next(100, OUT, MEMORY_BYTES - OUT), 0);
  iterator.close();
  iterator.close();
  assert.throws(() => iterator.next(100, OUT, 100), { code: 'ROCKSDB_CLOSED' });
});

addonTest('entries come as many as fit, an entry that does not fit says what it needs and is not lost', (addon, context) => {
  const store = openStore(addon, context);
  store.put('k1', 'x'.repeat(5));
  store.put('k2', 'y'.repeat(100));
  const iterator = store.family.openIterator();
  const small = packedEntryBytes(2, 5);
  assert.equal(iterator.next(10, OUT, small + 20), 1);
  assert.equal(bytesNeeded(iterator.next(10, OUT, 20)), packedEntryBytes(2, 100));
  assert.equal(iterator.next(10, OUT, packedEntryBytes(2, 100)), 1);
  assert.equal(iterator.next(10, OUT, 0), 0);
  iterator.close();
});

addonTest('seek moves forward and back within the bounds', (addon, context) => {
  const store = openStore(addon, context);
  fill(store);
  const [lowerOffset, lowerLength] = store.place('b');
  const iterator = store.family.openIterator({ lowerOffset, lowerLength });
  const entries = new PackedEntries(store.memory.bytes);
  const keyAfter = (key: string): string => {
    iterator.seek(...store.place(key));
    assert.equal(iterator.next(1, OUT, 1024), 1);
    entries.rewind(OUT);
    entries.advance();
    assert.equal(entries.offset, OUT + packedEntryBytes(entries.keyLength, entries.valueLength));
    return store.read(entries.keyOffset, entries.keyLength);
  };
  assert.deepEqual(['b2', 'b11', 'd', 'a'].map(keyAfter), ['b2', 'b2', 'd', 'b']);
  iterator.close();
});

addonTest('a scan of keys only leaves the values out', (addon, context) => {
  const store = openStore(addon, context);
  fill(store);
  const iterator = store.family.openIterator({ isKeysOnly: true, isCacheFilled: false });
  assert.equal(iterator.next(100, OUT, 6 * 12), 6);
  const entries = new PackedEntries(store.memory.bytes);
  entries.rewind(OUT);
  entries.advance();
  assert.deepEqual([entries.keyLength, entries.valueLength], [1, 0]);
  iterator.close();
});

addonTest('bounds, seeks and room outside the memory are refused', (addon, context) => {
  const store = openStore(addon, context);
  const outside = { code: 'ROCKSDB_OUTSIDE_MEMORY' };
  assert.throws(() => store.family.openIterator({ lowerOffset: MEMORY_BYTES, lowerLength: 1 }), outside);
  assert.throws(() => store.family.openIterator({ upperOffset: -1, upperLength: 1 }), outside);
  const iterator = store.family.openIterator();
  assert.throws(() => iterator.seek(MEMORY_BYTES, 1), outside);
  assert.throws(() => iterator.next(1, OUT, MEMORY_BYTES), outside);
  iterator.close();
  assert.throws(() => new PackedEntries(new Uint8Array(store.memory.bytes.buffer, 2, 8)), { code: 'ROCKSDB_ARGUMENT' });
});
