// SinkMaterialize: makes upserts by the primary key of a sink of rows that another key, or none, identifies.
import { rekindOf } from '#table/codegen/row-code';
import { equalRowsOf } from '#table/codegen/row-comparison';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import { ALL_CHANGES, isInsertOnly, type ChangeKinds, type ExecNode, type TranslatedInput, type TranslatedNode, type TranslationContext } from '#table/exec/exec-node';
import { UpsertMaterializeFunction, type UpsertMaterializeOptions } from '#table/runtime/sink/upsert-materialize-function';
import type { RowType } from '#table/types/logical-type';

export interface SinkMaterializeShape {
  /** Primary key of the sink, by position. */
  readonly keyColumns: readonly number[];
  readonly onConflict: UpsertMaterializeOptions['onConflict'];
  readonly sinkName: string;
}

export class SinkMaterializeExec implements ExecNode {
  readonly kind = 'SinkMaterialize';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly shape: SinkMaterializeShape;
  readonly upsertKeys: readonly (readonly number[])[];

  constructor(input: ExecNode, shape: SinkMaterializeShape) {
    this.inputs = [input];
    this.rowType = input.rowType;
    this.shape = shape;
    this.upsertKeys = [shape.keyColumns];
  }

  get description(): string {
    const { keyColumns, onConflict } = this.shape;
    return `key=[${keyColumns.map((column) => this.rowType.fields[column]!.name).join(', ')}], onConflict=[${onConflict}]`;
  }

  changes(): ChangeKinds {
    return ALL_CHANGES;
  }

  needsUpdateBefore(_isRequired: boolean, inputs: readonly ChangeKinds[]): readonly boolean[] {
    return [!isInsertOnly(inputs[0]!)];
  }

  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    const { keyColumns, onConflict, sinkName } = this.shape;
    const { transformation, key } = context.keyed(input!, keyColumns);
    const [upsertKey] = input!.node.upsertKeys;
    const create = () => new UpsertMaterializeFunction({
      rowType: rowTypeInformation(input!.rowType, { hasKind: input!.hasKind }), onConflict, sinkName, ttl: context.stateTtl,
      equal: equalRowsOf(this.rowType, upsertKey), hasKey: upsertKey !== undefined, emit: rekindOf(this.rowType, { hasKind: true }),
    });
    return context.oneInput(transformation, context.keyedFunction(create, [key]));
  }
}
