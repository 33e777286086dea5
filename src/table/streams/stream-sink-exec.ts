// The end of a plan whose rows go on as a DataStream of the same job.
import { TableError } from '#table/errors';
import { INSERT_ONLY, isInsertOnly, type ChangeKinds, type ExecNode, type TranslatedInput, type TranslatedNode, type TranslationContext } from '#table/exec/exec-node';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import type { TableRow } from '#table/runtime/row-kind';
import { RecordOperator } from '#table/streams/record-operator';
import { fieldKeys, type RowType } from '#table/types/logical-type';

export class StreamSinkExec implements ExecNode {
  readonly kind = 'DataStreamSink';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly isChangelog: boolean;
  readonly upsertKeys: readonly (readonly number[])[] = [];

  /** @param options `isChangelog`: the stream takes every change; otherwise inserts only. */
  constructor(input: ExecNode, options: { readonly isChangelog: boolean }) {
    this.inputs = [input];
    this.rowType = input.rowType;
    this.isChangelog = options.isChangelog;
  }

  get description(): string {
    return `fields=[${this.rowType.fields.map(({ name }) => name).join(', ')}]`;
  }

  /** Throws TABLE_CHANGELOG_MISMATCH. */
  changes([input]: readonly ChangeKinds[]): ChangeKinds {
    if (!this.isChangelog && !isInsertOnly(input!)) {
      const what = input!.updates && input!.deletes ? 'update and delete' : input!.updates ? 'update' : 'delete';
      const node = this.inputs[0]!;
      throw new TableError('TABLE_CHANGELOG_MISMATCH', `Table sink 'Unregistered_DataStream_Sink' doesn't support consuming ${what} changes which is produced by node ${node.kind}(${node.description}): use toChangelogStream`);
    }
    return INSERT_ONLY;
  }

  needsUpdateBefore(): readonly boolean[] {
    return [this.isChangelog];
  }

  /** The event time of a row is the timestamp of its record, where there is one that can be meant. */
  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    const rows = context.plainRows(input!);
    const outputType = rowTypeInformation(input!.rowType, { hasKind: input!.hasKind });
    const times = this.rowType.fields.flatMap(({ type }, index) => ((type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') && type.time === 'rowtime' ? [fieldKeys(this.rowType)[index]!] : []));
    const [key] = times;
    if (times.length !== 1) return context.oneInput(rows, { kind: 'row', row: { kind: 'map', apply: (row: TableRow) => row } }, { name: 'TableToDataStream', outputType });
    const timestampOf = (row: TableRow, timestamp: number): number => (row[key!] === null ? timestamp : Number(row[key!]));
    return context.oneInput(rows, { kind: 'stream', create: () => new RecordOperator({ apply: (row) => row, timestampOf }) }, { name: 'TableToDataStream', outputType });
  }
}
