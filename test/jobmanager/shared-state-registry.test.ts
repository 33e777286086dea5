import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CheckpointStore } from '#jobmanager/job-master/checkpoint-store';
import { SharedStateRegistry } from '#jobmanager/checkpoint/shared-state-registry';
import { simulatedPlatform } from '#platform/simulated-platform';
import { DirectoryStorage } from '#state/checkpoint-storage/directory-storage';

describe('shared state', () => {
  test('a file is free when the last checkpoint that refers to it is released', () => {
    const registry = new SharedStateRegistry();
    registry.register(1, ['a', 'b', 'b']);
    registry.register(2, ['b', 'c']);
    registry.register(2, ['x']);
    assert.deepEqual(registry.release(1), ['a']);
    assert.deepEqual([registry.isReferenced('b'), registry.isReferenced('a'), registry.isReferenced('x')], [true, false, false]);
    assert.deepEqual(registry.release(2), ['b', 'c']);
    assert.deepEqual(registry.release(2), []);
  });

  test('files go one checkpoint after the last that refers to them, those of checkpoints given up at once, and all at the end', async () => {
    const { files } = simulatedPlatform({ seed: 1 });
    const store = new CheckpointStore(new DirectoryStorage(files), '/c/job', 1);
    const complete = async (checkpointId: number, ...shared: readonly string[]) => {
      await store.prepare(checkpointId);
      for (const name of shared) if (name.startsWith(`${checkpointId}-`)) await files.atomicWrite(`/c/job/shared/${name}`, Uint8Array.of(1));
      await store.writeMetadata({ checkpointId, jobId: 'job', jobName: 'j', timestamp: 0, operators: [], enumerators: [], inlined: {}, sharedFiles: shared.map((name) => ({ path: `../shared/${name}`, bytes: 1 })) });
    };
    const shared = () => files.listSync('/c/job/shared').map(({ name }) => name);
    await complete(1, '1-a', '1-b');
    await complete(2, '1-b', '2-c');
    await store.discard(1);
    assert.deepEqual(shared(), ['1-a', '1-b', '2-c'], 'a task may not have heard of checkpoint 2');
    assert.deepEqual([store.areKnown(3, ['../shared/1-a', '../shared/2-c']), store.areKnown(3, ['../shared/0-x'])], [true, false]);
    await complete(3, '1-a', '2-c');
    await store.discard(2);
    assert.deepEqual(shared(), ['1-a', '1-b', '2-c'], 'checkpoint 3 refers to it again');
    await store.prepare(4);
    await files.atomicWrite('/c/job/shared/4-d', Uint8Array.of(1));
    await store.discard(4);
    assert.deepEqual(shared(), ['1-a', '1-b', '2-c'], 'what was given up is no reason to forget');
    await complete(5, '1-a', '2-c');
    await store.discard(3);
    assert.deepEqual(shared(), ['1-a', '2-c']);
    await files.atomicWrite('/c/job/shared/6-of-a-slot-that-died', Uint8Array.of(1));
    await store.removeUnreferenced();
    assert.deepEqual(shared(), ['1-a', '2-c']);
    await store.removeWhenEmpty();
    assert.equal(files.existsSync('/c/job/chk-5/_metadata'), true);
    await store.discard(5);
    await store.removeUnreferenced();
    await store.removeWhenEmpty();
    assert.equal(files.existsSync('/c/job'), false);
  });

  test('files stay for as many checkpoints after the last that refers to them as may be under way', async () => {
    const { files } = simulatedPlatform({ seed: 1 });
    const store = new CheckpointStore(new DirectoryStorage(files), '/c/job', 3);
    const shared = () => files.listSync('/c/job/shared').map(({ name }) => name);
    for (let checkpointId = 1; checkpointId <= 5; checkpointId++) {
      await store.prepare(checkpointId);
      await files.atomicWrite(`/c/job/shared/${checkpointId}-own`, Uint8Array.of(1));
      await store.writeMetadata({ checkpointId, jobId: 'job', jobName: 'j', timestamp: 0, operators: [], enumerators: [], inlined: {}, sharedFiles: [{ path: `../shared/${checkpointId}-own`, bytes: 1 }] });
      if (checkpointId > 1) await store.discard(checkpointId - 1);
      assert.deepEqual(store.areKnown(checkpointId + 1, ['../shared/1-own']), checkpointId <= 4);
    }
    assert.deepEqual(shared(), ['2-own', '3-own', '4-own', '5-own']);
  });

  test('a directory that is being discarded is no checkpoint from the first step on', async () => {
    const { files } = simulatedPlatform({ seed: 1 });
    const store = new CheckpointStore(new DirectoryStorage(files), '/c/job', 1);
    await store.prepare(1);
    await files.atomicWrite('/c/job/chk-1/v_0.state', Uint8Array.of(1));
    await store.writeMetadata({ checkpointId: 1, jobId: 'job', jobName: 'j', timestamp: 0, operators: [], enumerators: [], inlined: {}, sharedFiles: [] });
    files.failAt(2, Object.assign(new Error('busy'), { code: 'EBUSY' }));
    await assert.rejects(store.discard(1));
    assert.deepEqual(files.listSync('/c/job/chk-1').map(({ name }) => name), ['v_0.state']);
  });
});
