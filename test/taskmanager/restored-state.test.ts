import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { subtaskIdOf } from '#cluster/ids/ids';
import { keyGroupRangeOf } from '#core/keys/key-groups';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { cutState } from '#taskmanager/deployment/restored-state';
import { decodeSubtaskState, encodeSubtaskState, subtaskStateFile } from '#taskmanager/deployment/subtask-state';

const MAX_PARALLELISM = 16;

/** Snapshots of `parallelism` old subtasks: one byte per key group, and `itemCount` operator items each. */
function snapshots(parallelism: number, itemCount: number, mode: 'split' | 'union' | 'broadcast'): OperatorSnapshot[] {
  return Array.from({ length: parallelism }, (_, subtask) => {
    const range = keyGroupRangeOf(MAX_PARALLELISM, parallelism, subtask);
    const groups = Array.from({ length: range.end - range.start + 1 }, (_unused, index) => ({ keyGroup: range.start + index, bytes: Uint8Array.of(range.start + index) }));
    const items = Array.from({ length: itemCount }, (_unused, index) => Uint8Array.of(mode === 'broadcast' ? index : subtask * itemCount + index));
    return { keyed: [{ name: 'state/count', version: 1, serializers: {}, groups }], operator: [{ name: 'items', version: 3, mode, items }] };
  });
}

function place(subtaskIndex: number, parallelism: number) {
  return { operatorIds: ['op'], subtaskIndex, parallelism, maxParallelism: MAX_PARALLELISM };
}

describe('restored state', () => {
  test('at any parallelism every key group goes to exactly the subtask that owns it', () => {
    const parallelisms = fc.integer({ min: 1, max: MAX_PARALLELISM });
    fc.assert(fc.property(parallelisms, parallelisms, (before, after) => {
      const seen: number[] = [];
      for (let subtask = 0; subtask < after; subtask++) {
        const state = cutState(snapshots(before, 1, 'split'), place(subtask, after), 4);
        const range = keyGroupRangeOf(MAX_PARALLELISM, after, subtask);
        for (const { keyGroup, bytes } of state.keyed('state/count')) {
          assert.ok(keyGroup >= range.start && keyGroup <= range.end);
          assert.equal(bytes[0], keyGroup);
          seen.push(keyGroup);
        }
      }
      assert.deepEqual(seen.toSorted((a, b) => a - b), Array.from({ length: MAX_PARALLELISM }, (_, group) => group));
    }));
  });

  test('split items are shared out once each, union items go to all, broadcast items of one old subtask go to each', () => {
    const itemsOf = (mode: 'split' | 'union' | 'broadcast') => [0, 1, 2].map((subtask) => cutState(snapshots(2, 2, mode), place(subtask, 3), 1).operator('items').map(({ bytes }) => bytes[0]));
    assert.deepEqual(itemsOf('split'), [[0, 3], [1], [2]]);
    assert.deepEqual(itemsOf('union'), [[0, 1, 2, 3], [0, 1, 2, 3], [0, 1, 2, 3]]);
    assert.deepEqual(itemsOf('broadcast'), [[0, 1], [0, 1], [0, 1]]);
  });

  test('an operator without state in the checkpoint gets empty sections', () => {
    const state = cutState([], place(0, 1), 1);
    assert.deepEqual([[...state.keyed('x')], state.operator('x'), state.keyedNames, state.operatorNames], [[], [], [], []]);
  });
});

describe('subtask state file', () => {
  test('comes back as it was written, and a changed byte is refused', () => {
    const written = new Map([['op', snapshots(1, 2, 'split')[0]!]]);
    const bytes = encodeSubtaskState(written);
    assert.deepEqual(JSON.stringify([...decodeSubtaskState(bytes, 'f')]), JSON.stringify([...written]));
    const changed = Uint8Array.from(bytes);
    changed[changed.length - 1]! ^= 1;
    assert.throws(() => decodeSubtaskState(changed, 'f'), { code: 'SNAPSHOT_READ_FAILED', message: /checksum/ });
    assert.throws(() => decodeSubtaskState(Uint8Array.of(1, 2, 3), 'f'), { code: 'SNAPSHOT_READ_FAILED' });
    assert.equal(subtaskStateFile(subtaskIdOf('abc', 1)), 'abc_1.state');
  });
});
