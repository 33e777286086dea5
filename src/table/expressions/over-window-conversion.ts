// What stands behind OVER: partition, order and frame, with named windows followed, and with the checks of SQL:2003, section 7.11, in Calcite's words.
import type { Expression, OverBound, OverWindow, SortKey } from '#table/expressions/expression';
import type { ConversionParts } from '#table/expressions/call-conversion';
import { failAt, type ExpressionScope } from '#table/expressions/expression-scope';
import type { AggregateFunctionDefinition } from '#table/functions/function-definition';
import type { CallExpression } from '#table/parser/ast-expression';
import type { FrameBound, SortItem, WindowFrame, WindowSpecification } from '#table/parser/ast-query';
import { isNumeric } from '#table/types/type-families';

type SortKeyOf = (item: SortItem, scope: ExpressionScope) => SortKey;

const NEED_ORDER = new Set(['RANK', 'DENSE_RANK', 'PERCENT_RANK', 'CUME_DIST']);
const TIMES = new Set(['DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMP_LTZ']);

/** The window of a call with OVER, with what it takes from a named one. */
export function windowOf(node: CallExpression, scope: ExpressionScope): WindowSpecification {
  const over = node.over!;
  if (over.kind === 'identifier') return scope.findWindow?.(over) ?? failAt(scope, `Window '${over.name}' not found`, over.span);
  if (over.base === undefined) return over;
  const base = scope.findWindow?.(over.base) ?? failAt(scope, `Window '${over.base.name}' not found`, over.base.span);
  if (over.partitionBy.length > 0) return failAt(scope, 'PARTITION BY not allowed with existing window reference', over.span);
  if (over.orderBy.length > 0 && base.orderBy.length > 0) return failAt(scope, 'ORDER BY not allowed in both base and referenced windows', over.span);
  if (base.frame !== undefined) return failAt(scope, 'Referenced window cannot have framing declarations', over.span);
  return { ...over, base: undefined, partitionBy: base.partitionBy, orderBy: over.orderBy.length > 0 ? over.orderBy : base.orderBy };
}

export function overWindow(specification: WindowSpecification, definition: AggregateFunctionDefinition, scope: ExpressionScope, parts: ConversionParts, sortKeyOf: SortKeyOf): OverWindow {
  const inner: ExpressionScope = { ...scope, allowsOver: false, clause: 'OVER' };
  const partitionBy = specification.partitionBy.map((expression) => parts.convert(expression, inner));
  const orderBy = specification.orderBy.map((item) => sortKeyOf(item, inner));
  const { frame } = specification;
  const isOrdered = orderBy.length > 0;
  if (!isOrdered && NEED_ORDER.has(definition.name)) return failAt(scope, `${definition.name} function requires ORDER BY clause in window specification`, specification.span);
  if (definition.isOverOnly === true) {
    if (frame !== undefined) return failAt(scope, `ROW/RANGE not allowed with ${definition.name} function`, frame.span);
    return { partitionBy, orderBy, unit: 'ROWS', lower: { kind: 'UNBOUNDED_PRECEDING' }, upper: { kind: 'CURRENT_ROW' } };
  }
  if (frame === undefined) {
    return { partitionBy, orderBy, unit: 'RANGE', lower: { kind: 'UNBOUNDED_PRECEDING' }, upper: { kind: isOrdered ? 'CURRENT_ROW' : 'UNBOUNDED_FOLLOWING' } };
  }
  checkRange(frame, orderBy, scope);
  const bound = (node: FrameBound): OverBound => boundOf(node, frame, orderBy, { convert: (offset) => parts.convert(offset, inner), scope });
  return { partitionBy, orderBy, unit: frame.unit, lower: bound(frame.start), upper: frame.end === undefined ? { kind: 'CURRENT_ROW' } : bound(frame.end) };
}

function checkRange(frame: WindowFrame, orderBy: readonly SortKey[], scope: ExpressionScope): void {
  if (frame.unit !== 'RANGE') return;
  if (orderBy.length === 0) failAt(scope, 'Window specification must contain an ORDER BY clause', frame.span);
  if (orderBy.length > 1) failAt(scope, 'RANGE clause cannot be used with compound ORDER BY clause', frame.span);
}

function boundOf(node: FrameBound, frame: WindowFrame, orderBy: readonly SortKey[], { convert, scope }: { readonly convert: (offset: NonNullable<FrameBound['offset']>) => Expression; readonly scope: ExpressionScope }): OverBound {
  if (node.bound !== 'PRECEDING' && node.bound !== 'FOLLOWING') return { kind: node.bound.replaceAll(' ', '_') as 'UNBOUNDED_PRECEDING' | 'UNBOUNDED_FOLLOWING' | 'CURRENT_ROW' };
  const offset = convert(node.offset);
  if (frame.unit === 'ROWS') {
    const isCount = offset.kind === 'literal' && (offset.type.kind === 'INT' || offset.type.kind === 'BIGINT') && (offset.value as number) >= 0;
    if (!isCount) return failAt(scope, 'ROWS value must be a non-negative integral constant', node.offset.span);
  } else {
    checkRangeOffset(offset, orderBy[0]!, scope, node);
  }
  return { kind: node.bound, offset };
}

/** What is added to a time is an interval, what is added to a number a number; to nothing else can anything be added. */
function checkRangeOffset(offset: Expression, { expression: { type } }: SortKey, scope: ExpressionScope, node: FrameBound): void {
  const isTime = TIMES.has(type.kind);
  if (!isTime && !isNumeric(type)) failAt(scope, 'Data type of ORDER BY prohibits use of RANGE clause', node.span);
  const isFitting = isTime ? offset.type.kind === 'INTERVAL_DAY_TIME' || offset.type.kind === 'INTERVAL_YEAR_MONTH' : isNumeric(offset.type);
  if (!isFitting) failAt(scope, 'Data Type mismatch between ORDER BY and RANGE clause', node.span);
}
