// IntervalJoin: rows of two insert-only inputs whose time attributes lie within bounds of each other.
import { compile, fieldAccess, joinedRowOf } from '#table/codegen/row-code';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import { INSERT_ONLY, type ChangeKinds, type ExecNode, type TranslatedInput, type TranslatedNode, type TranslationContext } from '#table/exec/exec-node';
import { joinCondition, joinText, nullKeyTest, type JoinKeys } from '#table/exec/join-exec';
import { isTrueLiteral } from '#table/expressions/conditions';
import { IntervalJoinFunction } from '#table/runtime/join/interval-join-function';
import { fieldKeys, type RowType } from '#table/types/logical-type';

/** `lower <= left time - right time <= upper`, in ms. */
export interface IntervalBounds {
  readonly isRowtime: boolean;
  readonly lowerMs: number;
  readonly upperMs: number;
  readonly leftTimeColumn: number;
  readonly rightTimeColumn: number;
}

export class IntervalJoinExec implements ExecNode {
  readonly kind = 'IntervalJoin';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly joinType: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL';
  readonly keys: JoinKeys;
  readonly bounds: IntervalBounds;
  readonly upsertKeys: readonly (readonly number[])[] = [];

  constructor(left: ExecNode, right: ExecNode, joinType: IntervalJoinExec['joinType'], keys: JoinKeys, bounds: IntervalBounds, rowType: RowType) {
    this.inputs = [left, right];
    this.joinType = joinType;
    this.keys = keys;
    this.bounds = bounds;
    this.rowType = rowType;
  }

  get description(): string {
    const { isRowtime, lowerMs, upperMs, leftTimeColumn, rightTimeColumn } = this.bounds;
    const [join, rest] = joinText(this.joinType, this.keys, this.inputs[0]!.rowType, this.inputs[1]!.rowType, this.rowType).split(/, (?=where=)/);
    return `${join}, windowBounds=[isRowTime=${isRowtime}, leftLowerBound=${lowerMs}, leftUpperBound=${upperMs}, leftTimeIndex=${leftTimeColumn}, rightTimeIndex=${rightTimeColumn}], ${rest}`;
  }

  changes(): ChangeKinds {
    return INSERT_ONLY;
  }

  needsUpdateBefore(): readonly boolean[] {
    return [true, true];
  }

  translate(context: TranslationContext, [left, right]: readonly TranslatedInput[]): TranslatedNode {
    const { keys, bounds, joinType } = this;
    const [first, second] = context.keyedPair([left!, right!], keys);
    const timeOf = (input: TranslatedInput, column: number) => compile<(row: Record<string, unknown>) => number | null>('row', fieldAccess('row', fieldKeys(input.rowType)[column]!));
    const create = () => new IntervalJoinFunction({
      joinType, leftType: rowTypeInformation(left!.rowType), rightType: rowTypeInformation(right!.rowType), lowerMs: bounds.lowerMs, upperMs: bounds.upperMs,
      cleanupIntervalMs: context.durationOption('table.exec.interval-join.min-cleanup-interval') ?? 0,
      timeOf: bounds.isRowtime ? [timeOf(left!, bounds.leftTimeColumn), timeOf(right!, bounds.rightTimeColumn)] : undefined,
      condition: isTrueLiteral(keys.rest) ? undefined : joinCondition(keys.rest, left!.rowType, right!.rowType, context),
      hasNullKey: [nullKeyTest(left!.rowType, keys.left, keys.isNullSafe), nullKeyTest(right!.rowType, keys.right, keys.isNullSafe)],
      join: joinedRowOf(left!.rowType, right!.rowType, this.rowType, { hasKind: context.hasKind }),
    });
    return context.twoInput(first.transformation, second.transformation, context.keyedFunction(create, [first.key, second.key]), keys.left.length === 0 ? { parallelism: 1 } : {});
  }
}
