// A worker of 12-workers.test.ts. `finish` writes, scans, flushes and closes; `endless` opens iterators, starts checkpoints
// and compactions and writes until it is terminated.
import { parentPort, workerData } from 'node:worker_threads';
import { RocksDbAddon } from '#state/rocksdb/native/rocksdb-addon';
import { MEMORY_BYTES, OUT, Store } from './addon-fixture.js';

const { folder, mode } = workerData as { folder: string; mode: 'finish' | 'endless' };
const store = new Store(RocksDbAddon.load(), folder, { writeBufferBytes: 1 << 20 });

if (mode === 'finish') {
  for (let key = 0; key < 5000; key++) store.put(`key-${key}`, 'x'.repeat(50));
  await store.database.flush();
  parentPort!.postMessage(`${store.scan().length} entries`);
  store.database.close();
} else {
  const iterator = store.family.openIterator();
  for (let round = 0; ; round++) {
    for (let key = 0; key < 200; key++) store.put(`key-${round}-${key}`, 'x'.repeat(50));
    void store.database.checkpoint(`${folder}-checkpoint-${round}`);
    void store.family.compact();
    iterator.next(10, OUT, MEMORY_BYTES - OUT);
    if (round === 2) parentPort!.postMessage('busy');
    if (round < 5) await new Promise((resolve) => setImmediate(resolve));
  }
}
