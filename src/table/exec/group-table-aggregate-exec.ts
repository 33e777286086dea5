// GroupTableAggregate: a table aggregate function per key. Its rows have no key of their own, so changes are deletes and inserts.
import { compile, fieldAccess, rowLiteral } from '#table/codegen/row-code';
import { ALL_CHANGES, isInsertOnly, type ChangeKinds, type ExecNode, type TranslatedInput, type TranslatedNode, type TranslationContext } from '#table/exec/exec-node';
import type { TableAggregateFunctionDefinition } from '#table/functions/table-aggregate-definition';
import { createAggregateHandler, type Accumulator } from '#table/runtime/aggregate/aggregate-handler';
import { GroupTableAggregateFunction, type GroupTableAggregateOptions } from '#table/runtime/aggregate/group-table-aggregate-function';
import { KIND_KEY } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';

export class GroupTableAggregateExec implements ExecNode {
  readonly kind = 'GroupTableAggregate';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly definition: TableAggregateFunctionDefinition;
  /** The first columns of the input; the rest are the function's arguments. */
  readonly keyCount: number;
  readonly upsertKeys: readonly (readonly number[])[] = [];

  constructor(input: ExecNode, definition: TableAggregateFunctionDefinition, keyCount: number, rowType: RowType) {
    this.inputs = [input];
    this.definition = definition;
    this.keyCount = keyCount;
    this.rowType = rowType;
  }

  get description(): string {
    const columns = this.inputs[0]!.rowType.fields.map(({ name }) => name);
    const keys = columns.slice(0, this.keyCount);
    const made = this.rowType.fields.slice(this.keyCount).map(({ name }) => name);
    const call = `${this.definition.name}(${columns.slice(this.keyCount).join(', ')}) AS (${made.join(', ')})`;
    return `${keys.length === 0 ? '' : `groupBy=[${keys.join(', ')}], `}select=[${[...keys, call].join(', ')}]`;
  }

  changes(): ChangeKinds {
    return ALL_CHANGES;
  }

  needsUpdateBefore(_isRequired: boolean, inputs: readonly ChangeKinds[]): readonly boolean[] {
    return [!isInsertOnly(inputs[0]!)];
  }

  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    const columns = input!.rowType.fields.map((_, index) => index);
    const { transformation, key } = context.keyed(input!, columns.slice(0, this.keyCount));
    const hasRetraction = !isInsertOnly(input!.changes);
    const implementation = this.definition.bind({ needsRetract: hasRetraction });
    const create = () => {
      const handler = createAggregateHandler({
        inputType: input!.rowType, hasRetraction, outputKeys: [], keyCount: 0, hasKind: true,
        aggregates: [{ implementation: { ...implementation, getValue: (accumulator: unknown) => accumulator }, isDistinct: false, arguments: columns.slice(this.keyCount), filter: undefined }],
      });
      return new GroupTableAggregateFunction({ handler, implementation, accumulatorOf: ({ a0 }: Accumulator) => a0 as unknown, makeRow: this.#rowMaker(), ttl: context.stateTtl });
    };
    return context.oneInput(transformation, context.keyedFunction(create, [key]), this.keyCount === 0 ? { parallelism: 1 } : {});
  }

  #rowMaker(): GroupTableAggregateOptions['makeRow'] {
    const keys = this.keyCount === 1 ? ['key'] : Array.from({ length: this.keyCount }, (_, index) => `key[${index}]`);
    const made = this.definition.isRow ? fieldKeys(this.definition.rowType).map((name) => `(${fieldAccess('made', name)} ?? null)`) : ['(made ?? null)'];
    return compile('key, made, kind', `(${rowLiteral([...fieldKeys(this.rowType), KIND_KEY], [...keys, ...made, 'kind'])})`);
  }
}
