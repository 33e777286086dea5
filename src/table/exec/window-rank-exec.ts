// WindowRank: top-N, and with it the first or last row, per key within windows.
import { compareRowsOf } from '#table/codegen/row-comparison';
import { compile, fieldAccess } from '#table/codegen/row-code';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import { INSERT_ONLY, type ChangeKinds, type ExecNode, type TranslatedInput, type TranslatedNode, type TranslationContext, type WindowProperties } from '#table/exec/exec-node';
import { sortText } from '#table/exec/plan-text';
import { rankedRow } from '#table/exec/rank-exec';
import { timesOf } from '#table/exec/window-table-exec';
import type { SortKey } from '#table/expressions/expression';
import { WindowRankFunction } from '#table/runtime/rank/window-rank-function';
import { fieldKeys, type RowType } from '#table/types/logical-type';

export interface WindowRankShape {
  /** Without the window's bounds. */
  readonly partitionColumns: readonly number[];
  readonly orderBy: readonly SortKey[];
  readonly start: number;
  readonly end: number;
  readonly hasRank: boolean;
  /** The last row by time: of rows of one time the one that came last. */
  readonly isLastFirst: boolean;
}

export class WindowRankExec implements ExecNode {
  readonly kind = 'WindowRank';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly shape: WindowRankShape;
  readonly upsertKeys: readonly (readonly number[])[];
  readonly window: WindowProperties;

  /** @param rowType the input's columns, and the rank where it is one. */
  constructor(input: ExecNode, window: WindowProperties, shape: WindowRankShape, rowType: RowType) {
    this.inputs = [input];
    this.shape = shape;
    this.rowType = rowType;
    this.window = window;
    const key = [...shape.partitionColumns, window.endColumn];
    this.upsertKeys = shape.end === 1 ? [key] : shape.hasRank ? [[...key, rowType.fields.length - 1]] : [];
  }

  get description(): string {
    const { fields } = this.inputs[0]!.rowType;
    const { start, end, partitionColumns, orderBy } = this.shape;
    const { window } = this;
    const bounds = `win_start=[${fields[window.startColumn]!.name}], win_end=[${fields[window.endColumn]!.name}]`;
    return `window=[${window.spec.window}(${bounds})], rankType=[ROW_NUMBER], rankRange=[rankStart=${start}, rankEnd=${end}], partitionBy=[${partitionColumns.map((column) => fields[column]!.name).join(', ')}], orderBy=[${sortText(orderBy, fields)}], select=[${this.rowType.fields.map(({ name }) => name).join(', ')}]`;
  }

  changes(): ChangeKinds {
    return INSERT_ONLY;
  }

  needsUpdateBefore(): readonly boolean[] {
    return [true];
  }

  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    const { partitionColumns, orderBy, start, end, hasRank, isLastFirst } = this.shape;
    const { transformation, key } = context.keyed(input!, partitionColumns);
    const times = timesOf({ ...this.window.spec, timeColumn: Math.max(0, this.window.timeColumn) }, this.inputs[0]!.rowType, context);
    const endKey = fieldKeys(input!.rowType)[this.window.endColumn]!;
    const create = () => new WindowRankFunction({
      rowType: rowTypeInformation(input!.rowType), compare: compareRowsOf(input!.rowType, orderBy), isLastFirst, start, end, fireAt: (windowEnd) => times.toEpoch(windowEnd) - 1,
      windowEndOf: compile('row', fieldAccess('row', endKey)), emit: rankedRow(input!.rowType, this.rowType, { hasRank, hasKind: context.hasKind }),
    });
    return context.oneInput(transformation, context.keyedFunction(create, [key]), partitionColumns.length === 0 ? { parallelism: 1 } : {});
  }
}
