// Random operations on the addon and on a plain Map give the same, with flushes and compactions in between.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import { MultiGetTable, NOT_FOUND, WriteBatchBuffer } from '#state/rocksdb/native/rocksdb-addon';
import { addonTest, MEMORY_BYTES, OUT, Store, temporaryFolder } from './addon-fixture.js';

const key = fc.integer({ min: 0, max: 15 }).map((index) => `k${index.toString(16)}`);
const value = fc.integer({ min: 0, max: 60 }).map((length) => 'v'.repeat(length));
const operation = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('put' as const), key, value }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleteRange' as const), key, upper: key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('flush' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('write' as const) }) },
);

const BATCH = OUT - 128 * 1024;
const TABLE = OUT - 192 * 1024;
const ALL_KEYS = Array.from({ length: 16 }, (_each, index) => `k${index.toString(16)}`);

addonTest('a random stream of operations, single or batched, leaves what a Map would hold', async (addon, context) => {
  const folder = temporaryFolder(context);
  let run = 0;
  await fc.assert(fc.asyncProperty(fc.array(operation, { maxLength: 60 }), fc.boolean(), async (operations, isBatched) => {
    const store = new Store(addon, join(folder, String(run++)), { writeBufferBytes: 1 << 16 });
    const model = new Map<string, string>();
    const batch = new WriteBatchBuffer(store.memory.bytes, BATCH, 64 * 1024);
    const drain = (): void => {
      store.database.write(batch.offset, batch.length);
      batch.clear();
    };
    for (const each of operations) {
      if (each.kind === 'write' || each.kind === 'flush') {
        drain();
        if (each.kind === 'flush') await store.database.flush();
        continue;
      }
      apply(store, isBatched ? batch : undefined, each);
      applyToModel(model, each);
    }
    drain();
    assert.deepEqual(store.scan(), [...model].sort(([left], [right]) => (left < right ? -1 : 1)));
    const table = new MultiGetTable(store.memory.bytes, TABLE);
    for (const [index, name] of ALL_KEYS.entries()) table.setKey(index, ...store.place(name));
    assert.equal(store.family.multiGet(16, TABLE, 0, OUT, MEMORY_BYTES - OUT), 0);
    for (const [index, name] of ALL_KEYS.entries()) {
      assert.equal(table.result(index), model.get(name)?.length ?? NOT_FOUND);
      assert.equal(store.get(name), model.get(name));
    }
    store.database.close();
  }), { numRuns: 25 });
});

type Write = { kind: 'put'; key: string; value: string } | { kind: 'delete'; key: string } | { kind: 'deleteRange'; key: string; upper: string };

function apply(store: Store, batch: WriteBatchBuffer | undefined, write: Write): void {
  const { family } = store;
  const place = store.place(write.key);
  if (write.kind === 'put') {
    if (batch === undefined) family.put(...place, ...store.place(write.value));
    else assert.ok(batch.put(family.index, ...place, ...store.place(write.value)));
  } else if (write.kind === 'delete') {
    if (batch === undefined) family.delete(...place);
    else assert.ok(batch.delete(family.index, ...place));
  } else if (write.key <= write.upper) {
    if (batch === undefined) family.deleteRange(...place, ...store.place(write.upper));
    else assert.ok(batch.deleteRange(family.index, ...place, ...store.place(write.upper)));
  }
}

function applyToModel(model: Map<string, string>, write: Write): void {
  if (write.kind === 'put') model.set(write.key, write.value);
  else if (write.kind === 'delete') model.delete(write.key);
  else for (const name of [...model.keys()]) if (name >= write.key && name < write.upper) model.delete(name);
}
