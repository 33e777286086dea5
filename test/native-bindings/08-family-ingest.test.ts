// SST files written outside a database and taken into one.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { addonTest, MEMORY_BYTES, openStore, OUT, Store } from './addon-fixture.js';

addonTest('entries of a scan go into a file, and the file into another database, newer than what is there', async (addon, context) => {
  const from = openStore(addon, context);
  const to = openStore(addon, context);
  for (let key = 100; key < 400; key++) from.put(`key-${key}`, `value-${key}`);
  to.put('key-150', 'old');
  to.put('own', '1');
  const path = `${to.folder}.sst`;
  const writer = addon.createSstFile(path, from.memory, { blockBytes: 1024 });
  const iterator = from.family.openIterator();
  for (let count = iterator.next(64, OUT, MEMORY_BYTES - OUT); count > 0; count = iterator.next(64, OUT, MEMORY_BYTES - OUT)) writer.add(OUT, MEMORY_BYTES - OUT, count);
  iterator.close();
  assert.ok(writer.finish() > 0);
  await to.family.ingest([path]);
  assert.deepEqual(to.scan(), [...from.scan(), ['own', '1']]);
  assert.equal(existsSync(path), false);
});

addonTest('an ingested file stays where it is unless it is moved', async (addon, context) => {
  const store = openStore(addon, context);
  const path = `${store.folder}.sst`;
  const writer = addon.createSstFile(path, store.memory);
  store.memory.bytes.set([1, 0, 0, 0, 1, 0, 0, 0, 0x61, 0x31, 0, 0], OUT);
  writer.add(OUT, 12, 1);
  writer.finish();
  await store.family.ingest([path], { isMove: false });
  assert.equal(store.get('a'), '1');
  assert.ok(existsSync(path));
});

addonTest('keys out of order, cut entries, empty files and damaged files are refused', async (addon, context) => {
  const store = openStore(addon, context);
  const refused = { code: 'ROCKSDB_REFUSED' };
  const writer = addon.createSstFile(`${store.folder}.1`, store.memory);
  store.memory.bytes.set([1, 0, 0, 0, 1, 0, 0, 0, 0x62, 0x31, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0x61, 0x31, 0, 0], OUT);
  assert.throws(() => writer.add(OUT, 6, 1), refused);
  assert.throws(() => writer.add(OUT, 24, 2), refused);
  assert.throws(() => writer.add(MEMORY_BYTES, 24, 2), { code: 'ROCKSDB_OUTSIDE_MEMORY' });
  writer.abandon();
  writer.abandon();
  assert.throws(() => writer.finish(), { code: 'ROCKSDB_CLOSED' });
  assert.throws(() => addon.createSstFile(`${store.folder}.2`, store.memory).finish(), refused);
  assert.throws(() => addon.createSstFile(`${store.folder}/no/such/folder`, store.memory), { code: 'ROCKSDB_IO_ERROR' });
  assert.throws(() => store.family.ingest([]), { code: 'ROCKSDB_ARGUMENT' });
  writeFileSync(`${store.folder}.3`, Buffer.alloc(4096, 7));
  await assert.rejects(store.family.ingest([`${store.folder}.3`]), { code: 'ROCKSDB_CORRUPTION' });
  assert.deepEqual(store.scan(), []);
});

addonTest('a damaged file of a database is reported, never read as data', async (addon, context) => {
  const store = openStore(addon, context);
  for (let key = 0; key < 200; key++) store.put(`key-${key}`, 'x'.repeat(100));
  const copy = `${store.folder}-copy`;
  await store.database.checkpoint(copy);
  const { readdirSync, readFileSync, rmSync } = await import('node:fs');
  const name = readdirSync(copy).find((each) => each.endsWith('.sst'))!;
  const bytes = readFileSync(`${copy}/${name}`);
  bytes.fill(0x55, 200, 600);
  rmSync(`${copy}/${name}`);
  writeFileSync(`${copy}/${name}`, bytes);
  const opened = new Store(addon, copy);
  assert.throws(() => opened.scan(), { code: 'ROCKSDB_CORRUPTION' });
  opened.database.close();
});
