// `table.optimizer.join-reorder-enabled`: inner joins that follow each other are joined anew, the pair with the smallest result first
// (greedy operator ordering), pairs without a condition last. Invariant: the same rows and columns; with nothing to choose by, the order
// of the query. Joins with hints or times per input, of windows and of time attributes stay as they are.
import { conjunctionOf, conjunctsOf, inlineProjection, inputsUsed, isTrueLiteral, shiftInputs } from '#table/expressions/conditions';
import { isDeterministic, someExpression } from '#table/expressions/expression-facts';
import type { Expression } from '#table/expressions/expression';
import { joinedRowType } from '#table/logical/joined-row-type';
import { inputsOf, withInputs, type JoinNode, type LogicalPlan } from '#table/logical/logical-plan';
import { joinedRows, sideOf, type RowEstimates } from '#table/optimizer/estimated-rows';

/** Inner joins as one: columns are counted over all leaves in the order of the query. */
interface MultiJoin {
  readonly leaves: readonly LogicalPlan[];
  readonly conditions: readonly Expression[];
  /** The columns of the joins' result. */
  readonly outputs: readonly Expression[];
}

/** A part that is joined already, and the columns (as MultiJoin counts them) that it has, in its order. */
interface JoinedPart {
  readonly plan: LogicalPlan;
  readonly columns: readonly number[];
}

export function reorderJoins(plan: LogicalPlan, estimates: RowEstimates): LogicalPlan {
  const joins = plan.kind === 'join' && isMovable(plan) ? multiJoinOf(plan) : undefined;
  if (joins === undefined || joins.leaves.length < 3 || !canReorder(joins)) return withInputs(plan, inputsOf(plan).map((input) => reorderJoins(input, estimates)));
  const leaves = joins.leaves.map((leaf) => reorderJoins(leaf, estimates));
  const whole = joinAll({ ...joins, leaves }, estimates);
  const place = (column: number): number => whole.columns.indexOf(column);
  return { kind: 'project', input: whole.plan, expressions: joins.outputs.map((expression) => shiftInputs(expression, place)), rowType: plan.rowType };
}

const isMovable = (join: JoinNode): boolean => join.joinType === 'INNER' && join.hints.length === 0 && join.stateTtl === undefined;

function multiJoinOf(plan: LogicalPlan): MultiJoin {
  if (plan.kind === 'join' && isMovable(plan)) {
    const left = multiJoinOf(plan.left);
    const right = multiJoinOf(plan.right);
    const width = left.leaves.reduce((sum, leaf) => sum + leaf.rowType.fields.length, 0);
    const shifted = (expression: Expression): Expression => shiftInputs(expression, (index) => index + width);
    const outputs = [...left.outputs, ...right.outputs.map(shifted)];
    const conditions = [...left.conditions, ...right.conditions.map(shifted), ...conjunctsOf(plan.condition).map((condition) => inlineProjection(condition, outputs))];
    return { leaves: [...left.leaves, ...right.leaves], conditions, outputs };
  }
  if (plan.kind === 'project' && plan.input.kind === 'join' && plan.expressions.every(isDeterministic)) {
    const below = multiJoinOf(plan.input);
    return { ...below, outputs: plan.expressions.map((expression) => inlineProjection(expression, below.outputs)) };
  }
  return { leaves: [plan], conditions: [], outputs: plan.rowType.fields.map(({ type }, index) => ({ kind: 'input', index, type })) };
}

function canReorder({ leaves, conditions }: MultiJoin): boolean {
  if (leaves.some(hasWindow)) return false;
  return conditions.every((condition) => isDeterministic(condition) && !someExpression(condition, ({ kind }) => kind === 'correlated' || kind === 'subquery') && !comparesTimeAttributes(condition));
}

const hasWindow = (plan: LogicalPlan): boolean => plan.kind === 'window-table' || inputsOf(plan).some(hasWindow);

/** Of two inputs: a bound of an interval join, whose sides must stay side by side. */
function comparesTimeAttributes(condition: Expression): boolean {
  const times = new Set<number>();
  someExpression(condition, (node) => {
    if (node.kind === 'input' && (node.type.kind === 'TIMESTAMP' || node.type.kind === 'TIMESTAMP_LTZ') && node.type.time !== 'regular') times.add(node.index);
    return false;
  });
  return times.size > 1;
}

function joinAll({ leaves, conditions }: MultiJoin, estimates: RowEstimates): JoinedPart {
  let parts: JoinedPart[] = [];
  let open = conditions;
  let width = 0;
  for (const plan of leaves) {
    const columns = plan.rowType.fields.map((_, index) => width + index);
    width += columns.length;
    const own = open.filter((condition) => isOver(condition, columns));
    open = open.filter((condition) => !own.includes(condition));
    parts.push({ plan: filtered(plan, own.map((condition) => renumbered(condition, columns))), columns });
  }
  while (parts.length > 1) {
    const { left, right, on } = bestPair(parts, open, estimates);
    open = open.filter((condition) => !on.includes(condition));
    const [a, b] = [parts[left]!, parts[right]!];
    const columns = [...a.columns, ...b.columns];
    const plan: JoinNode = { kind: 'join', joinType: 'INNER', left: a.plan, right: b.plan, condition: conjunctionOf(on.map((condition) => renumbered(condition, columns))), hints: [], rowType: joinedRowType(a.plan.rowType, b.plan.rowType, 'INNER') };
    parts = parts.flatMap((part, index) => (index === left ? [{ plan, columns }] : index === right ? [] : [part]));
  }
  const [whole] = parts;
  return { ...whole!, plan: filtered(whole!.plan, open) };
}

interface Pair {
  readonly left: number;
  readonly right: number;
  readonly on: readonly Expression[];
}

/** The pair with the fewest rows among those with a condition, else among all; of equal ones the first. */
function bestPair(parts: readonly JoinedPart[], open: readonly Expression[], estimates: RowEstimates): Pair {
  const sides = parts.map(({ plan }) => sideOf(plan, estimates));
  let best: (Pair & { readonly rows: number }) | undefined;
  for (let left = 0; left < parts.length; left++) {
    for (let right = left + 1; right < parts.length; right++) {
      const columns = [...parts[left]!.columns, ...parts[right]!.columns];
      const on = open.filter((condition) => isOver(condition, columns));
      const rows = joinedRows(sides[left]!, sides[right]!, on.map((condition) => renumbered(condition, columns)));
      const isBetter = best === undefined || (on.length > 0 && best.on.length === 0) || (on.length > 0 === best.on.length > 0 && rows < best.rows);
      if (isBetter) best = { left, right, on, rows };
    }
  }
  return best!;
}

/** A condition without columns is over none: it is left for the end. */
function isOver(condition: Expression, columns: readonly number[]): boolean {
  const used = inputsUsed(condition);
  return used.size > 0 && [...used].every((index) => columns.includes(index));
}

const renumbered = (condition: Expression, columns: readonly number[]): Expression => shiftInputs(condition, (index) => columns.indexOf(index));

function filtered(plan: LogicalPlan, conditions: readonly Expression[]): LogicalPlan {
  const condition = conjunctionOf(conditions);
  return isTrueLiteral(condition) ? plan : { kind: 'filter', input: plan, condition, rowType: plan.rowType };
}
