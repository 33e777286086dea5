// LocalGroupAggregate: in front of the exchange, the rows of a mini-batch become one accumulator per group.
import { compile, keySpecificationOf, rowLiteral } from '#table/codegen/row-code';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import { groupByText, partialSelectText, type AggregatePart } from '#table/exec/aggregate-phases-text';
import { INSERT_ONLY, type ChangeKinds, type ExecNode, type TranslatedInput, type TranslatedNode, type TranslationContext } from '#table/exec/exec-node';
import { aggregateSpecOf } from '#table/exec/group-aggregate-exec';
import type { MiniBatch } from '#table/exec/mini-batch-settings';
import type { FunctionContext } from '#table/functions/function-definition';
import type { NamedAggregate } from '#table/logical/logical-plan';
import { createAggregateHandler, type AggregateHandler } from '#table/runtime/aggregate/aggregate-handler';
import { bundleKeyOf } from '#table/runtime/aggregate/bundle-key';
import { LocalGroupAggregateOperator } from '#table/runtime/aggregate/local-group-aggregate-operator';
import { PARTIAL_KEY, partialType, type PartialAccumulator } from '#table/runtime/aggregate/partial-accumulator';
import type { TableRow } from '#table/runtime/row-kind';
import { fieldKeys, LogicalTypes, type RowType } from '#table/types/logical-type';
import type { TypeInformation } from '#core/types/type-information';

/** What both halves of a two-phase aggregation know. */
export interface TwoPhaseAggregate {
  readonly groupColumns: readonly number[];
  readonly aggregates: readonly NamedAggregate[];
  /** Of the rows that are aggregated. */
  readonly inputType: RowType;
  /** The rows that are aggregated may be taken back. */
  readonly hasRetraction: boolean;
  readonly miniBatch: MiniBatch;
  readonly part: AggregatePart | undefined;
}

export class LocalGroupAggregateExec implements ExecNode {
  readonly kind = 'LocalGroupAggregate';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly shape: TwoPhaseAggregate;
  readonly upsertKeys: readonly (readonly number[])[] = [];

  constructor(input: ExecNode, shape: TwoPhaseAggregate) {
    this.inputs = [input];
    this.shape = shape;
    this.rowType = { ...input.rowType, fields: [...shape.groupColumns.map((column) => input.rowType.fields[column]!), { name: PARTIAL_KEY, type: LogicalTypes.BYTES }] };
  }

  get description(): string {
    const { groupColumns, inputType: { fields }, part } = this.shape;
    const names = groupColumns.map((column) => fields[column]!.name);
    return `${groupByText(names, part)}select=[${[...names, ...partialSelectText(this.shape)].join(', ')}]`;
  }

  changes(): ChangeKinds {
    return INSERT_ONLY;
  }

  needsUpdateBefore(): readonly boolean[] {
    return [this.shape.hasRetraction];
  }

  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    const { shape } = this;
    const { selector, type } = keySpecificationOf(input!.rowType, shape.groupColumns);
    const keys = fieldKeys(this.rowType);
    const keyTexts = shape.groupColumns.map((_, index) => (shape.groupColumns.length === 1 ? 'key' : `key[${index}]`));
    const rowOf = compile<(key: unknown, partial: PartialAccumulator) => TableRow>('key, partial', `(${rowLiteral(keys, [...keyTexts, 'partial'])})`);
    const create = () => new LocalGroupAggregateOperator({
      handler: twoPhaseHandler(shape, context.functions, { outputKeys: [], hasKind: false }), limits: shape.miniBatch, keyOf: selector, bundleKeyOf: bundleKeyOf(type!), rowOf,
    });
    return context.oneInput(context.plainRows(input!), { kind: 'stream', create }, { outputType: partialRowType(this.rowType, twoPhaseHandler(shape, context.functions, { outputKeys: [], hasKind: false })) });
  }
}

export function twoPhaseHandler({ groupColumns, aggregates, inputType, hasRetraction }: TwoPhaseAggregate, functions: FunctionContext, output: { readonly outputKeys: readonly string[]; readonly hasKind: boolean }): AggregateHandler {
  return createAggregateHandler({
    inputType, aggregates: aggregates.map(({ call }) => aggregateSpecOf(call, { hasRetraction, functions })), hasRetraction, keyCount: groupColumns.length,
    outputKeys: output.outputKeys.length > 0 ? output.outputKeys : [...groupColumns, ...aggregates].map((_, index) => `r${index}`), hasKind: output.hasKind,
  });
}

function partialRowType(rowType: RowType, handler: AggregateHandler): TypeInformation {
  const keys = rowTypeInformation({ fields: rowType.fields.slice(0, -1) }) as TypeInformation & { kind: 'row' };
  return { kind: 'row', fields: [...keys.fields, { name: PARTIAL_KEY, type: partialType(handler) }] };
}
