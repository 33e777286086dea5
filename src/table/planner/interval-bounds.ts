// Bounds that a join condition puts on the distance of a left and a right time attribute: `l.ts BETWEEN r.ts - INTERVAL '5' MINUTE AND r.ts`.
import type { IntervalBounds } from '#table/exec/interval-join-exec';
import { conjunctsOf } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';

interface TimeTerm {
  readonly column: number;
  readonly time: 'rowtime' | 'proctime';
  readonly offsetMs: number;
}

interface Bound {
  readonly lowerMs: number;
  readonly upperMs: number;
  readonly left: TimeTerm;
  readonly right: TimeTerm;
}

/** Undefined where the distance is not bounded on both sides. `rest`: the conjuncts that are no bounds. */
export function intervalBoundsOf(condition: Expression, leftWidth: number, reduce: (expression: Expression) => Expression): { readonly bounds: IntervalBounds; readonly rest: readonly Expression[] } | undefined {
  let [lowerMs, upperMs] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  let pair: Bound | undefined;
  const rest: Expression[] = [];
  for (const part of conjunctsOf(condition)) {
    const bound = boundOf(part, leftWidth, reduce);
    const isOfPair = bound !== undefined && (pair === undefined || (bound.left.column === pair.left.column && bound.right.column === pair.right.column));
    if (!isOfPair) {
      rest.push(part);
      continue;
    }
    pair ??= bound;
    lowerMs = Math.max(lowerMs, bound.lowerMs);
    upperMs = Math.min(upperMs, bound.upperMs);
  }
  if (pair === undefined || !Number.isFinite(lowerMs) || !Number.isFinite(upperMs)) return undefined;
  return { bounds: { isRowtime: pair.left.time === 'rowtime', lowerMs, upperMs, leftTimeColumn: pair.left.column, rightTimeColumn: pair.right.column - leftWidth }, rest };
}

const FLIPPED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=' };

function boundOf(part: Expression, leftWidth: number, reduce: (expression: Expression) => Expression): Bound | undefined {
  if (part.kind !== 'call' || part.arguments.length !== 2 || FLIPPED[part.function.name] === undefined) return undefined;
  const [a, b] = part.arguments.map((argument) => timeTerm(argument, reduce));
  if (a === undefined || b === undefined || a.time !== b.time || a.column < leftWidth === b.column < leftWidth) return undefined;
  const isInOrder = a.column < leftWidth;
  const [left, right] = isInOrder ? [a, b] : [b, a];
  const operator = isInOrder ? part.function.name : FLIPPED[part.function.name]!;
  // left + p  op  right + q  is  left - right  op  q - p.
  const distance = right.offsetMs - left.offsetMs;
  const [lowest, highest] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  switch (operator) {
    case '<': return { left, right, lowerMs: lowest, upperMs: distance - 1 };
    case '<=': return { left, right, lowerMs: lowest, upperMs: distance };
    case '>': return { left, right, lowerMs: distance + 1, upperMs: highest };
    case '>=': return { left, right, lowerMs: distance, upperMs: highest };
    default: return { left, right, lowerMs: distance, upperMs: distance };
  }
}

/** A time attribute with constants added and taken away. */
function timeTerm(expression: Expression, reduce: (expression: Expression) => Expression): TimeTerm | undefined {
  if (expression.kind === 'input') {
    const { type } = expression;
    return (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') && type.time !== 'regular' ? { column: expression.index, time: type.time, offsetMs: 0 } : undefined;
  }
  // A cast to another precision keeps the moment.
  if (expression.kind === 'cast') return expression.type.kind === expression.operand.type.kind ? timeTerm(expression.operand, reduce) : undefined;
  if (expression.kind !== 'call' || (expression.function.name !== 'DATETIME +' && expression.function.name !== 'DATETIME -')) return undefined;
  const [moment, amount] = expression.arguments;
  const base = moment === undefined ? undefined : timeTerm(moment, reduce);
  const constant = amount?.type.kind === 'INTERVAL_DAY_TIME' ? reduce(amount) : undefined;
  if (base === undefined || constant?.kind !== 'literal' || typeof constant.value !== 'number') return undefined;
  return { ...base, offsetMs: base.offsetMs + (expression.function.name === 'DATETIME +' ? constant.value : -constant.value) };
}
