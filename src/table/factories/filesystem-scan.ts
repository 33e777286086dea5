// Files of a `filesystem` table as rows: the format's columns, those of the partitions' folders, and what is known of the file.
import { fileURLToPath } from 'node:url';
import type { FileFormat } from '#connectors/files/record-format';
import { baseColumns, identifierText, type ResolvedTable } from '#table/catalog/resolved-table';
import { TableError } from '#table/errors';
import { DEFAULT_PARTITION, partitionValuesOf } from '#table/factories/partition-paths';
import { bulkFileFormat, tableFileFormat, type FileFacts } from '#table/factories/table-files';
import type { TableOptions } from '#table/factories/table-factory';
import { formatMetadata, formatOf, formatRequest } from '#table/formats/format-registry';
import type { TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';

/** A path, or a URL of the host's files. */
export function pathOf({ all }: TableOptions): string {
  const path = all['path']!;
  if (!path.startsWith('file:')) return path;
  return path.startsWith('file:///') ? fileURLToPath(path) : path.slice('file:'.length).replace(/^\/+/, '/');
}

export const defaultPartition = ({ all }: TableOptions): string => all['partition.default-name'] ?? DEFAULT_PARTITION;

/** @param usedColumns that are read; files of blocks give the others as NULL without a look at them. Throws TABLE_OPTION_INVALID. */
export function fileFormatOf(table: ResolvedTable, options: TableOptions, rowType: RowType, timeZone: string, usedColumns?: readonly number[]): FileFormat<TableRow> {
  const format = formatOf(table, options);
  const metadata = new Map(baseColumns(table.schema).flatMap((column) => (column.kind === 'metadata' ? [[column.name, column.key] as const] : [])));
  const content: RowType = { ...rowType, fields: rowType.fields.filter(({ name }) => !metadata.has(name) && !table.partitionKeys.includes(name)) };
  const ofFormat = formatMetadata(format, table, rowType);
  const request = formatRequest(format, table, options, content, timeZone, ofFormat);
  const partitions = partitionValuesOf(rowType, table.partitionKeys, defaultPartition(options), timeZone);
  const keys = fieldKeys(rowType);
  const fileColumns = rowType.fields.flatMap((field, index) => (metadata.has(field.name) && !ofFormat.some(({ key }) => key === keys[index]) ? [{ key: keys[index]!, value: fileFact(metadata.get(field.name)!, table) }] : []));
  const constantsOf = (file: FileFacts): TableRow => ({ ...partitions(file.path), ...Object.fromEntries(fileColumns.map(({ key, value }) => [key, value(file)])) });
  if (format.kind === 'bulk') {
    // Types of all columns are checked, whatever is read.
    format.createReader(request);
    const isUsed = (name: string): boolean => usedColumns?.some((column) => rowType.fields[column]!.name === name) ?? true;
    const unread = Object.fromEntries(rowType.fields.flatMap(({ name }, index) => (isUsed(name) ? [] : [[keys[index]!, null]])));
    const used = formatRequest(format, table, options, { ...content, fields: content.fields.filter(({ name }) => isUsed(name)) }, timeZone, ofFormat);
    return bulkFileFormat(format.identifier, format.createReader(used), (file) => ({ ...unread, ...constantsOf(file) }));
  }
  // Refuses bad options before a job starts.
  format.createDecoder(request);
  return tableFileFormat({ createDecoder: () => format.createDecoder(request), multiLineQuote: format.multiLineQuote?.(request), constantsOf });
}

function fileFact(key: string, table: ResolvedTable): (file: FileFacts) => unknown {
  switch (key) {
    case 'file.path': return ({ path }) => path;
    case 'file.name': return ({ path }) => path.slice(path.lastIndexOf('/') + 1);
    case 'file.modification-time': return ({ modifiedMs }) => Math.floor(modifiedMs);
    case 'file.size': return ({ bytes }) => bytes;
    default: throw new TableError('TABLE_OPTION_INVALID', `Invalid metadata key '${key}' in a column of table ${identifierText(table.identifier)}. The connector 'filesystem' supports the following metadata keys for reading: file.modification-time, file.name, file.path, file.size`);
  }
}
