// When a partition of a `filesystem` table is complete, by its options: by the time that its folder stands for, or by the clock.
import type { PartitionCommit } from '#connectors/files/file-committable';
import { identifierText, type ResolvedTable } from '#table/catalog/resolved-table';
import { FunctionError, TableError } from '#table/errors';
import { partitionFolders } from '#table/factories/partition-paths';
import { choiceOption, durationOption, refuseOption } from '#table/factories/table-options';
import type { TableOptions } from '#table/factories/table-factory';
import { datePattern } from '#table/values/date-pattern';
import { parseTimestampText } from '#table/values/datetime-text';
import { findTimeZone, toEpochMs, type TimeZone } from '#table/values/time-zone';

export const PARTITION_COMMIT_OPTIONS = [
  'sink.partition-commit.trigger', 'sink.partition-commit.delay', 'sink.partition-commit.watermark-time-zone', 'sink.partition-commit.policy.kind', 'sink.partition-commit.policy.class',
  'sink.partition-commit.success-file.name', 'partition.time-extractor.kind', 'partition.time-extractor.class', 'partition.time-extractor.timestamp-pattern', 'partition.time-extractor.timestamp-formatter',
];

const SUCCESS_FILE = '_SUCCESS';

/** Undefined: nobody is told. Throws TABLE_OPTION_INVALID. */
export function partitionCommitOf(table: ResolvedTable, options: TableOptions): PartitionCommit | undefined {
  const successFile = successFileOf(table, options);
  const trigger = choiceOption(table, options, 'sink.partition-commit.trigger', ['process-time', 'partition-time'], 'process-time');
  const delayMs = durationOption(table, options, 'sink.partition-commit.delay', '0 s');
  const timeOf = partitionTimeOf(table, options);
  if (successFile === undefined) return undefined;
  if (trigger === 'process-time') return { successFile, isComplete: (_bucket, { nowMs, createdMs }) => delayMs === 0 || nowMs >= createdMs + delayMs };
  if (table.partitionKeys.length === 0) return refuse(table, "'sink.partition-commit.trigger' = 'partition-time' needs a table with PARTITIONED BY");
  return { successFile, isComplete: (bucket, { watermark }) => watermark > timeOf(bucket) + delayMs };
}

function successFileOf(table: ResolvedTable, { all }: TableOptions): string | undefined {
  const kinds = (all['sink.partition-commit.policy.kind'] ?? '').split(',').map((kind) => kind.trim()).filter((kind) => kind !== '');
  for (const kind of kinds) {
    if (kind === 'success-file') continue;
    if (kind === 'metastore') refuse(table, "Can not configure a 'metastore' partition commit policy for a file system table. You can only configure 'metastore' partition commit policy for a hive table.");
    refuse(table, `the partition commit policy '${kind}' is not there: 'sink.partition-commit.policy.kind' is 'success-file' or left out`);
  }
  const name = all['sink.partition-commit.success-file.name'] ?? SUCCESS_FILE;
  // One that readers of the folder pass over, and no other folder's.
  if (!/^[._][^/\0]*$/.test(name)) refuse(table, `'sink.partition-commit.success-file.name' is '${name}': give a file name that begins with _ or ., which readers pass over`);
  return kinds.length === 0 ? undefined : name;
}

/** Epoch ms that a partition begins. Throws FunctionError where its values are no time. */
function partitionTimeOf(table: ResolvedTable, options: TableOptions): (bucket: string) => number {
  const { all } = options;
  if (choiceOption(table, options, 'partition.time-extractor.kind', ['default', 'custom'], 'default') === 'custom') refuse(table, "a custom 'partition.time-extractor.kind' is not there: use default, with a 'partition.time-extractor.timestamp-pattern'");
  const pattern = all['partition.time-extractor.timestamp-pattern'];
  const formatter = all['partition.time-extractor.timestamp-formatter'];
  const zoneName = all['sink.partition-commit.watermark-time-zone'] ?? 'UTC';
  const zone = findTimeZone(zoneName) ?? refuseOption(table, 'sink.partition-commit.watermark-time-zone', zoneName, "a time zone such as 'Europe/Berlin'");
  for (const [, name] of (pattern ?? '').matchAll(/\$(\w+)/g)) {
    if (!table.partitionKeys.some((key) => name!.startsWith(key))) refuse(table, `'partition.time-extractor.timestamp-pattern' names $${name!}, which is no partition column: ${table.partitionKeys.join(', ')}`);
  }
  // The longest name first: $hour is not $h and "our".
  const names = [...table.partitionKeys].sort((a, b) => b.length - a.length);
  return (bucket) => {
    const values = partitionFolders(bucket);
    const text = pattern === undefined ? values.get(table.partitionKeys[0]!) ?? '' : names.reduce((filled, name) => filled.replaceAll(`$${name}`, () => values.get(name) ?? ''), pattern);
    return timeOf(text, formatter, zone);
  };
}

function timeOf(text: string, formatter: string | undefined, zone: TimeZone): number {
  const parsed = formatter === undefined ? parseTimestampText(text) : datePattern(formatter).parse(text, { isLenient: false });
  if (parsed === undefined) throw new FunctionError(`the partition time '${text}' is no timestamp 'yyyy-MM-dd HH:mm:ss' or date: set 'partition.time-extractor.timestamp-pattern' or 'partition.time-extractor.timestamp-formatter'`);
  return toEpochMs(parsed.ms, zone);
}

function refuse(table: ResolvedTable, problem: string): never {
  throw new TableError('TABLE_OPTION_INVALID', `${problem} (table ${identifierText(table.identifier)})`);
}
