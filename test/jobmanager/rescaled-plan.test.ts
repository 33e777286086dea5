import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JobEdge, JobVertex } from '#graph/job-graph/job-graph';
import type { JobPlan } from '#jobmanager/job-master/job-plan';
import { rescaledPlan } from '#jobmanager/scheduler/rescaled-plan';

function edge(edgeId: number, sourceVertexId: string, shipStrategy: JobEdge['shipStrategy']): JobEdge {
  return { edgeId, sourceVertexId, sourceNodeId: 0, shipStrategy, pattern: shipStrategy === 'HASH' ? 'ALL_TO_ALL' : 'POINTWISE', resultType: 'PIPELINED_BOUNDED', typeNumber: 0 };
}

/** a —hash→ b —forward→ c, each at parallelism 2, with max parallelism 16. */
function plan(): JobPlan {
  const vertex = (id: string, ...inputs: readonly JobEdge[]): JobVertex => ({ id, name: `The ${id}`, parallelism: 2, maxParallelism: -1, slotSharingGroup: 'default', operators: [], chainEdges: [], inputs });
  const vertices = [vertex('a'), vertex('b', edge(1, 'a', 'HASH')), vertex('c', edge(2, 'b', 'FORWARD'))];
  return {
    jobName: 'job', jobGraph: { name: 'job', boundedness: 'bounded', config: {}, vertices },
    vertices: vertices.map(({ id, name, parallelism, slotSharingGroup }) => ({ id, name, parallelism, slotSharingGroup, maxParallelism: 16, isMaxParallelismDerived: true, isParallelismSet: false, operatorIds: [id] })),
    sources: [{ operatorId: 'a', vertexId: 'a', source: {} as never, parallelism: 2 }],
  };
}

const parallelismsOf = ({ jobGraph, vertices, sources }: JobPlan) => [jobGraph.vertices.map((vertex) => vertex.parallelism), vertices.map((vertex) => vertex.parallelism), sources.map((source) => source.parallelism)];

describe('rescaled plan', () => {
  test('graph, vertices and sources get the parallelism, and the max parallelism stays', () => {
    const rescaled = rescaledPlan(plan(), { a: 3, b: 1, c: 1 });
    assert.deepEqual(parallelismsOf(rescaled), [[3, 1, 1], [3, 1, 1], [3]]);
    assert.deepEqual(rescaled.vertices.map((vertex) => vertex.maxParallelism), [16, 16, 16]);
    assert.deepEqual(parallelismsOf(rescaledPlan(plan(), {})), parallelismsOf(plan()));
  });

  test('parallelisms that cannot be are refused with what is wrong', () => {
    const refuses = (parallelisms: Record<string, number>, message: RegExp) => assert.throws(() => rescaledPlan(plan(), parallelisms), { code: 'RESCALE_REFUSED', message });
    refuses({ b: 3 }, /"The b" forwards to "The c"/);
    refuses({ a: 17 }, /"The a" cannot have parallelism 17: its state has max parallelism 16/);
    refuses({ a: 0 }, /give a whole number from 1/);
    refuses({ a: 1.5 }, /give a whole number from 1/);
    refuses({ x: 1 }, /there is no vertex x/);
  });
});
