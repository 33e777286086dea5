// ChangelogNormalize: upserts of a source by its primary key, as a full changelog.
import { ExpressionCodegen } from '#table/expressions/expression-codegen';
import type { Expression } from '#table/expressions/expression';
import { compile, fieldAccess, rekindOf } from '#table/codegen/row-code';
import { equalRowsOf } from '#table/codegen/row-comparison';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import { ALL_CHANGES, type ChangeKinds, type ExecNode, type TranslatedInput, type TranslatedNode, type TranslationContext } from '#table/exec/exec-node';
import { expressionText } from '#table/exec/plan-text';
import { ChangelogNormalizeFunction } from '#table/runtime/changelog/changelog-normalize-function';
import type { TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';

export interface ChangelogNormalizeOptions {
  /** The source may bring an event twice. */
  readonly mayRepeat: boolean;
  readonly deletesByKey: boolean;
}

export class ChangelogNormalizeExec implements ExecNode {
  readonly kind = 'ChangelogNormalize';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly keyColumns: readonly number[];
  readonly condition: Expression | undefined;
  readonly options: ChangelogNormalizeOptions;
  readonly upsertKeys: readonly (readonly number[])[];

  constructor(input: ExecNode, keyColumns: readonly number[], options: ChangelogNormalizeOptions, condition?: Expression) {
    this.options = options;
    this.inputs = [input];
    this.rowType = input.rowType;
    this.keyColumns = keyColumns;
    this.condition = condition;
    this.upsertKeys = [keyColumns];
  }

  get description(): string {
    const { fields } = this.rowType;
    return `key=[${this.keyColumns.map((column) => fields[column]!.name).join(', ')}]${this.condition === undefined ? '' : `, condition=[${expressionText(this.condition, fields)}]`}`;
  }

  changes(): ChangeKinds {
    return ALL_CHANGES;
  }

  needsUpdateBefore(): readonly boolean[] {
    return [false];
  }

  /** Upserts are good enough where nobody asks what was there before, and a deleted row is whole or need not be. */
  isNeedless({ emitsUpdateBefore, acceptsDeleteByKey }: { readonly emitsUpdateBefore: boolean; readonly acceptsDeleteByKey: boolean }): boolean {
    return !this.options.mayRepeat && this.condition === undefined && !emitsUpdateBefore && (acceptsDeleteByKey || !this.options.deletesByKey);
  }

  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    const { transformation, key } = context.keyed(input!, this.keyColumns);
    const create = () => new ChangelogNormalizeFunction({
      rowType: rowTypeInformation(input!.rowType), equal: equalRowsOf(this.rowType), emit: rekindOf(this.rowType, { hasKind: true }), passes: this.condition === undefined ? undefined : rowCondition(this.condition, this.rowType, context),
      emitsUpdateBefore: context.emitsUpdateBefore, ttl: context.stateTtl,
    });
    return context.oneInput(transformation, context.keyedFunction(create, [key]));
  }
}

function rowCondition(condition: Expression, type: RowType, context: TranslationContext): (currentWatermark: () => number) => (row: TableRow) => boolean {
  const keys = fieldKeys(type);
  return (currentWatermark) => {
    const codegen = new ExpressionCodegen({ ...context.functions, currentWatermark });
    const { statements, condition: test } = codegen.generateCondition(condition, (index) => fieldAccess('row', keys[index]!));
    return compile('row', `{ ${statements}\nreturn (${test}) === true; }`, codegen.constants);
  };
}
