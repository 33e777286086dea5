import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { subtaskIdOf } from '#cluster/ids/ids';
import type { DistributionPattern, JobGraph, JobVertex } from '#graph/job-graph/job-graph';
import { PipelinedRegions } from '#jobmanager/failover/pipelined-regions';

let nextEdge = 0;

function vertex(id: string, parallelism: number, inputs: readonly (readonly [string, DistributionPattern])[] = []): JobVertex {
  return {
    id, name: id, parallelism, maxParallelism: -1, slotSharingGroup: 'default', operators: [], chainEdges: [],
    inputs: inputs.map(([sourceVertexId, pattern]) => ({ edgeId: nextEdge++, sourceVertexId, sourceNodeId: 0, shipStrategy: pattern === 'POINTWISE' ? 'FORWARD' : 'HASH', pattern, resultType: 'PIPELINED_BOUNDED', typeNumber: 0 })),
  };
}

function regionsOf(...vertices: readonly JobVertex[]): PipelinedRegions {
  const graph: JobGraph = { name: 'job', boundedness: 'bounded', config: {}, vertices };
  return new PipelinedRegions(graph);
}

describe('pipelined regions', () => {
  test('an exchange of all with all makes one region', () => {
    assert.equal(regionsOf(vertex('a', 2), vertex('b', 3, [['a', 'ALL_TO_ALL']])).regions.length, 1);
  });

  test('subtasks that only forward to their like are regions of their own', () => {
    const { regions } = regionsOf(vertex('a', 3), vertex('b', 3, [['a', 'POINTWISE']]), vertex('c', 3, [['b', 'POINTWISE']]));
    assert.deepEqual(regions, [['a_0', 'b_0', 'c_0'], ['a_1', 'b_1', 'c_1'], ['a_2', 'b_2', 'c_2']]);
  });

  test('point-wise edges between different parallelisms join who shares a channel', () => {
    assert.deepEqual(regionsOf(vertex('a', 4), vertex('b', 2, [['a', 'POINTWISE']])).regions, [['a_0', 'a_1', 'b_0'], ['a_2', 'a_3', 'b_1']]);
  });

  test('what restarts with failed tasks is all of their regions and nothing else', () => {
    const regions = regionsOf(vertex('a', 2), vertex('b', 2, [['a', 'ALL_TO_ALL']]), vertex('x', 2), vertex('y', 2, [['x', 'POINTWISE']]));
    assert.deepEqual([...regions.closure([subtaskIdOf('y', 1)])], ['x_1', 'y_1']);
    assert.deepEqual([...regions.closure([subtaskIdOf('b', 0), subtaskIdOf('x', 0)])].toSorted(), ['a_0', 'a_1', 'b_0', 'b_1', 'x_0', 'y_0']);
    assert.deepEqual([...regions.closure([])], []);
  });
});
