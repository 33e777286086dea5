import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { keyGroupRangeOf } from '#core/keys/key-groups';
import { Configuration } from '#core/config/configuration';
import { simulatedPlatform } from '#platform/simulated-platform';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { encodeSubtaskSnapshot } from '#state/snapshot/subtask-snapshot';
import { DirectoryStorage } from '#state/checkpoint-storage/directory-storage';
import { withLocalBackup } from '#state/checkpoint-storage/local-backup-storage';
import { RestoredFiles } from '#taskmanager/deployment/restored-files';
import { loadFromAnyCopy } from '#taskmanager/deployment/restored-state';

const MAX_PARALLELISM = 16;

/** One byte per key group, and two split items. */
function snapshotOf(subtask: number, parallelism: number): OperatorSnapshot {
  const range = keyGroupRangeOf(MAX_PARALLELISM, parallelism, subtask);
  const groups = Array.from({ length: range.end - range.start + 1 }, (_, index) => ({ keyGroup: range.start + index, bytes: Uint8Array.of(range.start + index) }));
  const items = [0, 1].map((index) => Uint8Array.of(subtask * 2 + index));
  return { keyed: [{ name: 'state/count', version: 1, serializers: {}, groups }], operator: [{ name: 'items', version: 3, mode: 'split', items }] };
}

async function written(parallelism: number, settings: Readonly<Record<string, unknown>> = {}) {
  const { files } = simulatedPlatform({ seed: 1 });
  const storage = withLocalBackup(new DirectoryStorage(files), files, Configuration.fromMap(settings), { jobId: 'j', jobDirectory: '/c', temporaryDirectory: '/tmp' });
  await storage.mkdirs('/c/chk-4');
  const subtasks = await Promise.all(Array.from({ length: parallelism }, async (_, subtaskIndex) => {
    const { bytes } = encodeSubtaskSnapshot(new Map([['op', snapshotOf(subtaskIndex, parallelism)]]));
    const writer = await storage.create(`/c/chk-4/v_${subtaskIndex}.state`);
    await writer.append(bytes);
    await writer.commit();
    return { subtaskIndex, file: `v_${subtaskIndex}.state`, bytes: bytes.length };
  }));
  const restore = { checkpointId: 4, directory: '/c/chk-4', operators: [{ operatorId: 'op', parallelism, maxParallelism: MAX_PARALLELISM, subtasks }], inlined: {} };
  const load = (subtaskIndex: number, at: number) => loadFromAnyCopy(storage, restore, { operatorIds: ['op', 'new'], subtaskIndex, parallelism: at, maxParallelism: MAX_PARALLELISM },
    (from) => new RestoredFiles({ storage: from, files, directory: '/c/chk-4', temporaryDirectory: '/tmp/restore', sharedDirectory: '/c/shared' }));
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

  test('a damaged second copy is passed over for the first one', async () => {
    const { files, load } = await written(1, { 'execution.state-recovery.from-local': true });
    const copy = '/tmp/millrace-local-state-j/chk-4/v_0.state';
    const bytes = Uint8Array.from(await files.read(copy));
    const itemsOf = async () => (await load(0, 1)).state('op').operator('items').map((item) => item.bytes[0]);
    for (const damaged of [bytes.subarray(0, 9), bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte))]) {
      await files.atomicWrite(copy, damaged);
      assert.deepEqual(await itemsOf(), [0, 1]);
    }
    await files.atomicWrite(copy, bytes);
    await files.delete('/c/chk-4/v_0.state');
    assert.deepEqual(await itemsOf(), [0, 1]);
  });
});
