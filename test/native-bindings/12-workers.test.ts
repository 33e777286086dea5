// Worker threads: each with a database of its own, and one that is terminated in the middle of its work.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { addonTest, Store, temporaryFolder } from './addon-fixture.js';

function start(folder: string, mode: 'finish' | 'endless'): Worker {
  return new Worker(new URL('./addon-worker.js', import.meta.url), { workerData: { folder, mode } });
}

addonTest('two workers with a database each work at the same time', async (addon, context) => {
  const folder = temporaryFolder(context);
  const ended = await Promise.all(['1', '2'].map(async (name) => {
    const worker = start(join(folder, name), 'finish');
    const [message] = await once(worker, 'message');
    await once(worker, 'exit');
    return message as string;
  }));
  assert.deepEqual(ended, ['5000 entries', '5000 entries']);
  const store = new Store(addon, join(folder, '1'));
  assert.equal(store.scan().length, 5000, 'closed by the worker: its lock is free and its flushed values are there');
  store.database.close();
});

addonTest('a worker that leaves everything open and is terminated in the middle of its work releases its database', async (addon, context) => {
  const folder = temporaryFolder(context);
  for (let round = 0; round < 6; round++) {
    const path = join(folder, String(round));
    const worker = start(path, 'endless');
    await once(worker, 'message');
    await worker.terminate();
    const store = new Store(addon, path);
    store.put('after', '1');
    assert.equal(store.get('after'), '1');
    store.database.close();
  }
});
