// Which texts of a chain's rows nobody looks at.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FieldTree } from '#core/codegen/field-tree';
import { declareReads } from '#core/codegen/function-access';
import { Types } from '#core/types/type-information';
import type { Partitioner } from '#shuffle/partitioner/partitioner';
import type { RowOperator } from '#streaming/operator/stream-operator';
import type { Sink } from '#streaming/sink/sink';
import { slicesOfHead } from '#streaming/task/chain-slices';
import type { ChainedOperator } from '#streaming/task/task-description';

const SOURCE: ChainedOperator['node'] = { kind: 'source', source: undefined as never, watermarks: undefined };

function treeOf(...paths: readonly string[]): FieldTree {
  const tree = new FieldTree();
  for (const path of paths) tree.addAll(path.split('.'));
  return tree;
}

function pathsOf(tree: FieldTree, prefix = ''): string[] {
  if (tree.isAll) return [prefix];
  return [...tree.fields].flatMap(([name, child]) => pathsOf(child, prefix === '' ? name : `${prefix}.${name}`));
}

const filterReading = (path: string): RowOperator => ({ kind: 'filter', apply: declareReads((_: unknown) => true, treeOf(path)) });
/** @param copied by field of the result. */
const mapCopying = (copied: Readonly<Record<string, string>>, others: readonly string[] = []): RowOperator => ({
  kind: 'map',
  apply: declareReads((v: unknown) => v, treeOf(...Object.values(copied), ...others), { fields: Object.entries(copied).map(([to, from]) => ({ from: from.split('.'), to })), otherReads: treeOf(...others) }),
});

interface Step {
  /** The operator; 'sink' for one that takes slices. */
  readonly row: RowOperator | 'sink' | 'sink of strings';
  readonly next?: readonly number[];
  /** The edge of the operator. */
  readonly partitioner?: Partitioner;
}

function nodeOf(row: Step['row']): ChainedOperator['node'] {
  if (typeof row !== 'string') return { kind: 'operator', factory: { kind: 'row', row } };
  const sink: Sink = { name: row, takesTextSlices: row === 'sink', createWriter: () => assert.fail('no writer is made') };
  return { kind: 'sink', sink, inputType: undefined };
}

/** Slices below a source that hands its rows to the steps named by `first`. */
function slicesOf(steps: readonly Step[], first: readonly number[] = [1], functions: readonly unknown[] = []): readonly string[] {
  const nextOf = (next: readonly number[] = []) => next.map((operatorIndex) => ({ operatorIndex, tag: undefined }));
  const operators: ChainedOperator[] = [
    { operatorId: '0', name: '0', node: SOURCE, next: nextOf(first) },
    ...steps.map(({ row, next }, index): ChainedOperator => ({ operatorId: `${index + 1}`, name: `${index + 1}`, node: nodeOf(row), next: nextOf(next) })),
  ];
  const edges = steps.flatMap(({ partitioner }, index) => (partitioner === undefined ? [] : [{ producer: index + 1, partitioner, type: Types.ROW({}), reads: FieldTree.all() }]));
  return pathsOf(slicesOfHead({ operators, edgesOf: (index) => edges.flatMap(({ producer }, edge) => (producer === index ? [edge] : [])) }, edges, functions, 0)).sort();
}

const byKey = (field: string): Partitioner => ({ kind: 'hash', key: { selector: declareReads((_: unknown) => 0, treeOf(field)), type: Types.STRING } });

describe('texts that a chain only copies', () => {
  test('are those that a map in front of edges hands on, through filters that read others', () => {
    assert.deepEqual(slicesOf([{ row: filterReading('kind'), next: [2] }, { row: mapCopying({ url: 'bid.url', extra: 'bid.extra' }, ['bid.price']), partitioner: { kind: 'forward' } }]), ['bid.extra', 'bid.url']);
  });

  test('are not those that a filter, another expression, another branch or a function of the source reads', () => {
    const map: Step = { row: mapCopying({ url: 'bid.url', extra: 'bid.extra' }, ['bid.extra']), partitioner: { kind: 'forward' } };
    assert.deepEqual(slicesOf([map]), ['bid.url']);
    assert.deepEqual(slicesOf([{ row: filterReading('bid.url'), next: [2] }, map]), []);
    assert.deepEqual(slicesOf([map, { row: { kind: 'map', apply: declareReads((v: unknown) => v, treeOf('bid')) }, partitioner: { kind: 'forward' } }], [1, 2]), []);
    assert.deepEqual(slicesOf([map], [1], [declareReads((_: unknown) => 0, treeOf('bid.url'))]), []);
  });

  test('are not those by which an edge chooses its channel', () => {
    assert.deepEqual(slicesOf([{ row: mapCopying({ url: 'bid.url', extra: 'bid.extra' }), partitioner: byKey('url') }]), ['bid.extra']);
  });

  test('are also those that a function of a map takes as slices, whatever follows it', () => {
    const taking: RowOperator = { kind: 'map', apply: declareReads((v: unknown) => v, treeOf('url', 'extra'), { fields: [{ from: ['extra'], to: 'extra' }], otherReads: treeOf('price'), slices: treeOf('url') }) };
    assert.deepEqual(slicesOf([{ row: taking, next: [2] }, { row: filterReading('extra'), partitioner: { kind: 'forward' } }]), ['url']);
    assert.deepEqual(slicesOf([{ row: filterReading('url'), next: [2] }, { row: taking, partitioner: { kind: 'forward' } }]), ['extra']);
  });

  test('are those that a map hands to one sink that takes slices', () => {
    const map: RowOperator = mapCopying({ url: 'url' });
    assert.deepEqual(slicesOf([{ row: map, next: [2] }, { row: 'sink' }]), ['url']);
    assert.deepEqual(slicesOf([{ row: map, next: [2] }, { row: 'sink of strings' }]), []);
    assert.deepEqual(slicesOf([{ row: map, next: [2, 3] }, { row: 'sink' }, { row: 'sink' }]), []);
    assert.deepEqual(slicesOf([{ row: map, next: [2], partitioner: { kind: 'forward' } }, { row: 'sink' }]), ['url']);
  });

  test('are none where the map is followed by an operator', () => {
    assert.deepEqual(slicesOf([{ row: mapCopying({ url: 'url' }), next: [2] }, { row: filterReading('url'), partitioner: { kind: 'forward' } }]), []);
  });
});
