// A DataStream as a table that can be scanned: its records become rows where the plan begins. Records of a changelog say their kind in
// `$kind`; without one they insert.
import type { Transformation } from '#graph/transformation/transformation';
import type { TransformationList } from '#graph/transformation/transformation-list';
import { AssertionError } from '#core/assert';
import type { ResolvedColumn } from '#table/catalog/resolved-table';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import { TableError } from '#table/errors';
import type { ScanTableSource, SourceChanges } from '#table/factories/table-factory';
import { KIND_KEY, kindOf, RowKind, type TableRow } from '#table/runtime/row-kind';
import { rowConverter } from '#table/streams/external-values';
import { RecordOperator } from '#table/streams/record-operator';
import { fieldKeys, type RowType } from '#table/types/logical-type';

/** The one piece of metadata that a stream has: the timestamps of its records. */
const ROWTIME_METADATA = 'rowtime';

export interface StreamTable {
  readonly stream: Transformation;
  /** Of the table, in order; computed ones are none of the source's. */
  readonly columns: readonly ResolvedColumn[];
  readonly changes: SourceChanges;
}

export function streamTableSource({ stream, columns, changes }: StreamTable): ScanTableSource {
  const base = columns.filter(({ kind }) => kind !== 'computed');
  for (const column of base) {
    if (column.kind === 'metadata' && column.key !== ROWTIME_METADATA) throw new TableError('TABLE_NOT_SUPPORTED', `Invalid metadata key '${column.key}' in column '${column.name}': a DataStream has the metadata '${ROWTIME_METADATA}' only, the timestamps of its records`);
  }
  return {
    kind: 'scan-source', changes, isBounded: isBounded(stream),
    createSource: () => {
      throw new AssertionError('a table over a DataStream has no source of its own');
    },
    createStream: ({ rowType }, transformations) => rowsOf(stream, base, rowType, transformations, changes.updates || changes.deletes),
  };
}

function rowsOf(stream: Transformation, base: readonly ResolvedColumn[], rowType: RowType, transformations: TransformationList, hasKind: boolean): Transformation {
  const keys = fieldKeys(rowType);
  const physical = base.flatMap(({ kind }, index) => (kind === 'physical' ? [index] : []));
  const convert = rowConverter({ ...rowType, fields: physical.map((index) => rowType.fields[index]!) });
  const isTimed = physical.length < base.length;
  const apply = (record: unknown, timestamp: number): TableRow => {
    const values = convert(record);
    const row: TableRow = {};
    let next = 0;
    for (let index = 0; index < keys.length; index++) row[keys[index]!] = base[index]!.kind === 'physical' ? values[next++] : timestampValue(timestamp);
    if (hasKind) row[KIND_KEY] = kindOf(record as TableRow);
    else if (isChange(record)) throw new TableError('TABLE_STREAM_VALUE', 'a record says that it is no insert: use fromChangelogStream');
    return row;
  };
  const type = rowTypeInformation(rowType, { hasKind });
  const name = 'DataStreamToTable';
  if (!isTimed) return transformations.oneInput(name, stream, { kind: 'row', row: { kind: 'map', apply: (record: unknown) => apply(record, Number.NaN) } }, type);
  return transformations.oneInput(name, stream, { kind: 'stream', create: () => new RecordOperator({ apply, timestampOf: (_row, timestamp) => timestamp }) }, type);
}

function timestampValue(timestamp: number): number {
  if (Number.isNaN(timestamp)) throw new TableError('TABLE_STREAM_VALUE', 'a record has no timestamp for the metadata rowtime: give the stream one with assignTimestampsAndWatermarks');
  return timestamp;
}

function isChange(record: unknown): boolean {
  return typeof record === 'object' && record !== null && KIND_KEY in record && (record as TableRow)[KIND_KEY] !== RowKind.INSERT;
}

function isBounded(transformation: Transformation): boolean {
  return transformation.kind === 'source' ? transformation.source.boundedness === 'bounded' : transformation.inputs.every(isBounded);
}
