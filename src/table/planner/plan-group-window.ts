// Group windows of the older form: TUMBLE(time, size), HOP and SESSION in GROUP BY, with TUMBLE_START and its siblings as properties.
import type { ExecNode } from '#table/exec/exec-node';
import { WindowAggregateExec } from '#table/exec/window-aggregate-exec';
import type { AggregateNode, WindowSpec } from '#table/logical/logical-plan';
import type { PlannerContext } from '#table/planner/planner-context';

export function planGroupWindow(node: AggregateNode, context: PlannerContext): ExecNode {
  const { window, timeColumn, sizeMs, slideMs, offsetMs, properties } = node.groupWindow!;
  const input = context.plan(node.input);
  const { type } = input.rowType.fields[timeColumn]!;
  const isProctime = (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') && type.time === 'proctime';
  const spec: WindowSpec = { window, timeColumn, isRowtime: !isProctime, sizeMs, slideMs, offsetMs, partitionColumns: [] };
  const first = node.groupColumns.length + node.aggregates.length;
  const column = (property: string): number => {
    const index = properties.findIndex((known) => known.property === property);
    return index < 0 ? -1 : first + index;
  };
  const output = {
    keys: node.groupColumns.map((_, index) => index), aggregates: node.aggregates.map((_, index) => node.groupColumns.length + index),
    start: column('start'), end: column('end'), time: column('rowtime') >= 0 ? column('rowtime') : column('proctime'),
  };
  return new WindowAggregateExec(input, { keyColumns: node.groupColumns, aggregates: node.aggregates, spec, attached: undefined, output }, node.rowType, 'GroupWindowAggregate');
}
