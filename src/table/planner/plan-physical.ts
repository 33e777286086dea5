// Logical plan to physical plan: for each node the operator that does it, by what its inputs are like (time attributes, windows,
// keys). Families of operators have files of their own; here is what is left, and the dispatch.
import { assertNever } from '#core/assert';
import { ChangelogNormalizeExec } from '#table/exec/changelog-normalize-exec';
import type { ExecNode } from '#table/exec/exec-node';
import { ScanExec, type ScanWatermark } from '#table/exec/scan-exec';
import { UnionExec } from '#table/exec/union-exec';
import { ValuesExec } from '#table/exec/values-exec';
import { inlineProjection, replaceExpression } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import { TableError } from '#table/errors';
import type { LogicalPlan, ScanNode, WatermarkNode } from '#table/logical/logical-plan';
import { mergedCalc } from '#table/planner/merged-calc';
import { planAggregate } from '#table/planner/plan-aggregate';
import { planCorrelate, planTableFunction } from '#table/planner/plan-correlate';
import { planJoin } from '#table/planner/plan-join';
import { planMatch } from '#table/planner/plan-match';
import { planOver, planRankedFilter, withoutUnusedRank } from '#table/planner/plan-over';
import { planProcessTable } from '#table/planner/plan-process-table';
import { planSort } from '#table/planner/plan-sort';
import { planTableAggregate } from '#table/planner/plan-table-aggregate';
import { planTemporalJoin } from '#table/planner/plan-temporal-join';
import { planWindowTable } from '#table/planner/plan-window-table';
import type { PlannerContext } from '#table/planner/planner-context';
import type { RowType } from '#table/types/logical-type';

export function planPhysical(node: LogicalPlan, services: Omit<PlannerContext, 'plan'>): ExecNode {
  const context: PlannerContext = { ...services, plan: (input) => services.shared.share(planNode(input, context)) };
  return context.plan(node);
}

function planNode(node: LogicalPlan, context: PlannerContext): ExecNode {
  switch (node.kind) {
    case 'scan': return planScan(node, context);
    case 'values': return new ValuesExec(node.rows, node.rowType);
    case 'project': return mergedCalc(withoutUnusedRank(context.plan(node.input), node.expressions), node.expressions, undefined, node.rowType);
    case 'filter': return planRankedFilter(node, context) ?? mergedCalc(context.plan(node.input), undefined, node.condition, node.rowType);
    case 'join': return planJoin(node, context);
    case 'correlate': return planCorrelate(node, context);
    case 'temporal-join': return planTemporalJoin(node, context);
    case 'aggregate': return planAggregate(node, context);
    case 'table-aggregate': return planTableAggregate(node, context);
    case 'over': return planOver(node, context);
    case 'window-table': return planWindowTable(node, context);
    case 'table-function': return planTableFunction(node, context);
    case 'process-table': return planProcessTable(node, context);
    case 'set-operation': return new UnionExec(node.inputs.map(context.plan), node.rowType);
    case 'sort': return planSort(node, context);
    case 'watermark': return planWatermark(node, context);
    case 'match': return planMatch(node, context);
    default: return assertNever(node, 'logical node');
  }
}

function planScan(node: ScanNode, context: PlannerContext): ExecNode {
  return normalized(sharedScan(node, node.rowType, undefined, context), context);
}

/** A table that a query reads several times is read once, unless its source is given different things to do. */
function sharedScan(node: ScanNode, rowType: RowType, watermarkOfQuery: ScanWatermark | undefined, context: PlannerContext): ScanExec {
  const { table, optionHints, limit } = node;
  const source = context.scanSource(table, optionHints);
  // Over the columns as the table has them, whichever of them the query went through: scans are told apart by what they say.
  const ofTable = (expression: Expression): Expression => replaceExpression(expression, (part) => (part.kind === 'input' ? { ...part, type: node.rowType.fields[part.index]!.type } : undefined));
  const watermark = watermarkOfQuery === undefined ? undefined : { expression: ofTable(watermarkOfQuery.expression), rowtime: ofTable(watermarkOfQuery.rowtime) };
  return context.shared.share(new ScanExec(table, source, rowType, { limit, watermark })) as ScanExec;
}

/** Upserts become a full changelog at once; so does a changelog that may bring events twice. */
function normalized(scan: ScanExec, context: PlannerContext): ExecNode {
  const { updates, deletes, hasUpdateBefore } = scan.source.changes;
  const mayRepeat = context.option('table.exec.source.cdc-events-duplicate') === 'true' && (updates || deletes);
  if (!(updates && !hasUpdateBefore) && !mayRepeat) return scan;
  const [key] = scan.upsertKeys;
  if (key === undefined) throw new TableError('TABLE_CHANGELOG_MISMATCH', `Table '${scan.table.identifier.name}' produces a changelog stream contains UPDATE_AFTER, no UPDATE_BEFORE. This requires to define primary key constraint on the table.`);
  return new ChangelogNormalizeExec(scan, key, { mayRepeat, deletesByKey: scan.source.changes.deletesByKey === true });
}

/** The watermark of a table is made in its source; its expression may use computed columns, which are written out. */
function planWatermark(node: WatermarkNode, context: PlannerContext): ExecNode {
  const { input } = node;
  if (input.kind === 'scan') {
    return normalized(sharedScan(input, node.rowType, { expression: node.expression, rowtime: timeOf(node) }, context), context);
  }
  if (input.kind === 'project' && input.input.kind === 'scan') {
    const scan = input.input;
    return mergedCalc(normalized(sharedScan(scan, withTimeAttribute(scan.rowType, node, input.expressions), { expression: inlineProjection(node.expression, input.expressions), rowtime: input.expressions[node.timeColumn]! }, context), context), input.expressions, undefined, node.rowType);
  }
  throw new TableError('TABLE_NOT_SUPPORTED', 'a watermark stands above something other than a table');
}

function timeOf({ timeColumn, rowType }: WatermarkNode): Expression {
  return { kind: 'input', index: timeColumn, type: rowType.fields[timeColumn]!.type };
}

/** The columns of a table below a projection, as they are when all of them are read: so that both are one scan. */
function withTimeAttribute(rowType: RowType, { timeColumn, rowType: timed }: WatermarkNode, projection: readonly Expression[]): RowType {
  const column = projection[timeColumn]!;
  if (column.kind !== 'input') return rowType;
  return { ...rowType, fields: rowType.fields.map((field, index) => (index === column.index ? { ...field, type: timed.fields[timeColumn]!.type } : field)) };
}
