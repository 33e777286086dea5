// LookupJoin: each row of the left asks a table by key, at the time when the row is processed.
import { compile, fieldAccess, rowLiteral } from '#table/codegen/row-code';
import type { ChangeKinds, ExecNode, TranslatedInput, TranslatedNode, TranslationContext } from '#table/exec/exec-node';
import { expressionText } from '#table/exec/plan-text';
import { isTrueLiteral } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import { ExpressionCodegen } from '#table/expressions/expression-codegen';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import type { AsyncLookup, Lookup, LookupTableSource } from '#table/factories/table-factory';
import { identifierText, type ResolvedTable } from '#table/catalog/resolved-table';
import type { RowOperator } from '#streaming/operator/stream-operator';
import { LookupOperator, type LookupRetry } from '#table/runtime/join/lookup-operator';
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
  /** Answers are not waited for one by one. */
  readonly isAsync: boolean;
  readonly retry: LookupRetry | undefined;
}

const CAPACITY = '100';

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
    const { table, joinType, keys, tableType, condition, isAsync, retry } = this.shape;
    const mode = `${isAsync ? ', async=[ORDERED]' : ''}${retry === undefined ? '' : `, retry=[lookup_miss, FIXED_DELAY, ${retry.delayMs}ms, ${retry.attempts}]`}`;
    const { fields } = this.inputs[0]!.rowType;
    const lookup = keys.map(({ column, value }) => `${tableType.fields[column]!.name}=${expressionText(value, fields)}`).join(', ');
    const where = isTrueLiteral(condition) ? '' : `, where=[${expressionText(condition, [...fields, ...tableType.fields])}]`;
    return `table=[${identifierText(table.identifier)}], joinType=[${joinType === 'LEFT' ? 'LeftOuterJoin' : 'InnerJoin'}], lookup=[${lookup}]${where}${mode}, select=[${this.rowType.fields.map(({ name }) => name).join(', ')}]`;
  }

  changes(inputs: readonly ChangeKinds[]): ChangeKinds {
    return inputs[0]!;
  }

  needsUpdateBefore(isRequired: boolean, inputs: readonly ChangeKinds[]): readonly boolean[] {
    return [isRequired || (inputs[0]!.updates && !this.shape.isUnique)];
  }

  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    const { isAsync, retry } = this.shape;
    return isAsync || retry !== undefined ? this.#translateQueued(context, input!) : this.#translateInline(context, input!);
  }

  /** The template itself never runs: each subtask asks through a lookup of its own. */
  #translateInline(context: TranslationContext, input: TranslatedInput): TranslatedNode {
    const { source, keys, tableType } = this.shape;
    const forSubtask = (): RowOperator => {
      const lookup = source.createLookup(keys.map(({ column }) => column), tableType);
      const [keyOf, join] = [this.#keyFunction(context, input), this.#joinFunction(context, input)];
      const apply = (row: TableRow, collect: (row: TableRow) => void): void => {
        const key = keyOf(row);
        join(row, key === undefined ? [] : lookup.lookup(key), collect);
      };
      return { kind: 'flatMap', apply, open: ({ files, clock }) => lookup.open?.({ files, clock }), close: () => lookup.close?.() };
    };
    return context.oneInput(context.plainRows(input), { kind: 'row', row: { kind: 'flatMap', apply: () => undefined, forSubtask } });
  }

  #translateQueued(context: TranslationContext, input: TranslatedInput): TranslatedNode {
    const { source, keys, tableType, isAsync, retry } = this.shape;
    const columns = keys.map(({ column }) => column);
    const capacity = Number(context.option('table.exec.async-lookup.buffer-capacity') ?? CAPACITY);
    const create = (): LookupOperator => new LookupOperator({
      lookup: isAsync ? source.createAsyncLookup!(columns, tableType) : asAsync(source.createLookup(columns, tableType)), keyOf: this.#keyFunction(context, input), join: this.#joinFunction(context, input),
      inputType: rowTypeInformation(input.rowType, { hasKind: input.hasKind }), capacity, retry,
    });
    return context.oneInput(context.plainRows(input), { kind: 'stream', create });
  }

  /** Undefined where a part of the key is NULL. */
  #keyFunction(context: TranslationContext, input: TranslatedInput): (row: TableRow) => readonly unknown[] | undefined {
    const codegen = new ExpressionCodegen(context.functions);
    const own = fieldKeys(input.rowType).map((key) => fieldAccess('row', key));
    const { statements, results } = codegen.generateAll(this.shape.keys.map(({ value }) => value), (index) => own[index]!);
    const values = results.map(({ value }) => value);
    return compile('row', `{ ${statements}\nreturn ${values.map((value) => `${value} === null`).join(' || ')} ? undefined : [${values.join(', ')}]; }`, codegen.constants);
  }

  #joinFunction(context: TranslationContext, input: TranslatedInput): (row: TableRow, rows: readonly TableRow[], collect: (row: TableRow) => void) => void {
    const { joinType, condition, projection, tableType } = this.shape;
    const codegen = new ExpressionCodegen(context.functions);
    const own = fieldKeys(input.rowType).map((key) => fieldAccess('row', key));
    const found = fieldKeys(tableType).map((key) => fieldAccess('found', key));
    const names = [...fieldKeys(this.rowType), ...(context.hasKind ? [KIND_KEY] : [])];
    const kind = context.hasKind ? [fieldAccess('row', KIND_KEY)] : [];
    const inner = codegen.generateFiltered(isTrueLiteral(condition) ? undefined : condition, projection, (index) => (index < own.length ? own[index]! : found[index - own.length]!),
      (results) => `any = true; collect(${rowLiteral(names, [...own, ...results.map(({ value }) => value), ...kind])});`);
    const padded = joinType === 'LEFT' ? `if (!any) collect(${rowLiteral(names, [...own, ...projection.map(() => 'null'), ...kind])});` : '';
    return compile('row, rows, collect', `{ let any = false;\nfor (const found of rows) {\n${inner}\n}\n${padded} }`, codegen.constants);
  }
}

/** For retries of what cannot be asked without waiting. */
function asAsync(lookup: Lookup): AsyncLookup {
  return {
    open: (context) => lookup.open?.(context),
    ask(key) {
      const rows = lookup.lookup(key);
      return { tryTake: () => rows };
    },
    close: () => lookup.close?.(),
  };
}
