// A top-N whose PARTITION BY or ORDER BY computes something: computed below it as columns, and left out again above.
import { replaceExpression } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import { inputsOf, withInputs, type FilterNode, type LogicalPlan, type OverNode } from '#table/logical/logical-plan';

export function computePartitions(plan: LogicalPlan): LogicalPlan {
  const node = withInputs(plan, inputsOf(plan).map(computePartitions));
  const isComputed = node.kind === 'filter' && node.input.kind === 'over' && node.input.window.partitionBy.some(({ kind }) => kind !== 'input');
  return isComputed ? withColumns(node, node.input as OverNode) : node;
}

function withColumns(filter: FilterNode, over: OverNode): LogicalPlan {
  const { window, input } = over;
  const { fields } = input.rowType;
  const added: Expression[] = [];
  const column = (expression: Expression): Expression => (expression.kind === 'input' ? expression : { kind: 'input', index: fields.length + added.push(expression) - 1, type: expression.type });
  const placed = { ...window, partitionBy: window.partitionBy.map(column), orderBy: window.orderBy.map((key) => ({ ...key, expression: column(key.expression) })) };
  const computed = added.map(({ type }, index) => ({ name: `$o${index}`, type }));
  const own = fields.map(({ type }, index): Expression => ({ kind: 'input', index, type }));
  const wide: LogicalPlan = { kind: 'project', input, expressions: [...own, ...added], rowType: { ...input.rowType, fields: [...fields, ...computed] } };
  const ranked: LogicalPlan = { ...over, input: wide, window: placed, rowType: { ...over.rowType, fields: [...wide.rowType.fields, ...over.rowType.fields.slice(fields.length)] } };
  const moved = (index: number): number => (index < fields.length ? index : index + added.length);
  const condition = replaceExpression(filter.condition, (part) => (part.kind === 'input' ? { ...part, index: moved(part.index) } : undefined));
  const chosen: LogicalPlan = { kind: 'filter', input: ranked, condition, rowType: ranked.rowType };
  return { kind: 'project', input: chosen, expressions: filter.rowType.fields.map(({ type }, index) => ({ kind: 'input', index: moved(index), type })), rowType: filter.rowType };
}
