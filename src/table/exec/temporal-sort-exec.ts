// TemporalSort: rows in the order of a time attribute. By event time they wait for the watermark; by processing time they are in order
// as they come, and only rows of one millisecond are sorted by the keys behind the time.
import { compareRowsOf } from '#table/codegen/row-comparison';
import { rekindOf, compile, fieldAccess } from '#table/codegen/row-code';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import type { ChangeKinds, ExecNode, TranslatedInput, TranslatedNode, TranslationContext } from '#table/exec/exec-node';
import { sortText } from '#table/exec/plan-text';
import type { Expression, SortKey } from '#table/expressions/expression';
import { TemporalSortFunction } from '#table/runtime/sort/temporal-sort-function';
import { fieldKeys, type RowType } from '#table/types/logical-type';

export class TemporalSortExec implements ExecNode {
  readonly kind = 'TemporalSort';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly keys: readonly SortKey[];
  readonly isRowtime: boolean;
  readonly upsertKeys: readonly (readonly number[])[];

  constructor(input: ExecNode, keys: readonly SortKey[], options: { readonly isRowtime: boolean }) {
    this.inputs = [input];
    this.rowType = input.rowType;
    this.keys = keys;
    this.isRowtime = options.isRowtime;
    this.upsertKeys = input.upsertKeys;
  }

  get description(): string {
    return `orderBy=[${sortText(this.keys, this.rowType.fields)}]`;
  }

  changes(inputs: readonly ChangeKinds[]): ChangeKinds {
    return inputs[0]!;
  }

  needsUpdateBefore(isRequired: boolean): readonly boolean[] {
    return [isRequired];
  }

  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    const { transformation, key } = context.keyed(input!, []);
    const time = this.keys[0]!.expression as Expression & { kind: 'input' };
    const create = () => new TemporalSortFunction({
      rowType: rowTypeInformation(input!.rowType, { hasKind: input!.hasKind }),
      timeOf: this.isRowtime ? compile('row', fieldAccess('row', fieldKeys(input!.rowType)[time.index]!)) : undefined,
      compare: compareRowsOf(input!.rowType, this.keys.slice(1)), emit: rekindOf(this.rowType, { hasKind: context.hasKind }),
    });
    return context.oneInput(transformation, context.keyedFunction(create, [key]), { parallelism: 1 });
  }
}
