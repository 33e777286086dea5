import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Types } from '#core/types/type-information';
import { executionPlanJson } from '#graph/stream-graph/execution-plan';
import { discarding, keyed, keyedTwice, Program } from '../programs.js';

function failure(build: (p: Program) => void, options = {}): string {
  const program = new Program();
  build(program);
  try {
    program.streamGraph(options);
  } catch (error) {
    return (error as { line: string }).line;
  }
  return 'no error';
}

describe('stream graph', () => {
  test('union, partition and side output become properties of edges', () => {
    const p = new Program();
    const [a, b] = [p.from(), p.map(p.from())];
    const united = p.union([a, p.sideOutput(b, 'late', Types.STRING)]);
    p.end(p.partition(united, { kind: 'broadcast' }));
    const graph = p.streamGraph();
    assert.deepEqual(graph.nodes.map((node) => node.name), ['Source: Sequence Source', 'Source: Sequence Source', 'Map', 'Sink: Writer']);
    assert.deepEqual(graph.edges.map(({ source, target, tag, partitioner, type }) => ({ source, target, tag, partition: partitioner.kind, type: type?.kind })), [
      { source: 2, target: 3, tag: undefined, partition: 'forward', type: 'long' },
      { source: 1, target: 7, tag: undefined, partition: 'broadcast', type: 'long' },
      { source: 3, target: 7, tag: 'late', partition: 'broadcast', type: 'string' },
    ]);
  });

  test('the partitioning nearest to the consumer counts', () => {
    const p = new Program();
    p.end(p.partition(p.partition(p.from(), { kind: 'global' }), { kind: 'shuffle' }));
    assert.deepEqual(p.streamGraph().edges.map((edge) => edge.partitioner.kind), ['shuffle']);
  });

  test('an operator without a slot sharing group joins its inputs’ if they agree', () => {
    const p = new Program();
    const [a, b, c] = [p.from(), p.from(), p.from()];
    a.slotSharingGroup = b.slotSharingGroup = 'g';
    p.end(p.union([a, b]));
    p.end(p.union([a, c]));
    assert.deepEqual(p.streamGraph().nodes.filter((node) => node.kind === 'sink').map((node) => node.slotSharingGroup), ['g', 'default']);
  });

  test('defaults fill in parallelism and max parallelism', () => {
    const p = new Program();
    p.end(p.from()).parallelism = 1;
    const graph = p.streamGraph({ defaultParallelism: 4, defaultMaxParallelism: 100 });
    assert.deepEqual(graph.nodes.map(({ parallelism, maxParallelism }) => [parallelism, maxParallelism]), [[4, 100], [1, 100]]);
  });

  test('a keyed operator takes all rows in one subtask where it never has more', () => {
    const failureWith = (maxParallelism: number): string => failure((p) => {
      const reduced = p.reduce(p.partition(p.from(), { kind: 'global' }));
      Object.assign(reduced, { parallelism: 1, maxParallelism });
      p.end(reduced);
    });
    assert.equal(failureWith(1), 'no error');
    assert.match(failureWith(2), /KEYED_INPUT_NOT_PARTITIONED.*partitioned by global/);
  });

  test('a source that nothing reads is left out', () => {
    const p = new Program();
    p.from();
    p.end(p.from());
    assert.deepEqual(p.streamGraph().nodes.map((node) => node.id), [2, 3]);
  });

  test('programs that make no job are refused in one line', () => {
    assert.deepEqual([
      failure(() => undefined),
      failure((p) => p.from()),
      failure((p) => p.end(p.from()), { defaultParallelism: 0 }),
      failure((p) => { p.end(p.from()).parallelism = 1.5; }),
      failure((p) => { p.end(p.from()).maxParallelism = 0; }),
      failure((p) => { p.end(p.from()).maxParallelism = 40_000; }),
      failure((p) => { p.end(p.from()).maxParallelism = 4; }, { defaultParallelism: 8, defaultMaxParallelism: 8 }),
      failure((p) => { p.end(p.from()).parallelism = 40_000; }),
      failure((p) => { p.end(p.partition(p.from(), { kind: 'forward' })).parallelism = 1; }),
      failure((p) => p.reduce(p.from())),
      failure((p) => p.twoInput('Join', p.keyBy(p.from()), p.from(), keyedTwice)),
    ], [
      '[PROGRAM_NO_OPERATORS] No operators defined in streaming topology. Cannot execute: add an operator or a sink before execute()',
      '[PROGRAM_NO_OPERATORS] No operators defined in streaming topology. Cannot execute: add an operator or a sink before execute()',
      '[PARALLELISM_INVALID] the default parallelism is 0: it must be a positive integer',
      '[PARALLELISM_INVALID] the parallelism of "Sink: Writer" is 1.5: it must be a positive integer',
      '[PARALLELISM_INVALID] the max parallelism of "Sink: Writer" is 0: it must be a positive integer',
      '[PARALLELISM_INVALID] the max parallelism of "Sink: Writer" is 40000: it must be at most 32768',
      '[PARALLELISM_ABOVE_MAX] parallelism 8 above max parallelism 4 at "Sink: Writer": lower the parallelism or raise the max parallelism',
      '[PARALLELISM_ABOVE_MAX] parallelism 40000 above max parallelism 32768 at "Sink: Writer": lower the parallelism',
      '[FORWARD_PARALLELISM_MISMATCH] forward() from "Source: Sequence Source" with parallelism 2 to "Sink: Writer" with parallelism 1: use the same parallelism, rebalance() or rescale()',
      '[KEYED_INPUT_NOT_PARTITIONED] "Keyed Reduce" is keyed but its input from "Source: Sequence Source" is partitioned by forward: apply keyBy last before it',
      '[KEYED_INPUT_NOT_PARTITIONED] "Join" is keyed but its input from "Source: Sequence Source" is partitioned by forward: apply keyBy last before it',
    ]);
  });

  test('a keyed operator may have a second input without a key', () => {
    const p = new Program();
    p.twoInput('Rules', p.keyBy(p.from()), p.partition(p.from(), { kind: 'broadcast' }), keyed);
    assert.deepEqual(p.streamGraph().edges.map((edge) => [edge.typeNumber, edge.partitioner.kind]), [[0, 'hash'], [1, 'broadcast']]);
  });
});

describe('execution plan', () => {
  test('has the shape of Flink’s', () => {
    const p = new Program();
    const mapped = p.oneInput('Tokens', p.from(), keyedlessMap());
    mapped.description = 'splits lines';
    p.sink('Print', p.reduce(p.keyBy(mapped)), discarding);
    assert.deepEqual(JSON.parse(executionPlanJson(p.streamGraph())), {
      nodes: [
        { id: 1, type: 'Source: Sequence Source', pact: 'Data Source', contents: 'Source: Sequence Source', parallelism: 2, output_type: 'LONG' },
        { id: 2, type: 'Tokens', pact: 'Operator', contents: 'splits lines', parallelism: 2, output_type: 'inferred', predecessors: [{ id: 1, ship_strategy: 'FORWARD', side: 'second' }] },
        { id: 4, type: 'Keyed Reduce', pact: 'Operator', contents: 'Keyed Reduce', parallelism: 2, output_type: 'LONG', predecessors: [{ id: 2, ship_strategy: 'HASH', side: 'second' }] },
        { id: 5, type: 'Print: Writer', pact: 'Data Sink', contents: 'Print: Writer', parallelism: 2, predecessors: [{ id: 4, ship_strategy: 'FORWARD', side: 'second' }] },
      ],
    });
  });
});

function keyedlessMap() {
  return { kind: 'row', row: { kind: 'flatMap', apply: (value: string) => value.split(' ') } } as const;
}
