// GROUP BY without a window: one operator, or a local one in front of the exchange and a global one behind it.
import type { AggregatePart } from '#table/exec/aggregate-phases-text';
import { inferChangelog } from '#table/exec/changelog-inference';
import { isInsertOnly, type ExecNode } from '#table/exec/exec-node';
import { GlobalGroupAggregateExec } from '#table/exec/global-group-aggregate-exec';
import { GroupAggregateExec, isMergeable } from '#table/exec/group-aggregate-exec';
import { LocalGroupAggregateExec } from '#table/exec/local-group-aggregate-exec';
import { aggregatePhasesOf, miniBatchOf } from '#table/exec/mini-batch-settings';
import type { AggregateNode } from '#table/logical/logical-plan';
import type { PlannerContext } from '#table/planner/planner-context';

export interface UnboundedAggregate extends Pick<AggregateNode, 'groupColumns' | 'aggregates' | 'rowType' | 'stateTtl'> {
  /** Which half it is of one whose distinct values are in buckets. */
  readonly part?: AggregatePart;
}

/** In one phase, or in two where rows are gathered and every aggregate can be merged. */
export function unboundedAggregate(input: ExecNode, { groupColumns, aggregates, rowType, stateTtl, part }: UnboundedAggregate, context: PlannerContext): ExecNode {
  const miniBatch = miniBatchOf(context);
  const phases = aggregatePhasesOf(context);
  const whole = new GroupAggregateExec(input, groupColumns, aggregates, rowType, { isBatch: context.isBatch, stateTtl, part });
  if (miniBatch === undefined || phases === 'ONE_PHASE') return whole;
  if (!isMergeable(whole, context.functions)) return whole;
  const hasRetraction = !isInsertOnly(inferChangelog([input]).changesOf(input));
  return new GlobalGroupAggregateExec(new LocalGroupAggregateExec(input, { groupColumns, aggregates, inputType: input.rowType, hasRetraction, miniBatch, part }), rowType, { stateTtl });
}
