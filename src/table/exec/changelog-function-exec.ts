// ProcessTableFunction: TO_CHANGELOG makes rows with an operation code of changes, FROM_CHANGELOG changes of such rows. Row by row.
import { compile, fieldAccess, rowLiteral } from '#table/codegen/row-code';
import { INSERT_ONLY, type ChangeKinds, type ExecNode, type TranslatedInput, type TranslatedNode, type TranslationContext } from '#table/exec/exec-node';
import { TableError } from '#table/errors';
import { KIND_KEY, kindOf, RowKind, type TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';

export interface ChangelogFunctionShape {
  readonly name: 'TO_CHANGELOG' | 'FROM_CHANGELOG';
  /** Of FROM_CHANGELOG: the column with the code. */
  readonly opColumn: number;
  /** TO_CHANGELOG: by kind; changes without a code are left out. */
  readonly codes: readonly (string | undefined)[];
  /** FROM_CHANGELOG: by code. */
  readonly kinds: Readonly<Record<string, number>>;
}

export class ChangelogFunctionExec implements ExecNode {
  readonly kind = 'ProcessTableFunction';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly shape: ChangelogFunctionShape;
  readonly upsertKeys: readonly (readonly number[])[] = [];

  constructor(input: ExecNode, shape: ChangelogFunctionShape, rowType: RowType) {
    this.inputs = [input];
    this.shape = shape;
    this.rowType = rowType;
  }

  get description(): string {
    return `invocation=[${this.shape.name}(TABLE(#0))], select=[${this.rowType.fields.map(({ name }) => name).join(', ')}]`;
  }

  changes(): ChangeKinds {
    if (this.shape.name === 'TO_CHANGELOG') return INSERT_ONLY;
    const kinds = Object.values(this.shape.kinds);
    return { updates: kinds.includes(RowKind.UPDATE_BEFORE) || kinds.includes(RowKind.UPDATE_AFTER), deletes: kinds.includes(RowKind.DELETE) };
  }

  needsUpdateBefore(): readonly boolean[] {
    return [this.shape.name === 'TO_CHANGELOG' && this.shape.codes[RowKind.UPDATE_BEFORE] !== undefined];
  }

  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    const rows = context.plainRows(input!);
    const apply = this.shape.name === 'TO_CHANGELOG' ? this.#toChangelog(input!.rowType) : this.#fromChangelog(input!.rowType, context.hasKind);
    return context.oneInput(rows, { kind: 'row', row: { kind: 'flatMap', apply } });
  }

  #toChangelog(from: RowType): (row: TableRow, collect: (row: TableRow) => void) => void {
    const { codes } = this.shape;
    const make = compile<(row: TableRow, op: string) => TableRow>('row, op', `(${rowLiteral(fieldKeys(this.rowType), ['op', ...fieldKeys(from).map((key) => fieldAccess('row', key))])})`);
    return (row, collect) => {
      const code = codes[kindOf(row)];
      if (code !== undefined) collect(make(row, code));
    };
  }

  #fromChangelog(from: RowType, hasKind: boolean): (row: TableRow, collect: (row: TableRow) => void) => void {
    const { opColumn, kinds } = this.shape;
    const keys = fieldKeys(from);
    const opKey = keys[opColumn]!;
    const values = keys.filter((_, index) => index !== opColumn).map((key) => fieldAccess('row', key));
    const make = compile<(row: TableRow, kind: number) => TableRow>('row, kind', `(${rowLiteral([...fieldKeys(this.rowType), ...(hasKind ? [KIND_KEY] : [])], [...values, ...(hasKind ? ['kind'] : [])])})`);
    return (row, collect) => {
      const op = row[opKey] as string | null;
      const kind = op === null ? undefined : kinds[op];
      if (kind === undefined) throw new TableError('TABLE_CHANGELOG_MISMATCH', `Received invalid op code '${String(op)}': FROM_CHANGELOG knows ${Object.keys(kinds).join(', ')}`);
      collect(make(row, kind));
    };
  }
}
