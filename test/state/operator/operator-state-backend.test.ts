import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Types } from '#core/types/type-information';
import { OperatorStateBackend } from '#state/operator/operator-state-backend';
import { redistribute } from '#state/snapshot/redistribute';
import { decodeSubtaskSnapshot, encodeSubtaskSnapshot } from '#state/snapshot/subtask-snapshot';

const OPTIONS = { isObjectReuse: false };

/** Snapshots through bytes, redistributes, restores. */
function rescale(old: readonly OperatorStateBackend[], parallelism: number): OperatorStateBackend[] {
  const snapshots = old.map((backend, subtask) => {
    const { bytes } = encodeSubtaskSnapshot(new Map([['op', { keyed: [], operator: backend.snapshot() }]]));
    return decodeSubtaskSnapshot(bytes, `subtask-${subtask}`).get('op');
  });
  return Array.from({ length: parallelism }, (_, newSubtask) => {
    const backend = new OperatorStateBackend(OPTIONS);
    backend.restore(redistribute({ old: snapshots, newSubtask, parallelism, maxParallelism: 8, checkpointId: 3 }));
    return backend;
  });
}

function filled(subtask: number): OperatorStateBackend {
  const backend = new OperatorStateBackend(OPTIONS);
  backend.getListState('offsets', Types.STRING).addAll([`${subtask}.0`, `${subtask}.1`, `${subtask}.2`]);
  backend.getUnionListState<{ subtask: number }>('all').add({ subtask });
  const rules = backend.getBroadcastState('rules', Types.ROW({ id: Types.INT }), Types.DOUBLE);
  rules.put({ id: 1 }, 0.5);
  rules.put({ id: 2 }, 1.5);
  rules.put({ id: 1 }, 2.5);
  return backend;
}

describe('operator state', () => {
  test('lists are dealt out, union lists and broadcast maps arrive whole, at another parallelism', () => {
    for (const parallelism of [1, 2, 3, 4]) {
      const restored = rescale([filled(0), filled(1), filled(2)], parallelism);
      const items = restored.map((backend) => backend.getListState('offsets', Types.STRING).get());
      assert.deepEqual(items.flat().sort(), ['0.0', '0.1', '0.2', '1.0', '1.1', '1.2', '2.0', '2.1', '2.2']);
      assert.ok(Math.max(...items.map((list) => list.length)) - Math.min(...items.map((list) => list.length)) <= 1, 'shares differ by one at most');
      for (const backend of restored) {
        assert.deepEqual(backend.getUnionListState('all').get(), [{ subtask: 0 }, { subtask: 1 }, { subtask: 2 }]);
        assert.deepEqual([...backend.getBroadcastState('rules', Types.ROW({ id: Types.INT }), Types.DOUBLE).entries()], [[{ id: 1 }, 2.5], [{ id: 2 }, 1.5]]);
      }
    }
  });

  test('at the same parallelism every subtask keeps its own list', () => {
    const restored = rescale([filled(0), filled(1)], 2);
    assert.deepEqual(restored[1]!.getListState('offsets', Types.STRING).get(), ['1.0', '1.1', '1.2']);
  });

  test('state nobody asks for is carried on', () => {
    const again = rescale(rescale([filled(0), filled(1)], 2), 2);
    assert.deepEqual(again[1]!.getListState('offsets', Types.STRING).get(), ['1.0', '1.1', '1.2']);
    assert.equal(again[0]!.getBroadcastState('rules', Types.ROW({ id: Types.INT }), Types.DOUBLE).get({ id: 2 }), 1.5);
  });

  test('one name means one state; another type is refused now and after a restore', () => {
    const backend = filled(0);
    assert.equal(backend.getListState('offsets', Types.STRING), backend.getListState('offsets', Types.STRING));
    assert.throws(() => backend.getUnionListState('offsets', Types.STRING), { code: 'STATE_DESCRIPTOR_CONFLICT' });
    assert.throws(() => backend.getBroadcastState('rules'), { code: 'STATE_DESCRIPTOR_CONFLICT' });
    assert.throws(() => rescale([backend], 1)[0]!.getListState('offsets', Types.INT), { code: 'STATE_MIGRATION_UNSUPPORTED', message: /offsets.*INT.*STRING/ });
    const later = new OperatorStateBackend(OPTIONS);
    const old = [{ keyed: [], operator: backend.snapshot().map((section) => ({ ...section, version: 9 })) }];
    later.restore(redistribute({ old, newSubtask: 0, parallelism: 1, maxParallelism: 8, checkpointId: 1 }));
    assert.throws(() => later.getUnionListState('all'), { code: 'SNAPSHOT_VERSION_UNSUPPORTED' });
  });

  test('items of a changed type are migrated: lists, union lists and values of broadcast maps, never their keys', () => {
    const before = Types.ROW({ a: Types.INT, gone: Types.STRING });
    const after = Types.ROW({ more: Types.DEFAULT(Types.STRING, 'x'), a: Types.NULLABLE(Types.BIGINT) });
    const backend = new OperatorStateBackend(OPTIONS);
    backend.getListState('l', before).add({ a: 1, gone: '' });
    backend.getUnionListState('u', before).add({ a: 2, gone: '' });
    backend.getBroadcastState('b', Types.INT, before).put(7, { a: 3, gone: '' });
    const [restored] = rescale([backend], 1);
    assert.deepEqual(restored!.getListState('l', after).get(), [{ more: 'x', a: 1n }]);
    assert.deepEqual(restored!.getUnionListState('u', after).get(), [{ more: 'x', a: 2n }]);
    assert.throws(() => restored!.getBroadcastState('b', Types.LONG, after), { code: 'STATE_MIGRATION_UNSUPPORTED', message: /mapKey of operator state broadcast\/b .*keys never change/ });
    assert.deepEqual([...restored!.getBroadcastState('b', Types.INT, after).entries()], [[7, { more: 'x', a: 3n }]]);
  });

  test('values are copied before they enter, and maps and lists do what their interfaces say', () => {
    const backend = new OperatorStateBackend(OPTIONS);
    const list = backend.getListState<{ n: number }>('l');
    const value = { n: 1 };
    list.add(value);
    value.n = 2;
    assert.deepEqual(list.get(), [{ n: 1 }]);
    list.update([{ n: 5 }]);
    assert.deepEqual(list.get(), [{ n: 5 }]);
    list.clear();
    assert.deepEqual(list.get(), []);
    const map = backend.getBroadcastState<string, number>('m');
    map.put('a', 1);
    assert.deepEqual([map.get('a'), map.get('b'), map.has('a'), [...map.keys()], [...map.values()], map.isEmpty()], [1, null, true, ['a'], [1], false]);
    map.remove('a');
    assert.equal(map.isEmpty(), true);
    map.put('b', 2);
    map.clear();
    assert.deepEqual([...map.entries()], []);
  });
});
