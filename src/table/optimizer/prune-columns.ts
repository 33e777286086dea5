// Leaves out columns that nobody above reads: they are neither kept in state nor sent. Top-down: each node gets the columns that are
// wanted of it and gives a plan with at least those, and where each old column is now.
import { inputsUsed, shiftInputs } from '#table/expressions/conditions';
import type { Expression, SortKey } from '#table/expressions/expression';
import { joinedRowType } from '#table/logical/joined-row-type';
import { isFunctionChain, mapFunctionChain } from '#table/logical/function-chain';
import { inputsOf, withInputs, type AggregateNode, type CorrelateNode, type JoinNode, type LogicalPlan, type OverNode, type ProjectNode, type TemporalJoinNode } from '#table/logical/logical-plan';
import type { RowType } from '#table/types/logical-type';

interface Pruned {
  readonly plan: LogicalPlan;
  /** New position by old one; -1 = left out. */
  readonly positions: readonly number[];
}

export function pruneColumns(plan: LogicalPlan): LogicalPlan {
  return whole(plan);
}

const allOf = (plan: LogicalPlan): Set<number> => new Set(plan.rowType.fields.keys());
const identity = (plan: LogicalPlan): Pruned => ({ plan, positions: plan.rowType.fields.map((_, index) => index) });

/** All columns, in their old places. */
function whole(plan: LogicalPlan): LogicalPlan {
  const { plan: pruned, positions } = prune(plan, allOf(plan));
  return positions.every((position, index) => position === index) && pruned.rowType.fields.length === positions.length ? pruned : rearranged(pruned, positions, plan.rowType);
}

function rearranged(plan: LogicalPlan, positions: readonly number[], rowType: RowType): LogicalPlan {
  return { kind: 'project', input: plan, expressions: positions.map((index, old) => ({ kind: 'input', index, type: rowType.fields[old]!.type })), rowType };
}

function prune(plan: LogicalPlan, wanted: ReadonlySet<number>): Pruned {
  switch (plan.kind) {
    case 'project': return pruneProject(plan, wanted);
    case 'filter': {
      const needed = new Set([...wanted, ...inputsUsed(plan.condition)]);
      const input = prune(plan.input, needed);
      const filter: LogicalPlan = { ...plan, input: input.plan, condition: moved(plan.condition, input.positions), rowType: input.plan.rowType };
      return { plan: filter, positions: input.positions };
    }
    case 'join': return pruneJoin(plan, wanted);
    case 'temporal-join': return pruneTemporalJoin(plan, wanted);
    case 'correlate': return pruneCorrelate(plan, wanted);
    case 'aggregate': return pruneAggregate(plan, wanted);
    case 'over': return pruneOver(plan, wanted);
    case 'sort': {
      const needed = new Set([...wanted, ...plan.keys.flatMap((key) => [...inputsUsed(key.expression)])]);
      const input = prune(plan.input, needed);
      return { plan: { ...plan, input: input.plan, keys: movedKeys(plan.keys, input.positions), rowType: input.plan.rowType }, positions: input.positions };
    }
    case 'watermark': {
      const input = prune(plan.input, new Set([...wanted, plan.timeColumn, ...inputsUsed(plan.expression)]));
      const fields = input.plan.rowType.fields.map((field, index) => (index === input.positions[plan.timeColumn] ? plan.rowType.fields[plan.timeColumn]! : field));
      return { plan: { ...plan, input: input.plan, timeColumn: input.positions[plan.timeColumn]!, expression: moved(plan.expression, input.positions), rowType: { ...plan.rowType, fields } }, positions: input.positions };
    }
    case 'window-table': {
      const width = plan.input.rowType.fields.length;
      const { timeColumn, partitionColumns } = plan.spec;
      const input = prune(plan.input, new Set([...[...wanted].filter((index) => index < width), timeColumn, ...partitionColumns]));
      const newWidth = input.plan.rowType.fields.length;
      const positions = plan.rowType.fields.map((_, index) => (index < width ? input.positions[index]! : newWidth + index - width));
      const spec = { ...plan.spec, timeColumn: input.positions[timeColumn]!, partitionColumns: partitionColumns.map((column) => input.positions[column]!) };
      const fields = [...input.plan.rowType.fields, ...plan.rowType.fields.slice(width)];
      return { plan: { ...plan, input: input.plan, spec, rowType: { ...plan.rowType, fields } }, positions };
    }
    case 'set-operation': {
      if (plan.operator !== 'UNION' || !plan.isAll) return identity(withInputs(plan, inputsOf(plan).map(whole)));
      return pruneUnion(plan, wanted);
    }
    default: return identity(withInputs(plan, inputsOf(plan).map(whole)));
  }
}

function pruneProject(plan: ProjectNode, wanted: ReadonlySet<number>): Pruned {
  const kept = plan.expressions.map((_, index) => index).filter((index) => wanted.has(index));
  // A relation keeps a column, or its rows could not be counted.
  if (kept.length === 0 && plan.expressions.length > 0) kept.push(0);
  const needed = new Set(kept.flatMap((index) => [...inputsUsed(plan.expressions[index]!)]));
  const input = prune(plan.input, needed);
  const positions = plan.expressions.map((_, index) => kept.indexOf(index));
  return {
    plan: { ...plan, input: input.plan, expressions: kept.map((index) => moved(plan.expressions[index]!, input.positions)), rowType: { ...plan.rowType, fields: kept.map((index) => plan.rowType.fields[index]!) } },
    positions,
  };
}

function pruneJoin(plan: JoinNode, wanted: ReadonlySet<number>): Pruned {
  const leftWidth = plan.left.rowType.fields.length;
  const isHalf = plan.joinType === 'SEMI' || plan.joinType === 'ANTI';
  const needed = new Set([...wanted, ...inputsUsed(plan.condition)]);
  const left = narrowed(plan.left, new Set([...needed].filter((index) => index < leftWidth)));
  const right = narrowed(plan.right, new Set([...needed].filter((index) => index >= leftWidth).map((index) => index - leftWidth)));
  const newLeftWidth = left.plan.rowType.fields.length;
  const all = [...left.positions, ...right.positions.map((position) => (position < 0 ? -1 : position + newLeftWidth))];
  const node: JoinNode = { ...plan, left: left.plan, right: right.plan, condition: moved(plan.condition, all), rowType: joinedRowType(left.plan.rowType, right.plan.rowType, plan.joinType) };
  return { plan: node, positions: isHalf ? left.positions : all };
}

/** A join keeps rows of its inputs, so what these cannot leave out themselves (tables, filters by columns that nobody reads later) goes in a projection. */
function narrowed(plan: LogicalPlan, wanted: ReadonlySet<number>): Pruned {
  const { plan: pruned, positions } = prune(plan, wanted);
  const kept = [...wanted].sort((a, b) => a - b);
  if (kept.length === 0) kept.push(positions.findIndex((position) => position >= 0));
  if (kept.length >= pruned.rowType.fields.length) return { plan: pruned, positions };
  const columns = kept.map((index) => positions[index]!);
  const rowType: RowType = { ...pruned.rowType, fields: columns.map((index) => pruned.rowType.fields[index]!) };
  return { plan: { kind: 'project', input: pruned, expressions: columns.map((index) => ({ kind: 'input', index, type: pruned.rowType.fields[index]!.type })), rowType }, positions: positions.map((_, index) => kept.indexOf(index)) };
}

/** The version table is left whole: its primary key and its time are read beside what the query names. */
function pruneTemporalJoin(plan: TemporalJoinNode, wanted: ReadonlySet<number>): Pruned {
  const width = plan.left.rowType.fields.length;
  const needed = new Set([...wanted, ...inputsUsed(plan.condition), ...inputsUsed(plan.time)]);
  const left = prune(plan.left, new Set([...needed].filter((index) => index < width)));
  const right = whole(plan.right);
  const newWidth = left.plan.rowType.fields.length;
  const positions = [...left.positions, ...right.rowType.fields.map((_, index) => newWidth + index)];
  const node: TemporalJoinNode = {
    ...plan, left: left.plan, right, time: moved(plan.time, positions), condition: moved(plan.condition, positions), rowType: joinedRowType(left.plan.rowType, right.rowType, plan.joinType),
  };
  return { plan: node, positions };
}

/** Of the left; the function's arguments read it too. */
function pruneCorrelate(plan: CorrelateNode, wanted: ReadonlySet<number>): Pruned {
  if (!isFunctionChain(plan.right)) return identity(withInputs(plan, inputsOf(plan).map(whole)));
  const width = plan.left.rowType.fields.length;
  const needed = new Set([...wanted, ...(plan.condition === undefined ? [] : inputsUsed(plan.condition))].filter((index) => index < width));
  mapFunctionChain(plan.right, (reference) => {
    if (reference.depth === 1) needed.add(reference.index);
    return reference;
  });
  const left = prune(plan.left, needed);
  const right = mapFunctionChain(plan.right, (reference) => (reference.depth === 1 ? { ...reference, index: left.positions[reference.index]! } : reference));
  const newWidth = left.plan.rowType.fields.length;
  const positions = [...left.positions, ...right.rowType.fields.map((_, index) => newWidth + index)];
  const node: CorrelateNode = {
    ...plan, left: left.plan, right, condition: plan.condition === undefined ? undefined : moved(plan.condition, positions), rowType: joinedRowType(left.plan.rowType, right.rowType, plan.joinType),
  };
  return { plan: node, positions };
}

function pruneAggregate(plan: AggregateNode, wanted: ReadonlySet<number>): Pruned {
  const { groupColumns, aggregates } = plan;
  const isDropped = (index: number): boolean => !wanted.has(groupColumns.length + index);
  const canDrop = plan.groupingSets.length === 1 && plan.groupWindow === undefined;
  const kept = aggregates.filter((_, index) => !canDrop || !isDropped(index));
  const needed = new Set<number>(groupColumns);
  for (const { call } of kept) for (const part of [...call.arguments, ...(call.filter === undefined ? [] : [call.filter]), ...call.orderBy.map((key) => key.expression)]) inputsUsed(part, needed);
  if (plan.groupWindow !== undefined) needed.add(plan.groupWindow.timeColumn);
  const input = prune(plan.input, needed);
  let next = groupColumns.length;
  const positions = plan.rowType.fields.map((_, index) => {
    if (index < groupColumns.length) return index;
    const isAggregate = index < groupColumns.length + aggregates.length;
    return isAggregate && canDrop && isDropped(index - groupColumns.length) ? -1 : next++;
  });
  const node: AggregateNode = {
    ...plan, input: input.plan, groupColumns: groupColumns.map((column) => input.positions[column]!),
    aggregates: kept.map((aggregate) => ({ ...aggregate, call: movedCall(aggregate.call, input.positions) })),
    rowType: { ...plan.rowType, fields: plan.rowType.fields.filter((_, index) => positions[index] !== -1) },
    ...(plan.groupWindow === undefined ? {} : { groupWindow: { ...plan.groupWindow, timeColumn: input.positions[plan.groupWindow.timeColumn]! } }),
  };
  return { plan: node, positions };
}

function pruneOver(plan: OverNode, wanted: ReadonlySet<number>): Pruned {
  const width = plan.input.rowType.fields.length;
  const needed = new Set([...wanted].filter((index) => index < width));
  const { window } = plan;
  for (const part of [...window.partitionBy, ...window.orderBy.map((key) => key.expression)]) inputsUsed(part, needed);
  for (const { call } of plan.calls) for (const part of [...call.arguments, ...(call.filter === undefined ? [] : [call.filter])]) inputsUsed(part, needed);
  const input = prune(plan.input, needed);
  const newWidth = input.plan.rowType.fields.length;
  const node: OverNode = {
    ...plan, input: input.plan, calls: plan.calls.map((call) => ({ ...call, call: movedCall(call.call, input.positions) })),
    window: { ...window, partitionBy: window.partitionBy.map((part) => moved(part, input.positions)), orderBy: movedKeys(window.orderBy, input.positions) },
    rowType: { ...plan.rowType, fields: [...input.plan.rowType.fields, ...plan.rowType.fields.slice(width)] },
  };
  return { plan: node, positions: plan.rowType.fields.map((_, index) => (index < width ? input.positions[index]! : newWidth + index - width)) };
}

function pruneUnion(plan: LogicalPlan & { kind: 'set-operation' }, wanted: ReadonlySet<number>): Pruned {
  const kept = plan.rowType.fields.map((_, index) => index).filter((index) => wanted.has(index));
  if (kept.length === 0) kept.push(0);
  const rowType: RowType = { ...plan.rowType, fields: kept.map((index) => plan.rowType.fields[index]!) };
  const inputs = plan.inputs.map((input) => {
    const pruned = prune(input, new Set(kept));
    const positions = kept.map((index) => pruned.positions[index]!);
    const isSame = pruned.plan.rowType.fields.length === kept.length && positions.every((position, index) => position === index);
    return isSame ? pruned.plan : rearranged(pruned.plan, positions, { ...rowType, fields: kept.map((index) => input.rowType.fields[index]!) });
  });
  return { plan: { ...plan, inputs, rowType }, positions: plan.rowType.fields.map((_, index) => kept.indexOf(index)) };
}

const moved = (expression: Expression, positions: readonly number[]): Expression => shiftInputs(expression, (index) => positions[index]!);
const movedKeys = (keys: readonly SortKey[], positions: readonly number[]): readonly SortKey[] => keys.map((key) => ({ ...key, expression: moved(key.expression, positions) }));

function movedCall(call: OverNode['calls'][number]['call'], positions: readonly number[]): OverNode['calls'][number]['call'] {
  return {
    ...call, arguments: call.arguments.map((argument) => moved(argument, positions)), filter: call.filter === undefined ? undefined : moved(call.filter, positions),
    orderBy: movedKeys(call.orderBy, positions),
  };
}
