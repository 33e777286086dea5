// `values`: tables of rows that the program itself holds, as Flink's own tests use them: changelogs to read, and what is written, to look at.
import type { Sink, SinkWriter } from '#streaming/sink/sink';
import { identifierText, type ResolvedTable } from '#table/catalog/resolved-table';
import { TableError } from '#table/errors';
import { RowsSource } from '#table/factories/rows-source';
import { stateDecoder } from '#table/factories/state-values';
import { booleanOption, checkOptions, parallelismOption } from '#table/factories/table-options';
import { INSERTS, type SourceChanges, type TableConnector, type TableOptions } from '#table/factories/table-factory';
import { addWritten, registeredValues, type RegisteredRow } from '#table/factories/values-registry';
import { KIND_KEY, kindOf, rowKindName, rowKindOf, type TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';

const KINDS = ['I', 'UB', 'UA', 'D'];

export const valuesConnector: TableConnector = {
  identifier: 'values',

  createScan(table, options) {
    checkOptions(table, options, { required: ['data-id'], optional: ['bounded', 'changelog-mode'] });
    const id = options.all['data-id']!;
    const data = registeredValues(id) ?? refuse(table, `no rows are registered under the 'data-id' '${id}': give what registerValues returned`);
    const changes = changesOf(table, options);
    return {
      kind: 'scan-source', changes, isBounded: booleanOption(table, options, 'bounded', true),
      createSource: ({ rowType }) => {
        const rows = data.map(rowDecoder(table, rowType, changes));
        // Rows belong to those who read them: each reader gets its own.
        return { source: new RowsSource('Values Source', async () => rows.map((row) => ({ ...row }))), parallelism: 1 };
      },
    };
  },

  createSink(table, options) {
    checkOptions(table, options, { required: [], optional: ['sink.parallelism', 'sink-insert-only', 'data-id', 'bounded', 'changelog-mode'] });
    const isInsertOnly = booleanOption(table, options, 'sink-insert-only', false);
    return {
      kind: 'sink',
      changelogMode: ({ updates, deletes }) => (isInsertOnly || (!updates && !deletes) ? 'insert-only' : table.schema.primaryKey === undefined ? 'retract' : 'upsert'),
      deletesByUpdateBefore: true,
      createSink: ({ rowType }) => ({ sink: new ValuesSink(table.identifier.name, rowType), ...parallelismOption(table, options, 'sink.parallelism') }),
    };
  },
};

function changesOf(table: ResolvedTable, { all }: TableOptions): SourceChanges {
  const text = all['changelog-mode'];
  if (text === undefined) return INSERTS;
  const kinds = text.split(',').map((kind) => kind.trim());
  const odd = kinds.find((kind) => !KINDS.includes(kind));
  if (odd !== undefined) refuse(table, `'changelog-mode' has '${odd}': give some of ${KINDS.join(', ')}, with commas`);
  return { updates: kinds.includes('UA'), deletes: kinds.includes('D'), hasUpdateBefore: kinds.includes('UB') };
}

function rowDecoder(table: ResolvedTable, rowType: RowType, { updates, deletes }: SourceChanges): (row: RegisteredRow) => TableRow {
  const keys = fieldKeys(rowType);
  const decoders = rowType.fields.map(({ name, type }) => stateDecoder(type, name));
  const hasKind = updates || deletes;
  return ({ kind = '+I', values }) => {
    if (values.length !== keys.length) refuse(table, `a registered row has ${values.length} values, the table ${keys.length} columns`);
    if (!hasKind && kind !== '+I') refuse(table, `a registered row is ${kind}, the table brings inserts only: give it a 'changelog-mode', such as 'I,UB,UA,D'`);
    const row: TableRow = Object.fromEntries(keys.map((key, index) => [key, decoders[index]!(values[index])]));
    if (hasKind) row[KIND_KEY] = rowKindOf(kind);
    return row;
  };
}

class ValuesSink implements Sink<TableRow, never, never> {
  readonly name = 'Values Sink';
  readonly #table: string;
  readonly #keys: readonly string[];

  constructor(table: string, rowType: RowType) {
    this.#table = table;
    this.#keys = fieldKeys(rowType);
  }

  createWriter(): SinkWriter<TableRow, never, never> {
    return {
      write: (row) => addWritten(this.#table, { kind: rowKindName(kindOf(row)), values: this.#keys.map((key) => row[key] as unknown) }),
      flush: () => undefined,
      close: () => undefined,
    };
  }
}

function refuse(table: ResolvedTable, problem: string): never {
  throw new TableError('TABLE_OPTION_INVALID', `${problem} (table ${identifierText(table.identifier)})`);
}
