// Which parts of the rows that enter a chain its operators may read: through filters, and through maps that only pick a
// part of the row, down to the first operator that takes the row as a whole.
import { FieldTree } from '#core/codegen/field-tree';
import { accessOf } from '#core/codegen/function-access';
import type { TypeInformation } from '#core/types/type-information';
import type { ChainEdges } from '#streaming/task/chain-code';
import type { ChainedOperator, TaskOutput } from '#streaming/task/task-description';

export type Chain = Pick<ChainEdges, 'operators' | 'edgesOf'>;
export type EdgeReads = Pick<TaskOutput, 'partitioner' | 'type' | 'reads'>;

/** @param functions further functions called with each row: timestamp assigner, watermark generator. */
export function readsOfHead(chain: Chain, outputs: readonly EdgeReads[], functions: readonly unknown[], input: number): FieldTree {
  const reads = new FieldTree();
  for (const fn of functions) if (fn !== undefined) reads.merge([], accessOf(fn).reads);
  const isSource = chain.operators[0]!.node.kind === 'source';
  if (isSource) addConsumers(chain, outputs, 0, [], reads);
  else addOperator(chain, outputs, 0, [], reads, input);
  return reads;
}

function addConsumers(chain: Chain, outputs: readonly EdgeReads[], index: number, path: readonly string[], reads: FieldTree): void {
  const operator = chain.operators[index]!;
  for (const edge of chain.edgesOf(index, undefined)) addEdge(outputs[edge]!, path, reads);
  const next = operator.next.filter((edge) => edge.tag === undefined);
  for (const { operatorIndex } of next) addOperator(chain, outputs, operatorIndex, path, reads);
}

/** Adds what an operator, and what is behind it, may read of the value at `path`. */
export function addOperator(chain: Chain, outputs: readonly EdgeReads[], index: number, path: readonly string[], reads: FieldTree, input = 0): void {
  const { node }: ChainedOperator = chain.operators[index]!;
  if (node.kind !== 'operator') {
    reads.addAll(path);
    return;
  }
  if (node.factory.kind === 'stream') {
    reads.merge(path, node.factory.reads?.(input) ?? FieldTree.all());
    return;
  }
  const { row } = node.factory;
  const access = accessOf(row.apply);
  if (row.kind === 'map' && access.projects !== undefined) {
    reads.at([...path, ...access.projects]);
    addConsumers(chain, outputs, index, [...path, ...access.projects], reads);
    return;
  }
  reads.merge(path, access.reads);
  if (row.kind === 'filter') addConsumers(chain, outputs, index, path, reads);
}

/** An edge writes what its consumers may read, as far as its declared type has it. */
export function addEdge(output: EdgeReads, path: readonly string[], reads: FieldTree): void {
  const key = output.partitioner.key;
  if (key !== undefined) reads.merge(path, accessOf(key.selector).reads);
  if (!output.reads.isAll || output.type === undefined) reads.merge(path, output.reads);
  else addType(output.type, path, reads);
}

function addType(type: TypeInformation, path: readonly string[], reads: FieldTree): void {
  if (type.kind === 'nullable') addType(type.inner, path, reads);
  else if (type.kind === 'row') {
    reads.at(path);
    for (const field of type.fields) addType(field.type, [...path, field.name], reads);
  } else reads.addAll(path);
}
