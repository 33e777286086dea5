// Union: the rows of all inputs, with their changes.
import { rowTypeInformation } from '#table/codegen/type-information-of';
import { eitherKinds, type ChangeKinds, type ExecNode, type TranslatedInput, type TranslatedNode, type TranslationContext } from '#table/exec/exec-node';
import { kindOf, type TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';
import { projectionOf } from '#table/codegen/row-code';

export class UnionExec implements ExecNode {
  readonly kind = 'Union';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly upsertKeys: readonly (readonly number[])[] = [];

  constructor(inputs: readonly ExecNode[], rowType: RowType) {
    this.inputs = inputs;
    this.rowType = rowType;
  }

  get description(): string {
    return `all=[true], union=[${this.rowType.fields.map(({ name }) => name).join(', ')}]`;
  }

  changes(inputs: readonly ChangeKinds[]): ChangeKinds {
    return eitherKinds(inputs);
  }

  needsUpdateBefore(isRequired: boolean): readonly boolean[] {
    return this.inputs.map(() => isRequired);
  }

  /** Rows of all inputs are brought to one form: the same keys, and a kind where one input has changes. */
  translate(context: TranslationContext, inputs: readonly TranslatedInput[]): TranslatedNode {
    const columns = this.rowType.fields.map((_, index) => index);
    const aligned = inputs.map((input) => {
      const rows = context.plainRows(input);
      const isSame = input.hasKind === context.hasKind && String(fieldKeys(input.rowType)) === String(fieldKeys(this.rowType));
      if (isSame) return rows;
      const project = projectionOf(input.rowType, columns, this.rowType, { hasKind: context.hasKind });
      const apply = (row: TableRow): TableRow => project(row, kindOf(row));
      return context.oneInput(rows, { kind: 'row', row: { kind: 'map', apply } }, { name: 'Align' }).transformation;
    });
    const transformation = context.transformations.union(aligned);
    transformation.outputType = rowTypeInformation(this.rowType, { hasKind: context.hasKind });
    return { transformation };
  }
}

