// Filters sink as deep as they can: through projections, into and below joins, below unions and grouping columns. What stops them:
// watermarks (every row counts there), limits, window functions, the side of an outer join that may be NULLs.
import { conjunctionOf, conjunctsOf, inlineProjection, inputsUsed, isTrueLiteral, shiftInputs } from '#table/expressions/conditions';
import { isDeterministic, someExpression } from '#table/expressions/expression-facts';
import type { Expression } from '#table/expressions/expression';
import { inputsOf, withInputs, type JoinNode, type LogicalPlan } from '#table/logical/logical-plan';
import type { OptimizerContext } from '#table/optimizer/optimize';
import { joinedRowType } from '#table/logical/joined-row-type';
import { rejectsNulls } from '#table/optimizer/rejects-nulls';

export function pushFilters(plan: LogicalPlan, context: OptimizerContext): LogicalPlan {
  return push(plan, [], context);
}

/** The plan with all conditions applied, each as deep as it can be. */
function push(plan: LogicalPlan, conditions: readonly Expression[], context: OptimizerContext): LogicalPlan {
  switch (plan.kind) {
    case 'filter': return push(plan.input, [...conjunctsOf(context.reduce(plan.condition)), ...conditions], context);
    case 'project': {
      const [through, above] = split(conditions, (condition) => canInline(condition, plan.expressions));
      return filtered({ ...plan, input: push(plan.input, through.map((condition) => inlineProjection(condition, plan.expressions)), context) }, above);
    }
    case 'join': return pushJoin(plan, conditions, context);
    case 'correlate': case 'temporal-join': {
      const width = plan.left.rowType.fields.length;
      const [left, above] = split(conditions, (condition) => isWithin(condition, 0, width));
      return filtered({ ...plan, left: push(plan.left, left, context), right: push(plan.right, [], context) }, above);
    }
    case 'set-operation': {
      if (plan.operator !== 'UNION') break;
      return { ...plan, inputs: plan.inputs.map((input) => push(input, conditions, context)) };
    }
    case 'aggregate': {
      if (plan.groupingSets.length !== 1 || plan.groupColumns.length === 0) break;
      const [below, above] = split(conditions, (condition) => isWithin(condition, 0, plan.groupColumns.length) && isDeterministic(condition));
      const mapped = below.map((condition) => shiftInputs(condition, (index) => plan.groupColumns[index]!));
      return filtered({ ...plan, input: push(plan.input, mapped, context) }, above);
    }
    case 'sort': {
      if (plan.limit !== undefined || plan.offset > 0) break;
      return { ...plan, input: push(plan.input, conditions, context) };
    }
    default: break;
  }
  return filtered(withInputs(plan, inputsOf(plan).map((input) => push(input, [], context))), conditions);
}

function pushJoin(join: JoinNode, conditions: readonly Expression[], context: OptimizerContext): LogicalPlan {
  const leftWidth = join.left.rowType.fields.length;
  const width = leftWidth + join.right.rowType.fields.length;
  const isHalf = join.joinType === 'SEMI' || join.joinType === 'ANTI';
  const joinType = isHalf ? join.joinType : simplified(join, conditions, leftWidth, width);
  const onLeft = (condition: Expression): boolean => isWithin(condition, 0, leftWidth);
  const onRight = (condition: Expression): boolean => isWithin(condition, leftWidth, width);
  const keepsLeft = joinType !== 'RIGHT' && joinType !== 'FULL';
  const keepsRight = joinType === 'INNER' || joinType === 'RIGHT';
  const left: Expression[] = [];
  const right: Expression[] = [];
  const on: Expression[] = [];
  const above: Expression[] = [];
  for (const condition of conditions) {
    if (!isDeterministic(condition)) above.push(condition);
    else if (keepsLeft && onLeft(condition)) left.push(condition);
    else if (keepsRight && !isHalf && onRight(condition)) right.push(condition);
    else if (joinType === 'INNER') on.push(condition);
    else above.push(condition);
  }
  for (const condition of conjunctsOf(context.reduce(join.condition))) {
    if (!isDeterministic(condition)) on.push(condition);
    // What ON asks of a side that is not kept whole may be asked of its rows before.
    else if (onLeft(condition) && (joinType === 'INNER' || joinType === 'RIGHT' || joinType === 'SEMI')) left.push(condition);
    else if (onRight(condition) && (joinType === 'INNER' || joinType === 'LEFT' || isHalf)) right.push(condition);
    else on.push(condition);
  }
  const leftPlan = push(join.left, left, context);
  const rightPlan = push(join.right, right.map((condition) => shiftInputs(condition, (index) => index - leftWidth)), context);
  const node: JoinNode = { ...join, joinType, left: leftPlan, right: rightPlan, condition: conjunctionOf(on), rowType: joinType === join.joinType ? join.rowType : joinedRowType(join.left.rowType, join.right.rowType, joinType) };
  return filtered(withTypes(node, join), above);
}

/** An outer join whose NULL rows a condition above throws away anyway. */
function simplified(join: JoinNode, conditions: readonly Expression[], leftWidth: number, width: number): JoinNode['joinType'] {
  const { joinType } = join;
  if (joinType === 'INNER') return joinType;
  const rejectsRight = conditions.some((condition) => rejectsNulls(condition, leftWidth, width));
  const rejectsLeft = conditions.some((condition) => rejectsNulls(condition, 0, leftWidth));
  if (joinType === 'LEFT') return rejectsRight ? 'INNER' : 'LEFT';
  if (joinType === 'RIGHT') return rejectsLeft ? 'INNER' : 'RIGHT';
  if (joinType === 'FULL') return rejectsLeft && rejectsRight ? 'INNER' : rejectsLeft ? 'LEFT' : rejectsRight ? 'RIGHT' : 'FULL';
  return joinType;
}

/** Types above a simplified join stay what the query declared: columns may be nullable where they no longer are. */
function withTypes(node: JoinNode, original: JoinNode): JoinNode {
  return { ...node, rowType: original.rowType };
}

function filtered(plan: LogicalPlan, conditions: readonly Expression[]): LogicalPlan {
  const condition = conjunctionOf(conditions);
  return isTrueLiteral(condition) ? plan : { kind: 'filter', input: plan, condition, rowType: plan.rowType };
}

function split(conditions: readonly Expression[], test: (condition: Expression) => boolean): readonly [Expression[], Expression[]] {
  const yes: Expression[] = [];
  const no: Expression[] = [];
  for (const condition of conditions) (test(condition) ? yes : no).push(condition);
  return [yes, no];
}

/** A constant is in no range: it stays where it is. */
function isWithin(condition: Expression, from: number, to: number): boolean {
  const used = inputsUsed(condition);
  return used.size > 0 && [...used].every((index) => index >= from && index < to) && !someExpression(condition, ({ kind }) => kind === 'correlated' || kind === 'subquery');
}

function canInline(condition: Expression, projection: readonly Expression[]): boolean {
  return isDeterministic(condition) && [...inputsUsed(condition)].every((index) => isDeterministic(projection[index]!));
}
