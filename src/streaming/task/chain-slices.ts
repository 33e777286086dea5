// Which texts of the rows that enter a chain are needed as they lie only: copied through filters into a row that a map makes, and from
// there into the columns of edges or to sinks that take slices, or taken apart by functions that do. No string is made of them.
import { FieldTree } from '#core/codegen/field-tree';
import { accessOf } from '#core/codegen/function-access';
import { addEdge, addOperator, type Chain, type EdgeReads } from '#streaming/task/chain-access';

interface Found {
  /** Parts that some map copies or takes as slices. */
  readonly copied: FieldTree;
  /** Parts that somebody reads as values. */
  readonly values: FieldTree;
}

/** @param functions further functions called with each row. */
export function slicesOfHead(chain: Chain, outputs: readonly EdgeReads[], functions: readonly unknown[], input: number): FieldTree {
  const found: Found = { copied: new FieldTree(), values: new FieldTree() };
  for (const fn of functions) if (fn !== undefined) found.values.merge([], accessOf(fn).reads);
  if (chain.operators[0]!.node.kind === 'source') addConsumers(chain, outputs, 0, found);
  else addRowOperator(chain, outputs, 0, found, input);
  return without(found.copied, found.values) ?? new FieldTree();
}

function addConsumers(chain: Chain, outputs: readonly EdgeReads[], index: number, found: Found): void {
  for (const edge of chain.edgesOf(index, undefined)) addEdge(outputs[edge]!, [], found.values);
  for (const { operatorIndex, tag } of chain.operators[index]!.next) if (tag === undefined) addRowOperator(chain, outputs, operatorIndex, found);
}

function addRowOperator(chain: Chain, outputs: readonly EdgeReads[], index: number, found: Found, input = 0): void {
  const { node } = chain.operators[index]!;
  const row = node.kind === 'operator' && node.factory.kind === 'row' ? node.factory.row : undefined;
  const { reads, copies } = accessOf(row?.apply);
  if (row?.kind === 'filter') {
    found.values.merge([], reads);
    addConsumers(chain, outputs, index, found);
  } else if (row?.kind === 'map' && copies !== undefined) {
    found.values.merge([], copies.otherReads);
    if (copies.slices !== undefined) found.copied.merge([], copies.slices);
    const areCopied = endsInCopies(chain, outputs, index);
    const keys = keyReads(chain, outputs, index);
    for (const { from, to } of copies.fields) (areCopied && keys.child(to) === undefined ? found.copied : found.values).addAll(from);
  } else {
    addOperator(chain, outputs, index, [], found.values, input);
  }
}

/** Whether all that takes an operator's rows takes texts as they lie: edges, and one sink, since more would get copies of the rows. */
function endsInCopies(chain: Chain, outputs: readonly EdgeReads[], index: number): boolean {
  const { next } = chain.operators[index]!;
  const areSlicesTaken = next.every(({ operatorIndex }) => {
    const { node } = chain.operators[operatorIndex]!;
    return node.kind === 'sink' && node.sink.takesTextSlices === true;
  });
  return next.length <= 1 && areSlicesTaken && chain.edgesOf(index, undefined).every((edge) => outputs[edge]!.type !== undefined);
}

/** What the edges of an operator read to choose a channel. */
function keyReads(chain: Chain, outputs: readonly EdgeReads[], index: number): FieldTree {
  const reads = new FieldTree();
  for (const edge of chain.edgesOf(index, undefined)) {
    const { key } = outputs[edge]!.partitioner;
    if (key !== undefined) reads.merge([], accessOf(key.selector).reads);
  }
  return reads;
}

/** Parts of `tree` of which nothing is in `others`; undefined for none. */
function without(tree: FieldTree, others: FieldTree | undefined): FieldTree | undefined {
  if (others?.isAll === true) return undefined;
  if (tree.isAll) return others === undefined ? tree : undefined;
  const left = new FieldTree();
  for (const [name, child] of tree.fields) {
    const kept = without(child, others?.fields.get(name));
    if (kept !== undefined) left.merge([name], kept);
  }
  return left.fields.size === 0 ? undefined : left;
}
