// A logical plan as text, a line per node, in the words of Calcite that Flink's EXPLAIN shows.
import { expressionText, aggregateText, sortText, tuplesText } from '#table/exec/plan-text';
import { inputsOf, type LogicalPlan } from '#table/logical/logical-plan';

export function logicalTree(plan: LogicalPlan, depth = 0): string {
  const prefix = depth === 0 ? '' : `${'   '.repeat(depth - 1)}+- `;
  return [`${prefix}${lineOf(plan)}`, ...inputsOf(plan).map((input) => logicalTree(input, depth + 1))].join('\n');
}

function lineOf(plan: LogicalPlan): string {
  const fields = inputsOf(plan).flatMap((input) => input.rowType.fields);
  switch (plan.kind) {
    case 'scan': return `LogicalTableScan(table=[[${[plan.table.identifier.catalog, plan.table.identifier.database, plan.table.identifier.name].join(', ')}]])`;
    case 'values': return `LogicalValues(${tuplesText(plan.rows)})`;
    case 'project': return `LogicalProject(${plan.expressions.map((expression, index) => `${plan.rowType.fields[index]!.name}=[${expressionText(expression, fields)}]`).join(', ')})`;
    case 'filter': return `LogicalFilter(condition=[${expressionText(plan.condition, fields)}])`;
    case 'join': return `LogicalJoin(condition=[${expressionText(plan.condition, fields)}], joinType=[${plan.joinType.toLowerCase()}])`;
    case 'correlate': return `LogicalCorrelate(joinType=[${plan.joinType.toLowerCase()}])`;
    case 'temporal-join': return `LogicalTemporalJoin(condition=[${expressionText(plan.condition, fields)}], joinType=[${plan.joinType.toLowerCase()}])`;
    case 'aggregate': return `LogicalAggregate(group=[{${plan.groupColumns.join(', ')}}]${plan.aggregates.map(({ name, call }) => `, ${name}=[${aggregateText(call, fields)}]`).join('')})`;
    case 'table-aggregate': return `LogicalTableAggregate(group=[{${Array.from({ length: plan.keyCount }, (_, index) => index).join(', ')}}], tableAggregate=[${plan.function.name}(${fields.slice(plan.keyCount).map(({ name }) => name).join(', ')})])`;
    case 'over': return `LogicalWindow(partitionBy=[${plan.window.partitionBy.map((part) => expressionText(part, fields)).join(', ')}], orderBy=[${sortText(plan.window.orderBy, fields)}], calls=[${plan.calls.map(({ call }) => aggregateText(call, fields)).join(', ')}])`;
    case 'window-table': return `LogicalTableFunctionScan(invocation=[${plan.spec.window}(${fields[plan.spec.timeColumn]!.name}, ${plan.spec.sizeMs} ms)])`;
    case 'table-function': return `LogicalTableFunctionScan(invocation=[${plan.function.name}(${plan.arguments.map((argument) => expressionText(argument, fields)).join(', ')})])`;
    case 'process-table': return `LogicalTableFunctionScan(invocation=[${plan.name}()])`;
    case 'set-operation': return `Logical${{ UNION: 'Union', INTERSECT: 'Intersect', EXCEPT: 'Minus' }[plan.operator]}(all=[${plan.isAll}])`;
    case 'sort': return `LogicalSort(orderBy=[${sortText(plan.keys, fields)}]${plan.offset > 0 ? `, offset=[${plan.offset}]` : ''}${plan.limit === undefined ? '' : `, fetch=[${plan.limit}]`})`;
    case 'watermark': return `LogicalWatermarkAssigner(rowtime=[${fields[plan.timeColumn]!.name}], watermark=[${expressionText(plan.expression, fields)}])`;
    case 'match': return 'LogicalMatch()';
  }
}
