// GroupAggregate: unbounded aggregation per key, as a changelog; in batch mode one row per key at the end of input.
import type { AggregateExpression, Expression } from '#table/expressions/expression';
import { groupByText, type AggregatePart } from '#table/exec/aggregate-phases-text';
import { aggregateText, stateTtlText } from '#table/exec/plan-text';
import { ALL_CHANGES, INSERT_ONLY, isInsertOnly, type ChangeKinds, type ExecNode, type TranslatedInput, type TranslatedNode, type TranslationContext } from '#table/exec/exec-node';
import type { NamedAggregate } from '#table/logical/logical-plan';
import { inferChangelog } from '#table/exec/changelog-inference';
import { equalRowsOf } from '#table/codegen/row-comparison';
import { miniBatchOf } from '#table/exec/mini-batch-settings';
import { BundledGroupAggregateFunction } from '#table/runtime/aggregate/bundled-group-aggregate-function';
import { createAggregateHandler, type AggregateSpec } from '#table/runtime/aggregate/aggregate-handler';
import { GroupAggregateFunction } from '#table/runtime/aggregate/group-aggregate-function';
import type { FunctionContext } from '#table/functions/function-definition';
import { fieldKeys, type RowType } from '#table/types/logical-type';

export class GroupAggregateExec implements ExecNode {
  readonly kind = 'GroupAggregate';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly groupColumns: readonly number[];
  readonly aggregates: readonly NamedAggregate[];
  readonly upsertKeys: readonly (readonly number[])[];
  readonly isBatch: boolean;
  readonly part: AggregatePart | undefined;
  readonly stateTtlHints: readonly string[] | undefined;

  constructor(input: ExecNode, groupColumns: readonly number[], aggregates: readonly NamedAggregate[], rowType: RowType, options: { readonly isBatch: boolean; readonly stateTtl?: string | undefined; readonly part?: AggregatePart | undefined }) {
    this.inputs = [input];
    this.stateTtlHints = options.stateTtl === undefined ? undefined : [options.stateTtl];
    this.groupColumns = groupColumns;
    this.aggregates = aggregates;
    this.rowType = rowType;
    this.upsertKeys = [groupColumns.map((_, index) => index)];
    this.isBatch = options.isBatch;
    this.part = options.part;
  }

  get description(): string {
    const { fields } = this.inputs[0]!.rowType;
    const names = this.groupColumns.map((column) => fields[column]!.name);
    const calls = this.aggregates.map(({ call, name }) => `${aggregateText(call, fields)} AS ${name}`);
    return `${groupByText(names, this.part)}select=[${[...names, ...calls].join(', ')}]${stateTtlText(this.stateTtlHints, ['0'])}`;
  }

  changes(inputs: readonly ChangeKinds[]): ChangeKinds {
    if (this.isBatch) return INSERT_ONLY;
    // SELECT DISTINCT over inserts never changes its mind.
    if (this.aggregates.length === 0 && isInsertOnly(inputs[0]!)) return INSERT_ONLY;
    return isInsertOnly(inputs[0]!) ? { updates: true, deletes: false } : ALL_CHANGES;
  }

  needsUpdateBefore(_isRequired: boolean, inputs: readonly ChangeKinds[]): readonly boolean[] {
    return [!isInsertOnly(inputs[0]!)];
  }

  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    const { transformation, key } = context.keyed(input!, this.groupColumns);
    const hasRetraction = !isInsertOnly(input!.changes);
    const miniBatch = miniBatchOf(context);
    const inputKeys = fieldKeys(input!.rowType);
    const keyFields = this.groupColumns.map((column) => inputKeys[column]!);
    const create = () => {
      const handler = createAggregateHandler({
        inputType: input!.rowType, aggregates: this.aggregates.map(({ call }) => aggregateSpecOf(call, { hasRetraction, functions: context.functions })), hasRetraction,
        outputKeys: fieldKeys(this.rowType), keyCount: this.groupColumns.length, hasKind: context.hasKind,
        resultTypes: this.rowType.fields.slice(this.groupColumns.length).map(({ type }) => type),
      });
      const { emitsUpdateBefore, stateTtl: ttl } = context;
      if (miniBatch === undefined) return new GroupAggregateFunction({ handler, keyFields, hasRetraction, emitsUpdateBefore, ttl, isBatch: this.isBatch, isGlobal: this.groupColumns.length === 0 });
      const equalResults = equalRowsOf(this.rowType, this.aggregates.map((_, index) => this.groupColumns.length + index));
      return new BundledGroupAggregateFunction({ handler, keyType: key.type!, limits: miniBatch, partialOf: undefined, emitsUpdateBefore, ttl, equalResults });
    };
    return context.oneInput(transformation, context.keyedFunction(create, [key]), this.groupColumns.length === 0 ? { parallelism: 1 } : {});
  }
}

/** Arguments are columns of the input, or literals. */
export function aggregateSpecOf(call: AggregateExpression, options: { readonly hasRetraction: boolean; readonly functions: FunctionContext }): AggregateSpec {
  const { hasRetraction, functions } = options;
  const implementation = call.function.bind({
    argumentTypes: call.arguments.map(({ type }) => type), literals: call.arguments.map((argument) => (argument.kind === 'literal' ? argument.value : undefined)),
    resultType: resultTypeOf(call), needsRetract: hasRetraction, isDistinct: call.isDistinct, ...(call.nullTreatment === undefined ? {} : { nullTreatment: call.nullTreatment }),
  }, functions);
  return {
    implementation, isDistinct: call.isDistinct,
    arguments: call.arguments.map((argument) => (argument.kind === 'input' ? argument.index : { literal: (argument as Expression & { kind: 'literal' }).value })),
    filter: call.filter === undefined ? undefined : (call.filter as Expression & { kind: 'input' }).index,
  };
}

function resultTypeOf(call: AggregateExpression): Expression['type'] {
  const signature = call.function.inferTypes({ argumentTypes: call.arguments.map(({ type }) => type), literals: call.arguments.map((argument) => (argument.kind === 'literal' ? argument.value : undefined)) });
  return 'resultType' in signature ? signature.resultType : call.arguments[0]!.type;
}

/** Whether parts of the rows can be aggregated before the exchange. */
export function isMergeable({ inputs: [input], aggregates }: GroupAggregateExec, functions: FunctionContext): boolean {
  const hasRetraction = !isInsertOnly(inferChangelog([input!]).changesOf(input!));
  // A value that is taken back may have been seen elsewhere: a local map of what was seen cannot know.
  if (hasRetraction && aggregates.some(({ call }) => call.isDistinct)) return false;
  return aggregates.every(({ call }) => call.isDistinct || aggregateSpecOf(call, { hasRetraction, functions }).implementation.merge !== undefined);
}
