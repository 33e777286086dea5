// FOR SYSTEM_TIME AS OF: by event time a join with the version that held then, by processing time a lookup by key.
import { CalcExec } from '#table/exec/calc-exec';
import { ChangelogNormalizeExec } from '#table/exec/changelog-normalize-exec';
import type { ExecNode } from '#table/exec/exec-node';
import { joinKeysOf } from '#table/exec/join-exec';
import { TemporalJoinExec } from '#table/exec/temporal-join-exec';
import { TableError } from '#table/errors';
import type { TemporalJoinNode } from '#table/logical/logical-plan';
import { narrowed, withKeyColumns } from '#table/planner/key-columns';
import { planLookupJoin } from '#table/planner/plan-lookup-join';
import type { PlannerContext } from '#table/planner/planner-context';
import type { LogicalType, RowType } from '#table/types/logical-type';

export function planTemporalJoin(node: TemporalJoinNode, context: PlannerContext): ExecNode {
  const { time } = node;
  const domain = timeDomainOf(time.type);
  if (domain === 'regular' || time.kind !== 'input') throw new TableError('TABLE_NOT_SUPPORTED', "Temporal table join currently only supports 'FOR SYSTEM_TIME AS OF' left table's time attribute field");
  if (domain === 'proctime') return planLookupJoin(node, context) ?? unsupportedProctime();
  return planVersioned(node, time.index, context);
}

function timeDomainOf(type: LogicalType): 'regular' | 'rowtime' | 'proctime' {
  return type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ' ? type.time : 'regular';
}

function unsupportedProctime(): never {
  throw new TableError('TABLE_NOT_SUPPORTED', 'Processing-time temporal join is not supported yet: the table can not be asked by key.');
}

function planVersioned(node: TemporalJoinNode, leftTime: number, context: PlannerContext): ExecNode {
  const versions = asVersions(context.plan(node.right));
  const rightTime = rowtimeColumnOf(versions.rowType);
  if (rightTime < 0) throw new TableError('TABLE_NOT_SUPPORTED', 'Event-Time Temporal Table Join requires both primary key and row time attribute in versioned table, but no row time attribute can be found.');
  if (versions.upsertKeys.length === 0) throw new TableError('TABLE_NOT_SUPPORTED', 'Temporal Table Join requires primary key in versioned table, but no primary key can be found.');
  const inputs = withKeyColumns(node, context.plan(node.left), versions);
  const keys = joinKeysOf(inputs.condition, inputs.left.rowType.fields.length);
  const holdsKey = versions.upsertKeys.some((key) => key.every((column) => keys.right.includes(column)));
  if (!holdsKey) throw new TableError('TABLE_NOT_SUPPORTED', "Temporal table's primary key must be included in the equivalence condition of temporal join.");
  const join = new TemporalJoinExec(inputs.left, inputs.right, node.joinType, keys, [leftTime, rightTime], inputs.rowType);
  const isWidened = inputs.left.rowType.fields.length !== node.left.rowType.fields.length || inputs.right.rowType.fields.length !== node.right.rowType.fields.length;
  return isWidened ? narrowed(join, node, inputs.left.rowType.fields.length) : join;
}

const rowtimeColumnOf = (type: RowType): number => type.fields.findIndex((field) => timeDomainOf(field.type) === 'rowtime');

/** Upserts as they come: a delete tells its time itself, where a normalised one would have that of the row that it takes away. */
function asVersions(node: ExecNode): ExecNode {
  if (node instanceof ChangelogNormalizeExec && node.condition === undefined) return node.inputs[0]!;
  if (!(node instanceof CalcExec) || node.condition !== undefined) return node;
  const [input] = node.inputs;
  const below = asVersions(input!);
  return below === input ? node : new CalcExec(below, node.expressions, undefined, node.rowType);
}
