// Window functions: each distinct window becomes a node that adds its results as columns; the expressions then refer to those.
import { expressionDigest, replaceExpression } from '#table/expressions/conditions';
import { someExpression } from '#table/expressions/expression-facts';
import type { Expression, OverWindow } from '#table/expressions/expression';
import type { LogicalPlan, NamedAggregate, OverNode } from '#table/logical/logical-plan';

type Over = Expression & { readonly kind: 'over' };

/** The plan with all windows of the expressions below, and the expressions over its columns. */
export function planOver(input: LogicalPlan, expressions: readonly Expression[]): { readonly plan: LogicalPlan; readonly expressions: readonly Expression[] } {
  if (!expressions.some((expression) => someExpression(expression, ({ kind }) => kind === 'over'))) return { plan: input, expressions };
  const groups = new Map<string, { readonly window: OverWindow; readonly calls: Map<string, Over> }>();
  for (const expression of expressions) collect(expression, groups);
  let plan = input;
  const columns = new Map<string, Expression>();
  for (const { window, calls } of groups.values()) {
    const start = plan.rowType.fields.length;
    const named = [...calls.values()].map((over, index): NamedAggregate => ({ name: `w0$o${start + index}`, call: over.call, type: over.type }));
    [...calls.keys()].forEach((digest, index) => columns.set(digest, { kind: 'input', index: start + index, type: named[index]!.type }));
    const node: OverNode = { kind: 'over', input: plan, window, calls: named, rowType: { kind: 'ROW', isNullable: false, fields: [...plan.rowType.fields, ...named.map(({ name, type }) => ({ name, type }))] } };
    plan = node;
  }
  return { plan, expressions: expressions.map((expression) => replaceExpression(expression, (node) => (node.kind === 'over' ? columns.get(expressionDigest(node)) : undefined))) };
}

function collect(expression: Expression, groups: Map<string, { readonly window: OverWindow; readonly calls: Map<string, Over> }>): void {
  replaceExpression(expression, (node) => {
    if (node.kind !== 'over') return undefined;
    const key = windowDigest(node.window);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { window: node.window, calls: new Map() }));
    group.calls.set(expressionDigest(node), node);
    return node;
  });
}

export function windowDigest(window: OverWindow): string {
  const bound = (part: OverWindow['lower']): string => (part.kind === 'PRECEDING' || part.kind === 'FOLLOWING' ? `${part.kind} ${expressionDigest(part.offset)}` : part.kind);
  return [
    window.partitionBy.map(expressionDigest).join(), window.orderBy.map((key) => `${expressionDigest(key.expression)}${key.isAscending}${key.isNullsFirst}`).join(), window.unit, bound(window.lower), bound(window.upper),
  ].join('|');
}
