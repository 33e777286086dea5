// Correlate: each row of the input with the rows that a table function makes of it.
import { compile, fieldAccess, rowLiteral } from '#table/codegen/row-code';
import type { ChangeKinds, ExecNode, TranslatedInput, TranslatedNode, TranslationContext } from '#table/exec/exec-node';
import { expressionText } from '#table/exec/plan-text';
import { isTrueLiteral } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import { ExpressionCodegen } from '#table/expressions/expression-codegen';
import type { TableFunctionDefinition } from '#table/functions/function-definition';
import { KIND_KEY, type TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';

export interface CorrelateShape {
  readonly joinType: 'INNER' | 'LEFT';
  readonly function: TableFunctionDefinition;
  /** Over the input's columns. */
  readonly arguments: readonly Expression[];
  readonly functionType: RowType;
  /** What is kept of the function's rows, over input and function columns. */
  readonly projection: readonly Expression[];
  readonly condition: Expression;
}

export class CorrelateExec implements ExecNode {
  readonly kind = 'Correlate';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly shape: CorrelateShape;
  readonly upsertKeys: readonly (readonly number[])[] = [];

  constructor(input: ExecNode, shape: CorrelateShape, rowType: RowType) {
    this.inputs = [input];
    this.shape = shape;
    this.rowType = rowType;
  }

  get description(): string {
    const { fields } = this.inputs[0]!.rowType;
    const { function: definition, arguments: args, joinType } = this.shape;
    return `invocation=[${definition.name}(${args.map((argument) => expressionText(argument, fields)).join(', ')})], select=[${this.rowType.fields.map(({ name }) => name).join(', ')}], joinType=[${joinType}]`;
  }

  changes(inputs: readonly ChangeKinds[]): ChangeKinds {
    return inputs[0]!;
  }

  needsUpdateBefore(isRequired: boolean, inputs: readonly ChangeKinds[]): readonly boolean[] {
    return [isRequired || inputs[0]!.updates];
  }

  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    const rows = context.plainRows(input!);
    return context.oneInput(rows, { kind: 'row', row: { kind: 'flatMap', apply: this.#expander(context, input!) } });
  }

  #expander(context: TranslationContext, input: TranslatedInput): (row: TableRow, collect: (row: TableRow) => void) => void {
    const { joinType, function: definition, arguments: args, functionType, projection, condition } = this.shape;
    const codegen = new ExpressionCodegen(context.functions);
    const own = fieldKeys(input.rowType).map((key) => fieldAccess('row', key));
    const made = fieldKeys(functionType).map((key) => fieldAccess('made', key));
    const call = codegen.generateAll(args, (index) => own[index]!);
    const implementation = definition.bind({ argumentTypes: args.map(({ type }) => type), resultType: functionType, literals: args.map((argument) => (argument.kind === 'literal' ? argument.value : undefined)) }, context.functions);
    const fn = codegen.constant(implementation, 'table');
    const keys = [...fieldKeys(this.rowType), ...(context.hasKind ? [KIND_KEY] : [])];
    const kind = context.hasKind ? [fieldAccess('row', KIND_KEY)] : [];
    const inner = codegen.generateFiltered(isTrueLiteral(condition) ? undefined : condition, projection, (index) => (index < own.length ? own[index]! : made[index - own.length]!),
      (values) => `any = true; collect(${rowLiteral(keys, [...own, ...values.map(({ value }) => value), ...kind])});`);
    const padded = joinType === 'LEFT' ? `if (!any) collect(${rowLiteral(keys, [...own, ...projection.map(() => 'null'), ...kind])});` : '';
    return compile('row, collect', `{ ${call.statements}\nlet any = false;\nfor (const made of ${fn}(${call.results.map(({ value }) => value).join(', ')})) {\n${inner}\n}\n${padded} }`, codegen.constants);
  }
}
