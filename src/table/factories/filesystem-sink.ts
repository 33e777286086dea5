// Writing a `filesystem` table: files by its format, a folder per partition, rolled by its policy, and marks in partitions that are
// complete. In a bounded job files may take the place of those that are there.
import { FileSink } from '#connectors/files/sink';
import type { FileSinkOptions } from '#connectors/files/sink';
import { RollingPolicy } from '#connectors/files/rolling-policy';
import { identifierText, type ResolvedTable } from '#table/catalog/resolved-table';
import { TableError } from '#table/errors';
import { defaultPartition, pathOf } from '#table/factories/filesystem-scan';
import { partitionCommitOf } from '#table/factories/partition-commit';
import { partitionPathOf, staticPartitionPath } from '#table/factories/partition-paths';
import { bytesOption, durationOption, parallelismOption } from '#table/factories/table-options';
import type { SinkRequest, SinkRuntime, TableOptions } from '#table/factories/table-factory';
import { formatOf, formatRequest } from '#table/formats/format-registry';
import type { TableRow } from '#table/runtime/row-kind';
import type { RowType } from '#table/types/logical-type';

export const FILESYSTEM_SINK_OPTIONS = [
  'sink.rolling-policy.file-size', 'sink.rolling-policy.rollover-interval', 'sink.rolling-policy.inactivity-interval', 'sink.rolling-policy.check-interval', 'sink.parallelism',
];
const FILE_SIZE = '128MB';
const ROLLOVER_INTERVAL = '30 min';

/** Throws TABLE_OPTION_INVALID, TABLE_NOT_SUPPORTED. */
export function filesystemSink(table: ResolvedTable, options: TableOptions, request: SinkRequest): SinkRuntime {
  const { rowType, functions, isOverwrite, staticPartitions } = request;
  if (isOverwrite && !functions.isBatch) throw new TableError('TABLE_NOT_SUPPORTED', 'Streaming mode not support overwrite.');
  const format = formatOf(table, options);
  const content: RowType = { ...rowType, fields: rowType.fields.filter(({ name }) => !table.partitionKeys.includes(name)) };
  const formatting = formatRequest(format, table, options, content, functions.localTimeZone);
  const isPartitioned = table.partitionKeys.length > 0;
  const commit = partitionCommitOf(table, options);
  const partitionCommit = isPartitioned || functions.isBatch ? commit : undefined;
  const sinkOptions: FileSinkOptions<TableRow> = {
    rolling: rollingOf(table, options, format.kind === 'bulk'), partitionCommit,
    ...(isPartitioned ? { bucket: partitionPathOf(rowType, table.partitionKeys, defaultPartition(options), functions.localTimeZone) } : {}),
    ...(isOverwrite ? { replacement: { buckets: replacedBuckets(table, staticPartitions) } } : {}),
  };
  const sink = format.kind === 'bulk' ? FileSink.forBulk<TableRow>(pathOf(options), format.createEncoder(formatting), sinkOptions) : FileSink.forFormat<TableRow>(pathOf(options), format.createEncoder(formatting), sinkOptions);
  return { sink, ...parallelismOf(table, options, partitionCommit !== undefined || isOverwrite) };
}

/** Only one subtask knows when a partition is complete, or what was there before. */
function parallelismOf(table: ResolvedTable, options: TableOptions, isSingle: boolean): { readonly parallelism?: number } {
  const chosen = parallelismOption(table, options, 'sink.parallelism');
  if (!isSingle) return chosen;
  if (chosen.parallelism !== undefined && chosen.parallelism > 1) {
    throw new TableError('TABLE_OPTION_INVALID', `'sink.parallelism' of table ${identifierText(table.identifier)} is ${chosen.parallelism}: one subtask commits partitions and overwrites; leave the option out`);
  }
  return { parallelism: 1 };
}

function rollingOf(table: ResolvedTable, options: TableOptions, isBulk: boolean): RollingPolicy {
  const maxPartBytes = bytesOption(table, options, 'sink.rolling-policy.file-size', FILE_SIZE);
  const rolloverMs = durationOption(table, options, 'sink.rolling-policy.rollover-interval', ROLLOVER_INTERVAL);
  const inactivityMs = durationOption(table, options, 'sink.rolling-policy.inactivity-interval', ROLLOVER_INTERVAL);
  durationOption(table, options, 'sink.rolling-policy.check-interval', '1 min');
  return isBulk ? RollingPolicy.onCheckpoint({ maxPartBytes }) : RollingPolicy.bySizeAndTime({ maxPartBytes, rolloverMs, inactivityMs });
}

/** Replaced even when the query has no row: the whole of a table without partitions, or the one partition that the statement names. */
function replacedBuckets(table: ResolvedTable, staticPartitions: Readonly<Record<string, string>>): readonly string[] {
  if (table.partitionKeys.length === 0) return [''];
  return table.partitionKeys.every((key) => staticPartitions[key] !== undefined) ? [staticPartitionPath(table.partitionKeys, staticPartitions)] : [];
}
