import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { assignSlots } from '#jobmanager/scheduler/slot-assignment';

describe('slot assignment', () => {
  test('subtask i of every vertex of a sharing group runs in slot i', () => {
    const { slotCount, tasks } = assignSlots([
      { id: 'source', parallelism: 1, slotSharingGroup: 'default' },
      { id: 'window', parallelism: 3, slotSharingGroup: 'default' },
      { id: 'sink', parallelism: 2, slotSharingGroup: 'default' },
    ]);
    assert.equal(slotCount, 3);
    assert.deepEqual(tasks.map((task) => `${task.vertexId}${task.subtaskIndex}@${task.slotIndex}`), ['source0@0', 'window0@0', 'window1@1', 'window2@2', 'sink0@0', 'sink1@1']);
  });

  test('a second group takes slots behind those of the first', () => {
    const { slotCount, tasks } = assignSlots([
      { id: 'a', parallelism: 2, slotSharingGroup: 'one' },
      { id: 'b', parallelism: 2, slotSharingGroup: 'two' },
      { id: 'c', parallelism: 1, slotSharingGroup: 'one' },
    ]);
    assert.equal(slotCount, 4);
    assert.deepEqual(tasks.map((task) => task.slotIndex), [0, 1, 2, 3, 0]);
  });

  test('no slot holds two subtasks of one vertex, and groups never share a slot', () => {
    const vertex = fc.record({ parallelism: fc.integer({ min: 1, max: 6 }), slotSharingGroup: fc.constantFrom('a', 'b', 'c') });
    fc.assert(fc.property(fc.array(vertex, { minLength: 1, maxLength: 8 }), (facts) => {
      const vertices = facts.map((fact, index) => ({ ...fact, id: `v${index}` }));
      const { slotCount, tasks } = assignSlots(vertices);
      const groups = new Map<number, string>();
      const seen = new Set<string>();
      for (const task of tasks) {
        const group = vertices.find(({ id }) => id === task.vertexId)!.slotSharingGroup;
        assert.equal(groups.get(task.slotIndex) ?? group, group);
        groups.set(task.slotIndex, group);
        assert.ok(task.slotIndex < slotCount);
        assert.ok(!seen.has(`${task.vertexId}@${task.slotIndex}`));
        seen.add(`${task.vertexId}@${task.slotIndex}`);
      }
      assert.equal(groups.size, slotCount);
    }));
  });
});
