// Deduplicate: the first or the last row per key by a time attribute.
import { compile, fieldAccess, rekindOf } from '#table/codegen/row-code';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import { ALL_CHANGES, INSERT_ONLY, isInsertOnly, type ChangeKinds, type ExecNode, type TranslatedInput, type TranslatedNode, type TranslationContext } from '#table/exec/exec-node';
import { DeduplicateTimeFunction } from '#table/runtime/rank/deduplicate-time-function';
import { DeduplicateFunction } from '#table/runtime/rank/deduplicate-function';
import { FirstRowtimeFunction } from '#table/runtime/rank/first-rowtime-function';
import type { TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';

export interface DeduplicateShape {
  readonly keyColumns: readonly number[];
  readonly timeColumn: number;
  readonly isRowtime: boolean;
  readonly keepsFirst: boolean;
}

export class DeduplicateExec implements ExecNode {
  readonly kind = 'Deduplicate';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly shape: DeduplicateShape;
  readonly upsertKeys: readonly (readonly number[])[];

  constructor(input: ExecNode, shape: DeduplicateShape) {
    this.inputs = [input];
    this.shape = shape;
    this.rowType = input.rowType;
    this.upsertKeys = [shape.keyColumns];
  }

  get description(): string {
    const { keyColumns, isRowtime, keepsFirst } = this.shape;
    return `keep=[${keepsFirst ? 'FirstRow' : 'LastRow'}], key=[${keyColumns.map((column) => this.rowType.fields[column]!.name).join(', ')}], order=[${isRowtime ? 'ROWTIME' : 'PROCTIME'}]`;
  }

  changes(inputs: readonly ChangeKinds[]): ChangeKinds {
    if (this.shape.keepsFirst && isInsertOnly(inputs[0]!)) return INSERT_ONLY;
    return isInsertOnly(inputs[0]!) ? { updates: true, deletes: false } : ALL_CHANGES;
  }

  needsUpdateBefore(_isRequired: boolean, inputs: readonly ChangeKinds[]): readonly boolean[] {
    return [!isInsertOnly(inputs[0]!)];
  }

  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    const { keyColumns, timeColumn, isRowtime, keepsFirst } = this.shape;
    const { transformation, key } = context.keyedInPlace(input!, keyColumns);
    const timeKey = fieldKeys(input!.rowType)[timeColumn]!;
    const placement = keyColumns.length === 0 ? { parallelism: 1 } : {};
    if (keepsFirst && isRowtime && isInsertOnly(input!.changes)) {
      return context.oneInput(transformation, context.keyedFunction(() => new FirstRowtimeFunction({
        rowType: rowTypeInformation(input!.rowType), timeOf: compile('row', fieldAccess('row', timeKey)), emit: rekindOf(this.rowType, { hasKind: context.hasKind }), ttl: context.stateTtl,
      }), [key]), placement);
    }
    const timeOf = isRowtime ? compile<(row: TableRow) => number | null>('row', fieldAccess('row', timeKey)) : undefined;
    const emit = rekindOf(this.rowType, { hasKind: context.hasKind });
    const { emitsUpdateBefore, stateTtl: ttl } = context;
    const create = isInsertOnly(input!.changes) && !emitsUpdateBefore
      ? () => new DeduplicateTimeFunction({ keepsFirst, timeOf, emit, ttl })
      : () => new DeduplicateFunction({ rowType: rowTypeInformation(input!.rowType), keepsFirst, timeOf, emitsUpdateBefore, emit, ttl });
    return context.oneInput(transformation, context.keyedFunction(create, [key]), placement);
  }
}
