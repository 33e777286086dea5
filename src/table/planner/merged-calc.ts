// A Calc over an input; over another Calc it becomes one with it, unless a random value would be computed twice; over normalised upserts
// its filter and the columns that it reads go to where the upserts are kept.
import { CalcExec } from '#table/exec/calc-exec';
import { ScanExec } from '#table/exec/scan-exec';
import { ChangelogNormalizeExec } from '#table/exec/changelog-normalize-exec';
import type { ExecNode } from '#table/exec/exec-node';
import { conjunctionOf, conjunctsOf, inlineProjection, inputsUsed, isTrueLiteral, shiftInputs } from '#table/expressions/conditions';
import { isDeterministic } from '#table/expressions/expression-facts';
import type { Expression } from '#table/expressions/expression';
import { hasAsyncCall, planAsyncCalc } from '#table/planner/async-calls';
import type { RowType } from '#table/types/logical-type';

/** @param expressions undefined = all columns of the input. */
export function mergedCalc(input: ExecNode, expressions: readonly Expression[] | undefined, condition: Expression | undefined, rowType: RowType): ExecNode {
  const all = expressions ?? columnsOf(input);
  if ((condition !== undefined && hasAsyncCall(condition)) || all.some(hasAsyncCall)) return planAsyncCalc(input, { expressions: all, condition }, rowType, mergedCalc);
  if (!(input instanceof CalcExec) || !input.expressions.every(isDeterministic)) return simplified(new CalcExec(input, all, condition, rowType));
  const inline = (expression: Expression): Expression => inlineProjection(expression, input.expressions);
  const conditions = [input.condition, condition === undefined ? undefined : inline(condition)].filter((part) => part !== undefined);
  return simplified(new CalcExec(input.inputs[0]!, all.map(inline), conditions.length === 0 ? undefined : conjunctionOf(conditions), rowType));
}

const columnsOf = (input: ExecNode): readonly Expression[] => input.rowType.fields.map((field, index) => ({ kind: 'input', index, type: field.type }));

function simplified(calc: CalcExec): ExecNode {
  const [input] = calc.inputs;
  if (input instanceof ScanExec && input.source.withFilters !== undefined && input.watermark === undefined && input.limit === undefined) return pushedIntoScan(calc, input);
  return input instanceof ChangelogNormalizeExec && input.condition === undefined ? pushedIntoNormalize(calc, input) : calc;
}

/** Conditions that the source of a table applies itself, and the columns that are read of it. */
function pushedIntoScan(calc: CalcExec, scan: ScanExec): ExecNode {
  const conditions = calc.condition === undefined ? [] : conjunctsOf(calc.condition);
  const { source, remaining } = scan.source.withFilters!(conditions.filter(isDeterministic), scan.rowType);
  const left = [...remaining, ...conditions.filter((condition) => !isDeterministic(condition))];
  const used = new Set<number>();
  for (const expression of [...calc.expressions, ...left]) inputsUsed(expression, used);
  const applied = conditions.filter((condition) => !left.includes(condition));
  const usedColumns = used.size === scan.rowType.fields.length ? undefined : [...used].sort((a, b) => a - b);
  return new CalcExec(scan.with({ source, filters: [...scan.filters, ...applied], usedColumns }), calc.expressions, left.length === 0 ? undefined : conjunctionOf(left), calc.rowType);
}

/** A scan, perhaps below a projection, that gives no more rows than these (of each split); undefined where its source cannot end by itself. */
export function limitedScan(node: ExecNode, limit: number): ExecNode | undefined {
  if (node instanceof ScanExec) return node.source.takesLimit === true && node.watermark === undefined ? node.with({ limit: Math.min(limit, node.limit ?? limit) }) : undefined;
  if (!(node instanceof CalcExec) || node.condition !== undefined) return undefined;
  const input = limitedScan(node.inputs[0]!, limit);
  return input && new CalcExec(input, node.expressions, undefined, node.rowType);
}

/** Conditions on the key alone are asked before; all others inside, where a row that fails takes the one before away. */
function pushedIntoNormalize(calc: CalcExec, normalize: ChangelogNormalizeExec): ExecNode {
  const below = normalize.inputs[0]!;
  const conditions = calc.condition === undefined ? [] : conjunctsOf(calc.condition);
  const isOnKey = (condition: Expression): boolean => [...inputsUsed(condition)].every((column) => normalize.keyColumns.includes(column));
  const before = conjunctionOf(conditions.filter(isOnKey));
  const inside = conjunctionOf(conditions.filter((condition) => !isOnKey(condition)));
  const used = new Set(normalize.keyColumns);
  for (const expression of calc.expressions) inputsUsed(expression, used);
  inputsUsed(inside, used);
  const kept = [...used].sort((a, b) => a - b);
  const isSame = kept.length === below.rowType.fields.length;
  if (isSame && isTrueLiteral(before) && isTrueLiteral(inside)) return calc;
  const all = columnsOf(below);
  const source = isSame && isTrueLiteral(before) ? below : mergedCalc(below, kept.map((column) => all[column]!), isTrueLiteral(before) ? undefined : before, { ...below.rowType, fields: kept.map((column) => below.rowType.fields[column]!) });
  const move = (expression: Expression): Expression => shiftInputs(expression, (column) => kept.indexOf(column));
  const node = new ChangelogNormalizeExec(source, normalize.keyColumns.map((column) => kept.indexOf(column)), normalize.options, isTrueLiteral(inside) ? undefined : move(inside));
  return new CalcExec(node, calc.expressions.map(move), undefined, calc.rowType);
}
