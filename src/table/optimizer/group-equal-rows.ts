// Rows of VALUES that are written with more than literals (CAST(NULL AS INT)) are a UNION ALL of one-row queries, and equal queries of a
// plan run once: so rows that are equal in the columns that are read come one after another, where the first of them stands.
// Aggregates that keep an order (ARRAY_AGG) and the changelog of every aggregate show that order.
import { inputsUsed } from '#table/expressions/conditions';
import { inputsOf, withInputs, type LogicalPlan, type ValuesNode } from '#table/logical/logical-plan';
import { hashKey } from '#table/values/value-equality';

export function groupEqualRows(plan: LogicalPlan): LogicalPlan {
  const node = withInputs(plan, inputsOf(plan).map(groupEqualRows));
  if (node.kind === 'values') return grouped(node, node.rowType.fields.map((_, index) => index));
  if (node.kind !== 'project') return node;
  const { input } = node;
  const isFiltered = input.kind === 'filter';
  const values = isFiltered ? input.input : input;
  if (values.kind !== 'values') return node;
  const read = new Set([...node.expressions, ...(isFiltered ? [input.condition] : [])].flatMap((expression) => [...inputsUsed(expression)]));
  const sorted = grouped(values, [...read]);
  return { ...node, input: isFiltered ? { ...input, input: sorted } : sorted };
}

function grouped(node: ValuesNode, columns: readonly number[]): ValuesNode {
  if (node.isUnion !== true || columns.length === 0) return node;
  const keys = columns.map((column) => hashKey(node.rowType.fields[column]!.type));
  const groups = new Map<string, (readonly unknown[])[]>();
  for (const row of node.rows) {
    const key = columns.map((column, index) => `${typeof row[column]}:${String(keys[index]!(row[column]))}`).join('\u0000');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return { ...node, rows: [...groups.values()].flat() };
}
