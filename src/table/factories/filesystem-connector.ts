// `filesystem`: files of a directory, by a format, in partitions if the table has them. Reading may go on with files that come
// later; writing makes files visible with checkpoints, or at the end; looking up reads all of it once.
import { fileURLToPath } from 'node:url';
import { RollingPolicy } from '#connectors/files/rolling-policy';
import { FileSink } from '#connectors/files/sink';
import { FileSource } from '#connectors/files/source';
import { parseDuration } from '#core/config/duration';
import { parseMemorySize } from '#core/config/memory-size';
import { baseColumns, identifierText, type ResolvedTable } from '#table/catalog/resolved-table';
import { TableError } from '#table/errors';
import { checkOptions } from '#table/factories/table-options';
import { FilesystemLookup } from '#table/factories/filesystem-lookup';
import { DEFAULT_PARTITION, partitionPathOf, partitionValuesOf } from '#table/factories/partition-paths';
import { tableFileFormat, type TableFileFormat } from '#table/factories/table-files';
import type { TableConnector, TableOptions } from '#table/factories/table-factory';
import { formatOf, formatOptionNames, formatRequest } from '#table/formats/format-registry';
import type { TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';

const ROLLING_FILE_SIZE = '128MB';
const ROLLING_INTERVAL = '30 min';
const OPTIONS = [
  'source.monitor-interval', 'partition.default-name', 'sink.rolling-policy.file-size', 'sink.rolling-policy.rollover-interval', 'sink.rolling-policy.inactivity-interval',
  'sink.rolling-policy.check-interval', 'sink.parallelism',
];

export const filesystemConnector: TableConnector = {
  identifier: 'filesystem',

  createScan(table, options) {
    const format = checkedFormat(table, options);
    const monitorIntervalMs = durationOf(table, options, 'source.monitor-interval', undefined);
    return {
      kind: 'scan-source',
      changes: format.changes,
      isBounded: monitorIntervalMs === undefined,
      createSource: ({ rowType, functions }) => ({
        source: FileSource.forFormat<TableRow>(pathOf(options), tableFileFormat(fileFormatOf(table, options, rowType, functions.localTimeZone)), { isRecursive: true, monitorIntervalMs }),
      }),
    };
  },

  createLookup(table, options) {
    checkedFormat(table, options);
    return {
      kind: 'lookup-source',
      createLookup: (keyColumns, rowType) => new FilesystemLookup({ path: pathOf(options), rowType, keyColumns, format: tableFileFormat(fileFormatOf(table, options, rowType, 'UTC')) }),
    };
  },

  createSink(table, options) {
    const format = checkedFormat(table, options);
    const { updates, deletes } = format.changes;
    return {
      kind: 'sink',
      changelogMode: (offered) => ((updates || deletes) && (offered.updates || offered.deletes) ? 'retract' : 'insert-only'),
      createSink({ rowType, functions, isOverwrite }) {
        if (isOverwrite) throw new TableError('TABLE_NOT_SUPPORTED', functions.isBatch ? 'INSERT OVERWRITE is not supported by the filesystem connector' : 'Streaming mode not support overwrite.');
        const isPartition = (name: string): boolean => table.partitionKeys.includes(name);
        const content: RowType = { ...rowType, fields: rowType.fields.filter(({ name }) => !isPartition(name)) };
        const encode = format.createEncoder(formatRequest(format, table, options, content, functions.localTimeZone));
        const bucket = table.partitionKeys.length === 0 ? {} : { bucket: partitionPathOf(rowType, table.partitionKeys, defaultPartition(options), functions.localTimeZone) };
        const rolling = RollingPolicy.bySizeAndTime({
          maxPartBytes: bytesOf(table, options, 'sink.rolling-policy.file-size', ROLLING_FILE_SIZE),
          rolloverMs: durationOf(table, options, 'sink.rolling-policy.rollover-interval', ROLLING_INTERVAL)!, inactivityMs: durationOf(table, options, 'sink.rolling-policy.inactivity-interval', ROLLING_INTERVAL)!,
        });
        const parallelism = options.all['sink.parallelism'];
        return { sink: FileSink.forFormat<TableRow>(pathOf(options), encode, { rolling, ...bucket }), ...(parallelism === undefined ? {} : { parallelism: Number(parallelism) }) };
      },
    };
  },
};

function checkedFormat(table: ResolvedTable, options: TableOptions): ReturnType<typeof formatOf> {
  if (options.all['path'] === undefined) checkOptions(table, options, { required: ['path', 'format'], optional: OPTIONS, prefixes: [''] });
  const format = formatOf(table, options);
  checkOptions(table, options, { required: ['path', 'format'], optional: [...OPTIONS, ...formatOptionNames(format)] });
  return format;
}

/** A path, or a URL of the host's files. */
function pathOf({ all }: TableOptions): string {
  const path = all['path']!;
  if (!path.startsWith('file:')) return path;
  return path.startsWith('file:///') ? fileURLToPath(path) : path.slice('file:'.length).replace(/^\/+/, '/');
}

const defaultPartition = ({ all }: TableOptions): string => all['partition.default-name'] ?? DEFAULT_PARTITION;

function fileFormatOf(table: ResolvedTable, options: TableOptions, rowType: RowType, timeZone: string): TableFileFormat {
  const format = formatOf(table, options);
  const metadata = new Map(baseColumns(table.schema).flatMap((column) => (column.kind === 'metadata' ? [[column.name, column.key] as const] : [])));
  const content: RowType = { ...rowType, fields: rowType.fields.filter(({ name }) => !metadata.has(name) && !table.partitionKeys.includes(name)) };
  const request = formatRequest(format, table, options, content, timeZone);
  // Refuses bad options before a job starts.
  format.createDecoder(request);
  const partitions = partitionValuesOf(rowType, table.partitionKeys, defaultPartition(options), timeZone);
  const keys = fieldKeys(rowType);
  const fileColumns = rowType.fields.flatMap((field, index) => (metadata.has(field.name) ? [{ key: keys[index]!, value: fileFact(metadata.get(field.name)!, table) }] : []));
  return {
    createDecoder: () => format.createDecoder(request), multiLineQuote: format.multiLineQuote?.(request),
    constantsOf: (file) => ({ ...partitions(file.path), ...Object.fromEntries(fileColumns.map(({ key, value }) => [key, value(file)])) }),
  };
}

type File = Parameters<TableFileFormat['constantsOf']>[0];

function fileFact(key: string, table: ResolvedTable): (file: File) => unknown {
  switch (key) {
    case 'file.path': return ({ path }) => path;
    case 'file.name': return ({ path }) => path.slice(path.lastIndexOf('/') + 1);
    case 'file.size': return ({ bytes }) => bytes;
    default: throw new TableError('TABLE_OPTION_INVALID', `Invalid metadata key '${key}' in a column of table ${identifierText(table.identifier)}. The connector 'filesystem' supports the following metadata keys for reading: file.name, file.path, file.size`);
  }
}

function durationOf(table: ResolvedTable, { all }: TableOptions, name: string, fallback: string | undefined): number | undefined {
  const text = all[name] ?? fallback;
  if (text === undefined) return undefined;
  const parsed = parseDuration(text);
  return parsed.kind === 'parsed' ? Number(parsed.value.nanos / 1_000_000n) : refuse(table, name, text, "a duration such as '10 s'");
}

function bytesOf(table: ResolvedTable, { all }: TableOptions, name: string, fallback: string): number {
  const text = all[name] ?? fallback;
  const parsed = parseMemorySize(text);
  return parsed.kind === 'parsed' ? Number(parsed.value.bytes) : refuse(table, name, text, "a size such as '128MB'");
}

function refuse(table: ResolvedTable, name: string, text: string, wanted: string): never {
  throw new TableError('TABLE_OPTION_INVALID', `Could not parse value '${text}' for key '${name}' of table ${identifierText(table.identifier)}: give ${wanted}`);
}
