// What a window operator may read of its rows: an AggregateFunction keeps only what its `add` looks at, everything else
// keeps whole rows.
import { FieldTree } from '#core/codegen/field-tree';
import { accessOf } from '#core/codegen/function-access';
import type { WindowOperatorOptions } from '#streaming/window/window-operator-options';

export function windowReads({ aggregation, assignment, keys, lateTag }: WindowOperatorOptions): FieldTree {
  if (aggregation.kind !== 'aggregate' || lateTag !== undefined) return FieldTree.all();
  const reads = new FieldTree();
  reads.merge([], accessOf(aggregation.aggregate.add).reads);
  reads.merge([], accessOf(keys.selector).reads);
  if (assignment.kind === 'session' && typeof assignment.gapMs === 'function') reads.merge([], accessOf(assignment.gapMs).reads);
  return reads;
}
