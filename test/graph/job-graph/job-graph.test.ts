import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { channelSources, channelTargets, pointwiseSources, pointwiseTargets } from '#graph/job-graph/channel-assignment';
import { checkSameGraph, describeDifference, graphHash } from '#graph/job-graph/graph-hash';
import { maxParallelismOf, outputsOf, requiredSlots, slotsByGroup } from '#graph/job-graph/job-graph';
import { Types } from '#core/types/type-information';
import type { Boundedness } from '#streaming/source/source';
import { Program, row } from '../programs.js';

function keyedProgram(change: (p: Program) => void = () => undefined): Program {
  const p = new Program();
  p.end(p.reduce(p.keyBy(p.map(p.from()))));
  change(p);
  return p;
}

function sourceOnly(boundedness: Boundedness): Program {
  const p = new Program();
  p.end(p.from(boundedness));
  return p;
}

describe('job graph', () => {
  test('is plain data: JSON gives back the same graph', () => {
    const graph = keyedProgram((p) => { p.all[1]!.bufferTimeoutMs = 5; }).jobGraph({ config: { 'execution.checkpointing.interval': '1 s' } });
    assert.deepEqual(JSON.parse(JSON.stringify(graph)), graph);
    assert.equal(graph.boundedness, 'bounded');
    assert.deepEqual(graph.vertices[1]!.inputs, [{
      edgeId: 1, sourceVertexId: graph.vertices[0]!.id, sourceNodeId: 2, shipStrategy: 'HASH', pattern: 'ALL_TO_ALL',
      resultType: 'PIPELINED_BOUNDED', typeNumber: 0, type: Types.LONG, bufferTimeoutMs: 5,
    }]);
    assert.deepEqual(graph.vertices[1]!.operators.map(({ name, streamNodeId, kind }) => [name, streamNodeId, kind]), [['Keyed Reduce', 4, 'one-input'], ['Sink: Writer', 5, 'sink']]);
    assert.deepEqual(outputsOf(graph, graph.vertices[0]!.id).map(({ edge, target }) => [edge.edgeId, target.name]), [[1, 'Keyed Reduce -> Sink: Writer']]);
  });

  test('one unbounded source makes an unbounded job', () => {
    const p = new Program();
    p.end(p.union([p.from(), p.from('continuous-unbounded')]));
    assert.equal(p.jobGraph().boundedness, 'continuous-unbounded');
  });

  test('vertices come after all that they read', () => {
    const p = new Program();
    const [a, b] = [p.from(), p.from()];
    const late = p.map(p.partition(p.map(p.partition(a, { kind: 'rebalance' })), { kind: 'rebalance' }));
    p.end(p.union([late, b]));
    const { vertices } = p.jobGraph();
    vertices.forEach((vertex, at) => {
      for (const input of vertex.inputs) assert.ok(vertices.findIndex((other) => other.id === input.sourceVertexId) < at);
    });
    assert.equal(vertices.length, 5);
  });

  test('slots are the widest vertex of each group, summed', () => {
    const p = new Program();
    const mapped = p.map(p.from());
    mapped.slotSharingGroup = 'g';
    mapped.parallelism = 5;
    p.end(p.map(mapped)).parallelism = 3;
    const graph = p.jobGraph();
    assert.deepEqual([...slotsByGroup(graph)], [['default', 2], ['g', 5]]);
    assert.equal(requiredSlots(graph), 7);
  });

  test('the max parallelism is derived unless it is set', () => {
    const graph = keyedProgram((p) => { p.all[3]!.maxParallelism = 64; }).jobGraph();
    assert.deepEqual(graph.vertices.map(maxParallelismOf), [128, 64]);
  });
});

describe('graph hash', () => {
  test('equal programs agree, whatever job name and configuration', () => {
    assert.equal(graphHash(keyedProgram().jobGraph()), graphHash(keyedProgram().jobGraph({ jobName: 'other', config: { a: 'b' } })));
    assert.equal(describeDifference(keyedProgram().jobGraph(), keyedProgram().jobGraph()), undefined);
    checkSameGraph(keyedProgram().jobGraph(), JSON.parse(JSON.stringify(keyedProgram().jobGraph())));
  });

  test('a difference names the first operator that differs', () => {
    const against = (change: (p: Program) => void) => describeDifference(keyedProgram().jobGraph(), keyedProgram(change).jobGraph());
    assert.deepEqual([
      against((p) => { p.all[1]!.name = 'Filter'; }),
      against((p) => { p.all[3]!.uid = 'sum'; }),
      against((p) => { p.all[3]!.uidHash = '0123456789abcdef0123456789abcdef'; }),
      against((p) => { p.all[3]!.parallelism = p.all[4]!.parallelism = 1; }),
      against((p) => { p.all[3]!.outputType = Types.STRING; }),
      against((p) => { p.all[4]!.chaining = 'head'; }),
      against((p) => p.oneInput('Extra', p.all[3]!, row)),
      describeDifference(keyedProgram((p) => p.end(p.all[1]!)).jobGraph(), keyedProgram().jobGraph()),
      describeDifference(sourceOnly('bounded').jobGraph(), sourceOnly('continuous-unbounded').jobGraph()),
    ], [
      'operator 2 was "Map" and is now "Filter"',
      'the uid of operator 3 "Keyed Reduce" was none and is now sum',
      'the operator id of operator 3 "Keyed Reduce" was 90bea66de1c231edf33913ecd54406c1 and is now 0123456789abcdef0123456789abcdef',
      'the parallelism of operator 3 "Keyed Reduce" was 2 and is now 1',
      'the output type of operator 3 "Keyed Reduce" was LONG and is now STRING',
      'the input of operator 4 "Sink: Writer" was chained to node 4 and is now FORWARD from node 4',
      'operator 5 "Extra" was not there before',
      'operator 5 "Sink: Writer" is missing',
      'the job was bounded and is now continuous-unbounded',
    ]);
  });

  test('a program that changed is refused', () => {
    const changed = keyedProgram((p) => { p.all[1]!.name = `Map at ${12}`; }).jobGraph();
    assert.throws(() => checkSameGraph(keyedProgram().jobGraph(), changed), { code: 'PROGRAM_NOT_DETERMINISTIC', message: /operator 2 was "Map" and is now "Map at 12"/ });
  });
});

describe('channel assignment', () => {
  test('point-wise edges connect every subtask of both sides, and both sides agree', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), (producers, consumers) => {
      const fromProducers: string[] = [];
      for (let p = 0; p < producers; p++) {
        const { start, end } = pointwiseTargets(producers, consumers, p);
        assert.ok(start <= end && start >= 0 && end < consumers);
        for (let c = start; c <= end; c++) fromProducers.push(`${p}-${c}`);
      }
      const fromConsumers: string[] = [];
      for (let c = 0; c < consumers; c++) {
        const { start, end } = pointwiseSources(producers, consumers, c);
        assert.ok(start <= end && start >= 0 && end < producers);
        for (let p = start; p <= end; p++) fromConsumers.push(`${p}-${c}`);
      }
      assert.deepEqual(fromProducers.sort(), fromConsumers.sort());
      assert.equal(fromProducers.length, Math.max(producers, consumers));
    }));
  });

  test('equal parallelism connects one to one; two to four and four to two in halves', () => {
    assert.deepEqual(pointwiseTargets(3, 3, 1), { start: 1, end: 1 });
    assert.deepEqual([0, 1].map((p) => pointwiseTargets(2, 4, p)), [{ start: 0, end: 1 }, { start: 2, end: 3 }]);
    assert.deepEqual([0, 1, 2, 3].map((p) => pointwiseTargets(4, 2, p).start), [0, 0, 1, 1]);
  });

  test('all-to-all edges connect everything', () => {
    assert.deepEqual(channelTargets('ALL_TO_ALL', 2, 5, 1), { start: 0, end: 4 });
    assert.deepEqual(channelSources('ALL_TO_ALL', 2, 5, 4), { start: 0, end: 1 });
    assert.deepEqual(channelTargets('POINTWISE', 2, 4, 1), { start: 2, end: 3 });
    assert.deepEqual(channelSources('POINTWISE', 2, 4, 1), { start: 0, end: 0 });
  });
});
