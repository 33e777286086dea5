import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JobGraph } from '#graph/job-graph/job-graph';
import { discarding, keyedTwice, Program, row } from '../programs.js';
import { vectorTests } from '../../runtime-vectors.js';

/** The programs of the chaining vectors, by case. */
const PROGRAMS: Readonly<Record<string, (p: Program) => void>> = {
  straight: (p) => p.end(p.oneInput('Filter', p.map(p.from()), row)),
  keyed: (p) => p.end(p.map(p.reduce(p.keyBy(p.map(p.from()))))),
  'rebalance-rescale': (p) => p.end(p.map(p.partition(p.map(p.partition(p.from(), { kind: 'rebalance' })), { kind: 'rescale' }))),
  'start-new-chain': (p) => {
    const head = p.map(p.map(p.from()));
    head.chaining = 'head';
    const alone = p.map(head);
    alone.chaining = 'never';
    p.end(p.map(alone));
  },
  union: (p) => p.end(p.map(p.union([p.from(), p.from()]))),
  'slot-sharing': (p) => {
    const mapped = p.map(p.from());
    mapped.slotSharingGroup = 'g';
    p.end(mapped);
  },
  connect: (p) => p.end(p.twoInput('Co-Map', p.keyBy(p.from()), p.keyBy(p.from()), keyedTwice)),
  'max-parallelism': (p) => {
    const reduced = p.reduce(p.keyBy(p.from()));
    reduced.maxParallelism = 64;
    p.end(reduced);
  },
};

/** A job graph in the terms of the vectors. */
function summary(graph: JobGraph): unknown {
  const nameOf = new Map(graph.vertices.map((vertex) => [vertex.id, vertex.name]));
  return graph.vertices.map(({ name, parallelism, maxParallelism, slotSharingGroup, inputs }) => ({
    name, parallelism, maxParallelism, slotSharingGroup,
    inputs: inputs.map(({ sourceVertexId, shipStrategy, pattern, resultType }) => ({ from: nameOf.get(sourceVertexId), shipStrategy, pattern, resultType })),
  }));
}

function namesOf(build: (p: Program) => void, options = {}): string[] {
  const program = new Program();
  build(program);
  return program.jobGraph(options).vertices.map((vertex) => vertex.name);
}

describe('chaining', () => {
  vectorTests('chaining', 'chains equal Flink’s', 8, (vectors) => {
    for (const vector of vectors) {
      const build = PROGRAMS[vector['case']];
      assert.ok(build !== undefined, `no program for the vector ${vector['case']}`);
      const program = new Program();
      build(program);
      assert.deepEqual(summary(program.jobGraph()), vector['vertices'], vector['case']);
    }
  });

  test('several chained outputs are named in brackets', () => {
    assert.deepEqual(namesOf((p) => {
      const mapped = p.map(p.from());
      p.end(p.map(mapped, 'Left'));
      p.end(mapped);
    }), ['Source: Sequence Source -> Map -> (Left -> Sink: Writer, Sink: Writer)']);
  });

  test('a side output is chained like the main output', () => {
    const program = new Program();
    const mapped = program.map(program.from());
    program.end(program.sideOutput(mapped, 'late'));
    const [vertex] = program.jobGraph().vertices;
    assert.equal(vertex!.name, 'Source: Sequence Source -> Map -> Sink: Writer');
    assert.deepEqual(vertex!.chainEdges, [{ edgeId: 0, source: 1, target: 2 }, { edgeId: 1, source: 2, target: 4, tag: 'late' }]);
  });

  test('another parallelism breaks the chain with a rebalance', () => {
    const program = new Program();
    program.end(program.map(program.from())).parallelism = 1;
    const [first, second] = program.jobGraph().vertices;
    assert.equal(first!.name, 'Source: Sequence Source -> Map');
    assert.deepEqual(second!.inputs.map((input) => [input.shipStrategy, input.pattern]), [['REBALANCE', 'ALL_TO_ALL']]);
  });

  test('chaining can be switched off for a job', () => {
    assert.deepEqual(namesOf((p) => p.end(p.map(p.from())), { chainingEnabled: false }), ['Source: Sequence Source', 'Map', 'Sink: Writer']);
  });

  test('a union with itself is two inputs and so no chain', () => {
    assert.deepEqual(namesOf((p) => {
      const source = p.from();
      p.sink('Sink', p.union([source, source]), discarding);
    }), ['Source: Sequence Source', 'Sink: Writer']);
  });
});
