import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JobEdge, JobVertex } from '#graph/job-graph/job-graph';
import type { JobPlan } from '#jobmanager/job-master/job-plan';
import { fitToSlots, leastSlots } from '#jobmanager/scheduler/fit-to-slots';

/** id: [parallelism, slot sharing group, vertex that it forwards from]. */
function plan(vertices: Readonly<Record<string, readonly [number, string, string?]>>): JobPlan {
  const graph = Object.entries(vertices).map(([id, [parallelism, slotSharingGroup, from]], index): JobVertex => {
    const inputs: JobEdge[] = from === undefined ? [] : [{ edgeId: index, sourceVertexId: from, sourceNodeId: 0, shipStrategy: 'FORWARD', pattern: 'POINTWISE', resultType: 'PIPELINED_BOUNDED', typeNumber: 0 }];
    return { id, name: id, parallelism, maxParallelism: -1, slotSharingGroup, operators: [], chainEdges: [], inputs };
  });
  return {
    jobName: 'job', jobGraph: { name: 'job', boundedness: 'bounded', config: {}, vertices: graph }, sources: [],
    vertices: graph.map(({ id, name, parallelism, slotSharingGroup }) => ({ id, name, parallelism, slotSharingGroup, maxParallelism: 128, isMaxParallelismDerived: true, isParallelismSet: false, operatorIds: [id] })),
  };
}

describe('fit to slots', () => {
  test('a vertex is as wide as it wants to be and its slots allow', () => {
    const job = plan({ a: [1, 'x'], b: [4, 'x'], c: [2, 'x'] });
    assert.deepEqual([1, 2, 3, 4, 9].map((slots) => fitToSlots(job, slots)), [{ a: 1, b: 1, c: 1 }, { a: 1, b: 2, c: 2 }, { a: 1, b: 3, c: 2 }, { a: 1, b: 4, c: 2 }, { a: 1, b: 4, c: 2 }]);
    assert.equal(leastSlots(job), 1);
    assert.deepEqual(fitToSlots(job, Number.POSITIVE_INFINITY), { a: 1, b: 4, c: 2 });
  });

  test('slot sharing groups take turns', () => {
    const job = plan({ a: [3, 'x'], b: [1, 'y'], c: [3, 'z'] });
    assert.equal(leastSlots(job), 3);
    assert.deepEqual([3, 4, 5, 6, 7].map((slots) => Object.values(fitToSlots(job, slots))), [[1, 1, 1], [2, 1, 1], [2, 1, 2], [3, 1, 2], [3, 1, 3]]);
  });

  test('both ends of a forward edge stay equal, over groups too', () => {
    assert.deepEqual(fitToSlots(plan({ a: [4, 'x'], b: [4, 'y', 'a'], c: [4, 'x', 'b'] }), 5), { a: 2, b: 2, c: 2 });
  });
});
