// TemporalJoin: FOR SYSTEM_TIME AS OF the left's rowtime, on a versioned table.
import { compile, fieldAccess, joinedRowOf } from '#table/codegen/row-code';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import { keysBehindExchange, type ChangeKinds, type ExecNode, type TranslatedInput, type TranslatedNode, type TranslationContext } from '#table/exec/exec-node';
import { joinCondition, joinText, nullKeyTest, type JoinKeys } from '#table/exec/join-exec';
import { isTrueLiteral } from '#table/expressions/conditions';
import { TemporalJoinFunction } from '#table/runtime/join/temporal-join-function';
import { fieldKeys, type RowType } from '#table/types/logical-type';

export class TemporalJoinExec implements ExecNode {
  readonly kind = 'TemporalJoin';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly joinType: 'INNER' | 'LEFT';
  readonly keys: JoinKeys;
  /** Of the left, of the right. */
  readonly timeColumns: readonly [number, number];
  readonly upsertKeys: readonly (readonly number[])[];

  constructor(left: ExecNode, right: ExecNode, joinType: 'INNER' | 'LEFT', keys: JoinKeys, timeColumns: readonly [number, number], rowType: RowType) {
    this.inputs = [left, right];
    this.joinType = joinType;
    this.keys = keys;
    this.timeColumns = timeColumns;
    this.rowType = rowType;
    // A row meets one version at most.
    this.upsertKeys = keysBehindExchange(left.upsertKeys, keys.left);
  }

  get description(): string {
    return joinText(this.joinType, this.keys, this.inputs[0]!.rowType, this.inputs[1]!.rowType, this.rowType);
  }

  changes(inputs: readonly ChangeKinds[]): ChangeKinds {
    return inputs[0]!;
  }

  /** A -U of the left takes back what its row gave; versions of the right replace each other by time. */
  needsUpdateBefore(isRequired: boolean, inputs: readonly ChangeKinds[]): readonly boolean[] {
    return [isRequired || inputs[0]!.updates, false];
  }

  translate(context: TranslationContext, [left, right]: readonly TranslatedInput[]): TranslatedNode {
    const { keys, joinType } = this;
    const [first, second] = context.keyedPair([left!, right!], keys);
    const timeOf = (input: TranslatedInput, column: number) => compile<(row: Record<string, unknown>) => number | null>('row', fieldAccess('row', fieldKeys(input.rowType)[column]!));
    const create = () => new TemporalJoinFunction({
      isOuter: joinType === 'LEFT', leftType: rowTypeInformation(left!.rowType, { hasKind: left!.hasKind }), rightType: rowTypeInformation(right!.rowType, { hasKind: right!.hasKind }),
      timeOf: [timeOf(left!, this.timeColumns[0]), timeOf(right!, this.timeColumns[1])], condition: isTrueLiteral(keys.rest) ? undefined : joinCondition(keys.rest, left!.rowType, right!.rowType, context),
      hasNullKey: nullKeyTest(left!.rowType, keys.left, keys.isNullSafe), join: joinedRowOf(left!.rowType, right!.rowType, this.rowType, { hasKind: context.hasKind }),
    });
    return context.twoInput(first.transformation, second.transformation, context.keyedFunction(create, [first.key, second.key]));
  }
}
