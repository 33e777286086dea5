// Expand: each row once per grouping set.
import { compile, fieldAccess, rowLiteral } from '#table/codegen/row-code';
import type { ChangeKinds, ExecNode, TranslatedInput, TranslatedNode, TranslationContext, WindowProperties } from '#table/exec/exec-node';
import { KIND_KEY, type TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';

export class ExpandExec implements ExecNode {
  readonly kind = 'Expand';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly groupColumns: readonly number[];
  readonly groupingSets: readonly (readonly number[])[];
  readonly upsertKeys: readonly (readonly number[])[] = [];
  readonly window: WindowProperties | undefined;

  /** @param rowType the input's columns, a copy of each grouping column, the number of the set. */
  constructor(input: ExecNode, groupColumns: readonly number[], groupingSets: readonly (readonly number[])[], rowType: RowType) {
    this.inputs = [input];
    this.groupColumns = groupColumns;
    this.groupingSets = groupingSets;
    this.rowType = rowType;
    this.window = input.window;
  }

  get description(): string {
    const names = this.groupColumns.map((column) => this.inputs[0]!.rowType.fields[column]!.name);
    return `projects=[${this.groupingSets.map((set, number) => `{${names.map((name, index) => (set.includes(index) ? name : 'null')).join(', ')}, ${number} AS $e}`).join(', ')}]`;
  }

  changes(inputs: readonly ChangeKinds[]): ChangeKinds {
    return inputs[0]!;
  }

  needsUpdateBefore(isRequired: boolean): readonly boolean[] {
    return [isRequired];
  }

  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    const rows = context.plainRows(input!);
    const from = fieldKeys(input!.rowType);
    const keys = [...fieldKeys(this.rowType), ...(context.hasKind ? [KIND_KEY] : [])];
    const own = from.map((key) => fieldAccess('row', key));
    const literals = this.groupingSets.map((set, number) => rowLiteral(keys, [
      ...own, ...this.groupColumns.map((column, index) => (set.includes(index) ? own[column]! : 'null')), String(number), ...(context.hasKind ? [fieldAccess('row', KIND_KEY)] : []),
    ]));
    const apply = compile<(row: TableRow, collect: (row: TableRow) => void) => void>('row, collect', `{ ${literals.map((literal) => `collect(${literal});`).join(' ')} }`);
    return context.oneInput(rows, { kind: 'row', row: { kind: 'flatMap', apply } });
  }
}
