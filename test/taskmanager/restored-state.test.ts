import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { keyGroupRangeOf } from '#core/keys/key-groups';
import { simulatedPlatform } from '#platform/simulated-platform';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { encodeSubtaskSnapshot } from '#state/snapshot/subtask-snapshot';
import { DirectoryStorage } from '#state/checkpoint-storage/directory-storage';
import { RestoredFiles } from '#taskmanager/deployment/restored-files';
import { loadRestoredState } from '#taskmanager/deployment/restored-state';

const MAX_PARALLELISM = 16;

/** One byte per key group, and two split items. */
function snapshotOf(subtask: number, parallelism: number): OperatorSnapshot {
  const range = keyGroupRangeOf(MAX_PARALLELISM, parallelism, subtask);
  const groups = Array.from({ length: range.end - range.start + 1 }, (_, index) => ({ keyGroup: range.start + index, bytes: Uint8Array.of(range.start + index) }));
  const items = [0, 1].map((index) => Uint8Array.of(subtask * 2 + index));
  return { keyed: [{ name: 'state/count', version: 1, serializers: {}, groups }], operator: [{ name: 'items', version: 3, mode: 'split', items }] };
}

async function written(parallelism: number) {
  const { files } = simulatedPlatform({ seed: 1 });
  const storage = new DirectoryStorage(files);
  await storage.mkdirs('/c/chk-4');
  const subtasks = await Promise.all(Array.from({ length: parallelism }, async (_, subtaskIndex) => {
    const { bytes } = encodeSubtaskSnapshot(new Map([['op', snapshotOf(subtaskIndex, parallelism)]]));
    await storage.writeWhole(`/c/chk-4/v_${subtaskIndex}.state`, bytes);
    return { subtaskIndex, file: `v_${subtaskIndex}.state`, bytes: bytes.length };
  }));
  const restore = { checkpointId: 4, directory: '/c/chk-4', operators: [{ operatorId: 'op', parallelism, maxParallelism: MAX_PARALLELISM, subtasks }], inlined: {} };
  const load = (subtaskIndex: number, at: number) => loadRestoredState(storage, restore, { operatorIds: ['op', 'new'], subtaskIndex, parallelism: at, maxParallelism: MAX_PARALLELISM },
    new RestoredFiles({ storage, files, directory: '/c/chk-4', temporaryDirectory: '/tmp/restore', sharedDirectory: '/c/shared' }));
  return { files, load };
}

describe('restored state', () => {
  test('at another parallelism every key group and every split item goes to exactly one subtask', async () => {
    const { load } = await written(2);
    const states = await Promise.all([0, 1, 2].map(async (subtask) => (await load(subtask, 3)).state('op')));
    const groups = states.flatMap((state) => [...state.keyed('state/count')].map(({ keyGroup, bytes }) => [keyGroup, bytes[0]]));
    assert.deepEqual(groups.toSorted(([a], [b]) => a! - b!), Array.from({ length: MAX_PARALLELISM }, (_, group) => [group, group]));
    assert.deepEqual(states.map((state) => state.operator('items').map(({ bytes }) => bytes[0])), [[0, 3], [1], [2]]);
  });

  test('an operator without state in the checkpoint gets empty sections', async () => {
    const state = (await (await written(1)).load(0, 1)).state('new');
    assert.deepEqual([[...state.keyed('x')], state.operator('x'), state.keyedNames, state.operatorNames], [[], [], [], []]);
  });

  test('a damaged or missing file is refused by name', async () => {
    const { files, load } = await written(1);
    const bytes = Uint8Array.from(await files.read('/c/chk-4/v_0.state'));
    bytes[bytes.length - 1]! ^= 1;
    await files.atomicWrite('/c/chk-4/v_0.state', bytes);
    await assert.rejects(load(0, 1), { code: 'SNAPSHOT_CORRUPT', message: /v_0\.state/ });
    await files.delete('/c/chk-4/v_0.state');
    await assert.rejects(load(0, 1), { code: 'SNAPSHOT_READ_FAILED', message: /v_0\.state/ });
  });
});
