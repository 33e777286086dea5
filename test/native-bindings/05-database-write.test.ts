// Packed write batches.
import assert from 'node:assert/strict';
import { WriteBatchBuffer } from '#state/rocksdb/native/rocksdb-addon';
import { addonTest, openStore, OUT } from './addon-fixture.js';

/** Away from where scans write. */
const BATCH = OUT - 4096;

addonTest('puts, deletes, merges and range deletes over two families are written in their order', (addon, context) => {
  const store = openStore(addon, context, { mergeOperator: 'append' });
  const other = store.database.createColumnFamily({ name: 'other' });
  store.put('gone', '1');
  const batch = new WriteBatchBuffer(store.memory.bytes, OUT, 4096);
  assert.ok(batch.put(store.family.index, ...store.place('a'), ...store.place('1')));
  assert.ok(batch.put(other.index, ...store.place('a'), ...store.place('a value that is longer than thirty-two bytes')));
  assert.ok(batch.delete(store.family.index, ...store.place('gone')));
  assert.ok(batch.merge(store.family.index, ...store.place('list'), ...store.place('x')));
  assert.ok(batch.merge(store.family.index, ...store.place('list'), ...store.place('yz')));
  for (const key of ['r1', 'r2', 'r3']) assert.ok(batch.put(store.family.index, ...store.place(key), ...store.place(key)));
  assert.ok(batch.deleteRange(store.family.index, ...store.place('r1'), ...store.place('r3')));
  assert.equal(batch.count, 9);
  store.database.write(batch.offset, batch.length);
  assert.deepEqual(store.scan(), [['a', '1'], ['list', 'xyz'], ['r3', 'r3']]);
  assert.equal(store.get('a', other), 'a value that is longer than thirty-two bytes');
});

addonTest('a full buffer refuses the next operation and keeps what it has; cleared, it is used again', (addon, context) => {
  const store = openStore(addon, context);
  const batch = new WriteBatchBuffer(store.memory.bytes, BATCH, 8 + 16 + 4);
  assert.equal(batch.put(store.family.index, ...store.place('a'), ...store.place('1')), true);
  assert.equal(batch.put(store.family.index, ...store.place('b'), ...store.place('2')), false);
  assert.equal(store.database.tryWrite(batch.offset, batch.length), true);
  batch.clear();
  store.database.write(batch.offset, batch.length);
  assert.equal(batch.delete(store.family.index, ...store.place('a')), true);
  assert.deepEqual(store.scan(), [['a', '1']]);
  store.database.write(batch.offset, batch.length);
  assert.deepEqual(store.scan(), []);
});

addonTest('a malformed batch is refused as a whole', (addon, context) => {
  const store = openStore(addon, context);
  const batch = new WriteBatchBuffer(store.memory.bytes, OUT, 4096);
  const words = new Int32Array(store.memory.bytes.buffer);
  const word = OUT / 4;
  const refill = (): void => {
    batch.clear();
    batch.put(store.family.index, ...store.place('a'), ...store.place('1'));
    batch.put(store.family.index, ...store.place('b'), ...store.place('2'));
  };
  const refused = (what: RegExp, length = batch.length): void => {
    assert.throws(() => store.database.write(batch.offset, length), (error) => error instanceof Error && 'code' in error && error.code === 'ROCKSDB_REFUSED' && what.test(error.message));
    assert.deepEqual(store.scan(), []);
  };
  refill();
  refused(/no header/, 4);
  refused(/cut short/, batch.length - 4);
  refused(/bytes after/, batch.length + 4);
  words[word] = 1;
  refused(/no header/);
  refill();
  words[word + 6] = 9 | (store.family.index << 8);
  refused(/unknown kind/);
  refill();
  words[word + 6] = 1 | (77 << 8);
  refused(/no such column family/);
  refill();
  words[word + 7] = 0x7fffffff;
  refused(/cut short/);
});

addonTest('a buffer lies at multiples of four inside its memory', () => {
  const bytes = new Uint8Array(new SharedArrayBuffer(64));
  for (const [offset, capacity] of [[2, 32], [0, 30], [0, 4], [40, 32]] as const) assert.throws(() => new WriteBatchBuffer(bytes, offset, capacity), { code: 'ROCKSDB_ARGUMENT' });
});
