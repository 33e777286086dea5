// GlobalGroupAggregate: behind the exchange, accumulators of LocalGroupAggregate are merged into those of the groups; a change per
// group and mini-batch goes out.
import { compile, fieldAccess } from '#table/codegen/row-code';
import { equalRowsOf } from '#table/codegen/row-comparison';
import { globalSelectText, groupByText } from '#table/exec/aggregate-phases-text';
import { stateTtlText } from '#table/exec/plan-text';
import { ALL_CHANGES, INSERT_ONLY, type ChangeKinds, type ExecNode, type TranslatedInput, type TranslatedNode, type TranslationContext } from '#table/exec/exec-node';
import { twoPhaseHandler, type LocalGroupAggregateExec, type TwoPhaseAggregate } from '#table/exec/local-group-aggregate-exec';
import { BundledGroupAggregateFunction } from '#table/runtime/aggregate/bundled-group-aggregate-function';
import { PARTIAL_KEY, type PartialAccumulator } from '#table/runtime/aggregate/partial-accumulator';
import type { TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';

export class GlobalGroupAggregateExec implements ExecNode {
  readonly kind = 'GlobalGroupAggregate';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly shape: TwoPhaseAggregate;
  readonly upsertKeys: readonly (readonly number[])[];
  readonly stateTtlHints: readonly string[] | undefined;

  constructor(input: LocalGroupAggregateExec, rowType: RowType, options: { readonly stateTtl?: string | undefined } = {}) {
    this.inputs = [input];
    this.stateTtlHints = options.stateTtl === undefined ? undefined : [options.stateTtl];
    this.shape = input.shape;
    this.rowType = rowType;
    this.upsertKeys = [this.shape.groupColumns.map((_, index) => index)];
  }

  get description(): string {
    const { groupColumns, inputType: { fields }, part } = this.shape;
    const names = groupColumns.map((column) => fields[column]!.name);
    return `${groupByText(names, part)}select=[${[...names, ...globalSelectText(this.shape)].join(', ')}]${stateTtlText(this.stateTtlHints, ['0'])}`;
  }

  changes(): ChangeKinds {
    const { hasRetraction, aggregates } = this.shape;
    if (hasRetraction) return ALL_CHANGES;
    return aggregates.length === 0 ? INSERT_ONLY : { updates: true, deletes: false };
  }

  needsUpdateBefore(): readonly boolean[] {
    return [false];
  }

  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    const { shape } = this;
    const { transformation, key } = context.keyed(input!, shape.groupColumns.map((_, index) => index));
    const create = () => new BundledGroupAggregateFunction({
      handler: twoPhaseHandler(shape, context.functions, { outputKeys: fieldKeys(this.rowType), hasKind: context.hasKind }), keyType: key.type!, limits: shape.miniBatch,
      partialOf: compile<(row: TableRow) => PartialAccumulator>('row', fieldAccess('row', PARTIAL_KEY)), emitsUpdateBefore: context.emitsUpdateBefore, ttl: context.stateTtl,
      equalResults: equalRowsOf(this.rowType, shape.aggregates.map((_, index) => shape.groupColumns.length + index)),
    });
    return context.oneInput(transformation, context.keyedFunction(create, [key]), shape.groupColumns.length === 0 ? { parallelism: 1 } : {});
  }
}
