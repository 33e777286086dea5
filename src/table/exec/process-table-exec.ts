// ProcessTableFunction: a function of the user over tables. With row semantics it sees row after row, with set semantics the rows of a
// key, with state and timers.
import { compile, fieldAccess, rowLiteral } from '#table/codegen/row-code';
import { compareRowsOf } from '#table/codegen/row-comparison';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import { ALL_CHANGES, INSERT_ONLY, type ChangeKinds, type ExecNode, type TranslatedInput, type TranslatedNode, type TranslationContext } from '#table/exec/exec-node';
import { sortText } from '#table/exec/plan-text';
import { ProcessOperator } from '#streaming/process/process-operator';
import type { Expression } from '#table/expressions/expression';
import type { ProcessTableFunctionDefinition } from '#table/functions/process-table-definition';
import type { ProcessTableInput } from '#table/logical/logical-plan';
import { ProcessCall, type MakeRow } from '#table/runtime/process/process-call';
import { ProcessTableRuntime, type ProcessInput } from '#table/runtime/process/process-table-runtime';
import { KIND_KEY, kindOf, type TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';

export class ProcessTableExec implements ExecNode {
  readonly kind = 'ProcessTableFunction';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly definition: ProcessTableFunctionDefinition;
  readonly tables: readonly Omit<ProcessTableInput, 'input'>[];
  /** By parameter; of tables undefined. */
  readonly values: readonly unknown[];
  readonly upsertKeys: readonly (readonly number[])[];

  constructor(inputs: readonly ExecNode[], definition: ProcessTableFunctionDefinition, tables: readonly Omit<ProcessTableInput, 'input'>[], values: readonly unknown[], rowType: RowType) {
    this.inputs = inputs;
    this.definition = definition;
    this.tables = tables;
    this.values = values;
    this.rowType = rowType;
    this.upsertKeys = definition.changes === 'upsert' ? [tables[0]!.partitionColumns.map((_, index) => index)] : [];
  }

  get description(): string {
    const args = this.definition.parameters.map((parameter, position) => {
      const index = this.tables.findIndex(({ name }) => name === parameter.name);
      if (index < 0) return `${parameter.name}: ${JSON.stringify(this.values[position]) ?? 'null'}`;
      const { partitionColumns, orderBy } = this.tables[index]!;
      const { fields } = this.inputs[index]!.rowType;
      return `TABLE(#${index})${partitionColumns.length === 0 ? '' : ` PARTITION BY(${partitionColumns.map((column) => fields[column]!.name).join(', ')})`}${orderBy.length === 0 ? '' : ` ORDER BY(${sortText(orderBy, fields)})`}`;
    });
    return `invocation=[${this.definition.name}(${args.join(', ')})], select=[${this.rowType.fields.map(({ name }) => name).join(', ')}]`;
  }

  changes(): ChangeKinds {
    return this.definition.changes === 'insert-only' ? INSERT_ONLY : ALL_CHANGES;
  }

  /** Upserts will do where a set is what one key of the table has. */
  needsUpdateBefore(_isRequired: boolean, inputs: readonly ChangeKinds[]): readonly boolean[] {
    return this.tables.map(({ parameter, partitionColumns }, index) => {
      const isKey = this.inputs[index]!.upsertKeys.some((key) => key.length === partitionColumns.length && key.every((column) => partitionColumns.includes(column)));
      return inputs[index]!.updates && (parameter.needsUpdateBefore || !isKey);
    });
  }

  translate(context: TranslationContext, inputs: readonly TranslatedInput[]): TranslatedNode {
    if (this.tables[0]!.parameter.semantics === 'row') return context.oneInput(context.plainRows(inputs[0]!), { kind: 'stream', create: () => this.#rowOperator(context) });
    const keyed = inputs.map((input, index) => context.keyed(input, this.tables[index]!.partitionColumns));
    const create = () => new ProcessTableRuntime({
      definition: this.definition, inputs: inputs.map((input, index) => this.#inputOf(input, index)), values: this.#allValues(), make: this.#makeRow(context), keyValues: this.#keyValues(), ttl: context.stateTtl,
    });
    const operator = context.keyedFunction(create, keyed.map(({ key }) => key));
    const placement = this.tables[0]!.partitionColumns.length === 0 ? { parallelism: 1 } : {};
    const [first, second] = keyed;
    return second === undefined ? context.oneInput(first!.transformation, operator, placement) : context.twoInput(first!.transformation, second.transformation, operator, placement);
  }

  #rowOperator(context: TranslationContext): ProcessOperator {
    let watermark = Number.NEGATIVE_INFINITY;
    const { definition } = this;
    const [table] = this.tables;
    const position = definition.parameters.findIndex(({ name }) => name === table!.name);
    const call = new ProcessCall({ make: this.#makeRow(context), makesChanges: definition.changes !== 'insert-only', state: {}, timers: undefined, currentWatermark: () => watermark });
    const timeOf = table!.timeColumn === undefined ? () => null : timeReader(this.inputs[0]!.rowType, table!.timeColumn);
    const values = this.#allValues();
    return new ProcessOperator({
      elements: [(row: TableRow, { watermark: reached }: { readonly watermark: number }, out) => {
        watermark = reached;
        const given = values.slice();
        given[position] = row;
        call.run({ row, key: [], time: timeOf(row), kind: kindOf(row), timerName: null }, out, (methods) => definition.evaluate(methods, ...given));
      }],
    });
  }

  #inputOf(input: TranslatedInput, index: number): ProcessInput {
    const { name, timeColumn, orderBy } = this.tables[index]!;
    const { rowType } = input;
    const [first, ...rest] = orderBy;
    return {
      rowType: rowTypeInformation(rowType, { hasKind: input.hasKind }), position: this.definition.parameters.findIndex((parameter) => parameter.name === name),
      timeOf: timeColumn === undefined ? undefined : timeReader(rowType, timeColumn),
      order: first === undefined ? undefined : { timeOf: timeReader(rowType, (first.expression as Expression & { readonly kind: 'input' }).index), compare: compareRowsOf(rowType, rest) },
    };
  }

  /** Rows of tables are NULL but the one of the call. */
  #allValues(): readonly unknown[] {
    return this.definition.parameters.map((parameter, position) => (parameter.kind === 'table' ? null : this.values[position]));
  }

  #keyValues(): (key: unknown) => readonly unknown[] {
    const { length } = this.tables[0]!.partitionColumns;
    if (length === 0) return () => [];
    return length === 1 ? (key) => [key] : (key) => key as readonly unknown[];
  }

  #makeRow(context: TranslationContext): MakeRow {
    const { resultType } = this.definition;
    const passed = this.tables.flatMap(({ parameter, partitionColumns }, index) => (parameter.passesColumns || parameter.semantics === 'row'
      ? (parameter.passesColumns ? fieldKeys(this.inputs[index]!.rowType).map((key) => fieldAccess('row', key)) : [])
      : partitionColumns.map((_, column) => `key[${column}]`)));
    const made = resultType.kind === 'ROW' ? fieldKeys(resultType).map((key) => `(${fieldAccess('made', key)} ?? null)`) : ['(made ?? null)'];
    const time = this.tables.some(({ timeColumn }) => timeColumn !== undefined) ? ['time'] : [];
    const keys = [...fieldKeys(this.rowType), ...(context.hasKind ? [KIND_KEY] : [])];
    return compile('row, key, made, time, kind', `(${rowLiteral(keys, [...passed, ...made, ...time, ...(context.hasKind ? ['kind'] : [])])})`);
  }
}

function timeReader(type: RowType, column: number): (row: TableRow) => number | null {
  return compile('row', fieldAccess('row', fieldKeys(type)[column]!));
}
