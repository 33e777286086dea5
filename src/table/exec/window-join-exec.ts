// WindowJoin: rows of the same window of both inputs.
import { compile, fieldAccess, joinedRowOf } from '#table/codegen/row-code';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import { INSERT_ONLY, type ChangeKinds, type ExecNode, type TranslatedInput, type TranslatedNode, type TranslationContext, type WindowProperties } from '#table/exec/exec-node';
import { halfRowOf, joinCondition, joinText, nullKeyTest, type JoinKeys } from '#table/exec/join-exec';
import { timesOf } from '#table/exec/window-table-exec';
import { isTrueLiteral } from '#table/expressions/conditions';
import type { JoinType } from '#table/logical/logical-plan';
import { WindowJoinFunction } from '#table/runtime/join/window-join-function';
import { windowTimesOf } from '#table/runtime/window/window-times';
import { fieldKeys, type RowType } from '#table/types/logical-type';

export class WindowJoinExec implements ExecNode {
  readonly kind = 'WindowJoin';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly joinType: JoinType;
  /** Without the window's bounds. */
  readonly keys: JoinKeys;
  readonly upsertKeys: readonly (readonly number[])[] = [];
  readonly window: WindowProperties | undefined;

  constructor(left: ExecNode, right: ExecNode, joinType: JoinType, keys: JoinKeys, rowType: RowType) {
    this.inputs = [left, right];
    this.joinType = joinType;
    this.keys = keys;
    this.rowType = rowType;
    this.window = joinType === 'RIGHT' || joinType === 'FULL' ? undefined : left.window;
  }

  get description(): string {
    return joinText(this.joinType, this.keys, this.inputs[0]!.rowType, this.inputs[1]!.rowType, this.rowType);
  }

  changes(): ChangeKinds {
    return INSERT_ONLY;
  }

  needsUpdateBefore(): readonly boolean[] {
    return [true, true];
  }

  translate(context: TranslationContext, [left, right]: readonly TranslatedInput[]): TranslatedNode {
    const [first, second] = context.keyedPair([left!, right!], this.keys);
    const { joinType, keys } = this;
    const { spec } = this.inputs[0]!.window!;
    const times = spec.isRowtime ? timesOf({ ...spec, timeColumn: Math.max(0, this.inputs[0]!.window!.timeColumn) }, this.inputs[0]!.rowType, context) : windowTimesOf(true, context.functions.localTimeZone);
    const endOf = (input: TranslatedInput) => compile<(row: Record<string, unknown>) => number | null>('row', fieldAccess('row', fieldKeys(input.rowType)[input.node.window!.endColumn]!));
    const isHalf = joinType === 'SEMI' || joinType === 'ANTI';
    const create = () => new WindowJoinFunction({
      joinType, leftType: rowTypeInformation(left!.rowType), rightType: rowTypeInformation(right!.rowType), endOf: [endOf(left!), endOf(right!)],
      fireAt: (end) => times.toEpoch(end) - 1, isRowtime: spec.isRowtime, condition: isTrueLiteral(keys.rest) ? undefined : joinCondition(keys.rest, left!.rowType, right!.rowType, context),
      hasNullKey: [nullKeyTest(left!.rowType, keys.left, keys.isNullSafe), nullKeyTest(right!.rowType, keys.right, keys.isNullSafe)],
      join: isHalf ? halfRowOf(left!.rowType, context.hasKind) : joinedRowOf(left!.rowType, right!.rowType, this.rowType, { hasKind: context.hasKind }),
    });
    return context.twoInput(first.transformation, second.transformation, context.keyedFunction(create, [first.key, second.key]), keys.left.length === 0 ? { parallelism: 1 } : {});
  }
}
