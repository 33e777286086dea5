// Calc: filter and projection as one generated function, fused into the loop of its chain.
import { declareReads } from '#core/codegen/function-access';
import type { Expression } from '#table/expressions/expression';
import { ExpressionCodegen } from '#table/expressions/expression-codegen';
import { inputsUsed, isTrueLiteral } from '#table/expressions/conditions';
import { rewriteExpression, someExpression } from '#table/expressions/expression-facts';
import { expressionText } from '#table/exec/plan-text';
import type { ChangeKinds, ExecNode, TranslatedInput, TranslatedNode, TranslationContext, WindowProperties } from '#table/exec/exec-node';
import { compile, fieldAccess, rowLiteral } from '#table/codegen/row-code';
import { copiesOf, readsOf } from '#table/codegen/row-reads';
import { CURRENT_WATERMARK } from '#table/functions/watermark-functions';
import { ProcessOperator } from '#streaming/process/process-operator';
import { KIND_KEY } from '#table/runtime/row-kind';
import type { FunctionContext } from '#table/functions/function-definition';
import { fieldKeys, nullable, type LogicalType, type RowType } from '#table/types/logical-type';
import { integerRank, isCharacter, isInteger } from '#table/types/type-families';

export class CalcExec implements ExecNode {
  readonly kind = 'Calc';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly expressions: readonly Expression[];
  readonly condition: Expression | undefined;
  readonly upsertKeys: readonly (readonly number[])[];
  readonly window: WindowProperties | undefined;

  constructor(input: ExecNode, expressions: readonly Expression[], condition: Expression | undefined, rowType: RowType) {
    this.inputs = [input];
    this.expressions = expressions;
    this.condition = condition === undefined || isTrueLiteral(condition) ? undefined : condition;
    this.rowType = rowType;
    this.upsertKeys = input.upsertKeys.flatMap((key) => {
      const mapped = key.map((column) => this.#keyOutputOf(column));
      return mapped.includes(-1) ? [] : [mapped];
    });
    this.window = mapWindow(input.window, (column) => this.#outputOf(column));
  }

  get description(): string {
    const { fields } = this.inputs[0]!.rowType;
    const select = this.expressions.map((expression, index) => {
      const text = expressionText(expression, fields);
      const { name } = this.rowType.fields[index]!;
      return text === name ? text : `${text} AS ${name}`;
    });
    return `select=[${select.join(', ')}]${this.condition === undefined ? '' : `, where=[${expressionText(this.condition, fields)}]`}`;
  }

  changes([input]: readonly ChangeKinds[]): ChangeKinds {
    return input!;
  }

  /** A condition on other columns than an upsert key may stop a +U whose -U has to take the old row away. */
  needsUpdateBefore(isRequired: boolean): readonly boolean[] {
    if (isRequired || this.condition === undefined) return [isRequired];
    return [!this.#isOnKey(this.condition)];
  }

  /** A condition on the key alone is known of a deleted row. */
  acceptsDeleteByKey(isAccepted: boolean): readonly boolean[] {
    return [isAccepted && (this.condition === undefined || this.#isOnKey(this.condition))];
  }

  #isOnKey(condition: Expression): boolean {
    const used = inputsUsed(condition);
    return this.inputs[0]!.upsertKeys.some((key) => [...used].every((column) => key.includes(column)));
  }

  /** A filter and a map fuse into straight-line code of their chain, where a flatMap would be a call per row. */
  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    const hashedBy = input!.hashedBy?.map((columns) => columns.map((column) => this.#outputOf(column))).filter((columns) => !columns.includes(-1));
    return { ...this.#translateRows(context, input!), ...(hashedBy === undefined ? {} : { hashedBy }) };
  }

  #translateRows(context: TranslationContext, input: TranslatedInput): TranslatedNode {
    let { transformation } = input;
    if (this.#readsWatermark()) return context.oneInput(transformation, { kind: 'stream', create: () => this.#watermarkOperator(context, input) });
    if (this.condition !== undefined) {
      const apply = filterFunction(this.condition, context.functions, input);
      transformation = context.oneInput(transformation, { kind: 'row', row: { kind: 'filter', apply, acceptsViews: true } }, { name: 'Filter', outputType: transformation.outputType }).transformation;
    }
    return context.oneInput(transformation, { kind: 'row', row: { kind: 'map', apply: projectionFunction(this, context.functions, context, input), acceptsViews: true } });
  }

  #readsWatermark(): boolean {
    return [...this.expressions, ...(this.condition === undefined ? [] : [this.condition])]
      .some((part) => someExpression(part, (node) => node.kind === 'call' && node.function.name === CURRENT_WATERMARK));
  }

  /** Straight-line code does not see watermarks: such a calc is an operator of its own, with functions of its own. */
  #watermarkOperator(context: TranslationContext, input: TranslatedInput): ProcessOperator {
    let watermark = Number.NEGATIVE_INFINITY;
    const following = { ...context.functions, currentWatermark: () => watermark };
    const passes = this.condition === undefined ? undefined : filterFunction(this.condition, following, input);
    const project = projectionFunction(this, following, context, input);
    return new ProcessOperator({
      elements: [(row, { watermark: reached }: { readonly watermark: number }, out) => {
        watermark = reached;
        if (passes === undefined || passes(row)) out.collect(project(row));
      }],
    });
  }

  #outputOf(column: number): number {
    return this.expressions.findIndex((expression) => expression.kind === 'input' && expression.index === column);
  }

  /** Where the column's values stay apart: also behind a cast that loses nothing. */
  #keyOutputOf(column: number): number {
    return this.expressions.findIndex((expression) => {
      const kept = expression.kind === 'cast' && isLossless(expression.operand.type, expression.type) ? expression.operand : expression;
      return kept.kind === 'input' && kept.index === column;
    });
  }
}

/** A cast to a wider type of the same family, or to the same type but for NULL. */
function isLossless(from: LogicalType, to: LogicalType): boolean {
  if (isInteger(from) && isInteger(to)) return integerRank(from) <= integerRank(to);
  if (isCharacter(from) && to.kind === 'VARCHAR') return (from as { readonly length: number }).length <= to.length;
  return JSON.stringify({ ...from, isNullable: true }) === JSON.stringify({ ...to, isNullable: true });
}

export function mapWindow(window: WindowProperties | undefined, map: (column: number) => number): WindowProperties | undefined {
  if (window === undefined) return undefined;
  const [startColumn, endColumn, timeColumn] = [window.startColumn, window.endColumn, window.timeColumn].map((column) => (column < 0 ? -1 : map(column)));
  if (startColumn === -1 && endColumn === -1 && timeColumn === -1) return undefined;
  return { ...window, startColumn: startColumn!, endColumn: endColumn!, timeColumn: timeColumn! };
}

type RowFunction = (row: any) => any; // any: rows of sources have shapes of their own

function accessOf(input: TranslatedInput): (index: number) => string {
  const keys = fieldKeys(input.rowType);
  return (index) => input.access?.('v', index) ?? fieldAccess('v', keys[index]!);
}

function projectionFunction(calc: CalcExec, functions: FunctionContext, context: Pick<TranslationContext, 'hasKind' | 'deletesByKey'>, input: TranslatedInput): RowFunction {
  const codegen = new ExpressionCodegen(functions);
  const access = accessOf(input);
  // A deleted row that has its key only gives NULL for everything else.
  const expressions = context.deletesByKey ? calc.expressions.map((expression) => rewriteExpression(expression, (part) => (part.kind === 'literal' ? part : { ...part, type: nullable(part.type) }))) : calc.expressions;
  const { statements, results } = codegen.generateAll(expressions, access);
  const keys = [...fieldKeys(calc.rowType)];
  const values = results.map(({ value }) => value);
  if (context.hasKind) {
    keys.push(KIND_KEY);
    values.push(fieldAccess('v', KIND_KEY));
  }
  const literal = rowLiteral(keys, values);
  const fn = compile<RowFunction>('v', statements === '' ? `(${literal})` : `{ ${statements}\nreturn ${literal}; }`, codegen.constants);
  const { hasKind } = context;
  return declareReads(fn, readsOf(calc.expressions, access, { hasKind }), copiesOf(calc.expressions, keys, access, { hasKind }));
}

function filterFunction(condition: Expression, functions: FunctionContext, input: TranslatedInput): (row: any) => boolean { // any: as above
  const codegen = new ExpressionCodegen(functions);
  const access = accessOf(input);
  const { statements, condition: test } = codegen.generateCondition(condition, access);
  const fn = compile<(row: any) => boolean>('v', `{ ${statements}\nreturn (${test}) === true; }`, codegen.constants); // any: as above
  return declareReads(fn, readsOf([condition], access, { hasKind: false }));
}

/** Makes rows of the row type of an input whose rows are a source's own records. */
export function plainRowFunction(input: TranslatedInput): RowFunction {
  const access = accessOf(input);
  const columns = input.rowType.fields.map((field, index): Expression => ({ kind: 'input', index, type: field.type }));
  const keys = [...fieldKeys(input.rowType)];
  const values = columns.map((_, index) => access(index));
  if (input.hasKind) {
    keys.push(KIND_KEY);
    values.push(fieldAccess('v', KIND_KEY));
  }
  return declareReads(compile<RowFunction>('v', `(${rowLiteral(keys, values)})`), readsOf(columns, access, { hasKind: input.hasKind }), copiesOf(columns, keys, access, { hasKind: input.hasKind }));
}
