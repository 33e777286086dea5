// Checkpoints by hard links.
import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { addonTest, openStore, Store } from './addon-fixture.js';

const sstFiles = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith('.sst')).sort();

addonTest('a checkpoint opens as a database with the values of its time, unflushed ones too', async (addon, context) => {
  const store = openStore(addon, context);
  store.put('a', '1');
  await store.database.flush();
  store.put('b', '2');
  const folder = `${store.folder}-checkpoint`;
  await store.database.checkpoint(folder);
  store.put('a', 'later');
  const copy = new Store(addon, folder);
  assert.deepEqual(copy.scan(), [['a', '1'], ['b', '2']]);
  copy.put('a', 'elsewhere');
  assert.equal(store.get('a'), 'later');
  copy.database.close();
});

addonTest('the next checkpoint shares the files that did not change, as links', async (addon, context) => {
  const store = openStore(addon, context);
  for (let key = 0; key < 500; key++) store.put(`key-${key}`, 'x'.repeat(100));
  await store.database.checkpoint(`${store.folder}-1`);
  store.put('new', '1');
  await store.database.checkpoint(`${store.folder}-2`);
  const [first, second] = [sstFiles(`${store.folder}-1`), sstFiles(`${store.folder}-2`)];
  assert.equal(second.length, first.length + 1);
  for (const name of first) assert.equal(statSync(join(`${store.folder}-1`, name)).ino, statSync(join(`${store.folder}-2`, name)).ino);
});

addonTest('a checkpoint into a folder that exists is refused', async (addon, context) => {
  const store = openStore(addon, context);
  await store.database.checkpoint(`${store.folder}-1`);
  await assert.rejects(store.database.checkpoint(`${store.folder}-1`), { code: 'ROCKSDB_REFUSED' });
  await assert.rejects(store.database.checkpoint(join(store.folder, 'no', 'such', 'folder')), { code: 'ROCKSDB_IO_ERROR' });
});

addonTest('closing waits for a running checkpoint, whose promise still settles', async (addon, context) => {
  const store = openStore(addon, context);
  for (let key = 0; key < 2000; key++) store.put(`key-${key}`, 'x'.repeat(200));
  const running = store.database.checkpoint(`${store.folder}-1`);
  store.database.close();
  await running;
  const copy = new Store(addon, `${store.folder}-1`);
  assert.equal(copy.scan().length, 2000);
  copy.database.close();
});

addonTest('who awaits idleness writes after the checkpoint, not into it', async (addon, context) => {
  const store = openStore(addon, context);
  for (let key = 0; key < 2000; key++) store.put(`key-${key}`, 'x'.repeat(200));
  const running = store.database.checkpoint(`${store.folder}-1`);
  store.database.awaitIdle();
  store.put('later', 'y');
  await running;
  const copy = new Store(addon, `${store.folder}-1`);
  assert.equal(copy.scan().length, 2000);
  copy.database.close();
});
