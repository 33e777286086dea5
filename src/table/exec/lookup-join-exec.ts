// LookupJoin: each row of the left asks a table by key, at the time when the row is processed.
import { compile, fieldAccess, rowLiteral } from '#table/codegen/row-code';
import type { ChangeKinds, ExecNode, TranslatedInput, TranslatedNode, TranslationContext } from '#table/exec/exec-node';
import { expressionText } from '#table/exec/plan-text';
import { isTrueLiteral } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import { ExpressionCodegen } from '#table/expressions/expression-codegen';
import type { Lookup, LookupTableSource } from '#table/factories/table-factory';
import { identifierText, type ResolvedTable } from '#table/catalog/resolved-table';
import type { RowOperator } from '#streaming/operator/stream-operator';
import { KIND_KEY, type TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';

export interface LookupShape {
  readonly joinType: 'INNER' | 'LEFT';
  readonly table: ResolvedTable;
  readonly source: LookupTableSource;
  /** Base columns of the table: rows of the lookup. */
  readonly tableType: RowType;
  /** Column of the table, and the value over the left's columns that it must have. */
  readonly keys: readonly { readonly column: number; readonly value: Expression }[];
  /** Over the left's columns and, behind them, the table's. */
  readonly condition: Expression;
  /** What of the right goes on, over the same columns. */
  readonly projection: readonly Expression[];
  /** The keys hold a primary key of the table. */
  readonly isUnique: boolean;
}

export class LookupJoinExec implements ExecNode {
  readonly kind = 'LookupJoin';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly shape: LookupShape;
  readonly upsertKeys: readonly (readonly number[])[];

  constructor(input: ExecNode, shape: LookupShape, rowType: RowType) {
    this.inputs = [input];
    this.shape = shape;
    this.rowType = rowType;
    this.upsertKeys = shape.isUnique ? input.upsertKeys : [];
  }

  get description(): string {
    const { table, joinType, keys, tableType, condition } = this.shape;
    const { fields } = this.inputs[0]!.rowType;
    const lookup = keys.map(({ column, value }) => `${tableType.fields[column]!.name}=${expressionText(value, fields)}`).join(', ');
    const where = isTrueLiteral(condition) ? '' : `, where=[${expressionText(condition, [...fields, ...tableType.fields])}]`;
    return `table=[${identifierText(table.identifier)}], joinType=[${joinType === 'LEFT' ? 'LeftOuterJoin' : 'InnerJoin'}], lookup=[${lookup}]${where}, select=[${this.rowType.fields.map(({ name }) => name).join(', ')}]`;
  }

  changes(inputs: readonly ChangeKinds[]): ChangeKinds {
    return inputs[0]!;
  }

  needsUpdateBefore(isRequired: boolean, inputs: readonly ChangeKinds[]): readonly boolean[] {
    return [isRequired || (inputs[0]!.updates && !this.shape.isUnique)];
  }

  /** The template itself never runs: each subtask asks through a lookup of its own. */
  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    const { source, keys, tableType } = this.shape;
    const forSubtask = (): RowOperator => {
      const lookup = source.createLookup(keys.map(({ column }) => column), tableType);
      return { kind: 'flatMap', apply: this.#joiner(lookup, context, input!), open: ({ files, clock }) => lookup.open?.({ files, clock }), close: () => lookup.close?.() };
    };
    return context.oneInput(context.plainRows(input!), { kind: 'row', row: { kind: 'flatMap', apply: () => undefined, forSubtask } });
  }

  #joiner(lookup: Lookup, context: TranslationContext, input: TranslatedInput): (row: TableRow, collect: (row: TableRow) => void) => void {
    const { joinType, keys, condition, projection, tableType } = this.shape;
    const codegen = new ExpressionCodegen(context.functions);
    const own = fieldKeys(input.rowType).map((key) => fieldAccess('row', key));
    const found = fieldKeys(tableType).map((key) => fieldAccess('found', key));
    const key = codegen.generateAll(keys.map(({ value }) => value), (index) => own[index]!);
    const values = key.results.map(({ value }) => value);
    const table = codegen.constant(lookup, 'lookup');
    const names = [...fieldKeys(this.rowType), ...(context.hasKind ? [KIND_KEY] : [])];
    const kind = context.hasKind ? [fieldAccess('row', KIND_KEY)] : [];
    const inner = codegen.generateFiltered(isTrueLiteral(condition) ? undefined : condition, projection, (index) => (index < own.length ? own[index]! : found[index - own.length]!),
      (results) => `any = true; collect(${rowLiteral(names, [...own, ...results.map(({ value }) => value), ...kind])});`);
    const padded = joinType === 'LEFT' ? `if (!any) collect(${rowLiteral(names, [...own, ...projection.map(() => 'null'), ...kind])});` : '';
    return compile('row, collect', `{ ${key.statements}\nlet any = false;\nconst key = [${values.join(', ')}];\nif (!key.includes(null)) for (const found of ${table}.lookup(key)) {\n${inner}\n}\n${padded} }`, codegen.constants);
  }
}
