// `filesystem`: files of a directory, by a format, in partitions if the table has them. Reading may go on with files that come
// later; writing makes files visible with checkpoints, or at the end; looking up reads all of it once.
import { FileSource } from '#connectors/files/source';
import type { ResolvedTable } from '#table/catalog/resolved-table';
import { FilesystemLookup } from '#table/factories/filesystem-lookup';
import { fileFormatOf, pathOf } from '#table/factories/filesystem-scan';
import { FILESYSTEM_SINK_OPTIONS, filesystemSink } from '#table/factories/filesystem-sink';
import { PARTITION_COMMIT_OPTIONS } from '#table/factories/partition-commit';
import { checkOptions, choiceOption, durationOption, parallelismOption } from '#table/factories/table-options';
import { INSERTS, type ScanTableSource, type TableConnector, type TableOptions } from '#table/factories/table-factory';
import { formatOf, formatOptionNames } from '#table/formats/format-registry';
import type { TableRow } from '#table/runtime/row-kind';

const OPTIONS = ['source.monitor-interval', 'source.report-statistics', 'partition.default-name', ...FILESYSTEM_SINK_OPTIONS, ...PARTITION_COMMIT_OPTIONS];

export const filesystemConnector: TableConnector = {
  identifier: 'filesystem',

  createScan(table, options) {
    const format = checkedFormat(table, options);
    const monitorIntervalMs = durationOption(table, options, 'source.monitor-interval', undefined);
    choiceOption(table, options, 'source.report-statistics', ['ALL', 'NONE'], 'ALL');
    const source: ScanTableSource = {
      kind: 'scan-source',
      changes: format.kind === 'text' ? format.changes : INSERTS,
      isBounded: monitorIntervalMs === undefined,
      createSource: ({ rowType, functions, usedColumns }) => ({
        source: FileSource.forFormat<TableRow>(pathOf(options), fileFormatOf(table, options, rowType, functions.localTimeZone, usedColumns), { isRecursive: true, monitorIntervalMs }),
        ...parallelismOption(table, options, 'scan.parallelism'),
      }),
    };
    if (format.kind === 'text') return source;
    // Lines are read whole; of blocks only what is used is, so such a source is told, though it filters nothing itself.
    const ofBlocks: ScanTableSource = { ...source, withFilters: (conditions) => ({ source: ofBlocks, remaining: conditions }) };
    return ofBlocks;
  },

  createLookup(table, options) {
    checkedFormat(table, options);
    return {
      kind: 'lookup-source',
      createLookup: (keyColumns, rowType) => new FilesystemLookup({ path: pathOf(options), rowType, keyColumns, format: fileFormatOf(table, options, rowType, 'UTC') }),
    };
  },

  createSink(table, options) {
    const format = checkedFormat(table, options);
    const { updates, deletes } = format.kind === 'text' ? format.changes : INSERTS;
    return {
      kind: 'sink', supportsOverwrite: true,
      changelogMode: (offered) => ((updates || deletes) && (offered.updates || offered.deletes) ? 'retract' : 'insert-only'),
      createSink: (request) => filesystemSink(table, options, request),
    };
  },
};

function checkedFormat(table: ResolvedTable, options: TableOptions): ReturnType<typeof formatOf> {
  if (options.all['path'] === undefined) checkOptions(table, options, { required: ['path', 'format'], optional: OPTIONS, prefixes: [''] });
  const format = formatOf(table, options);
  checkOptions(table, options, { required: ['path', 'format'], optional: [...OPTIONS, ...formatOptionNames(format)] });
  return format;
}
