// `millrace state ls|read|diff PATH…`: the state of checkpoints and savepoints as rows, without a job and without changing
// anything.
import { countOf, formatHelp, parseArguments, valueOf, type ParsedArguments } from '#cli/arguments';
import type { CommandContext } from '#cli/command-context';
import { STATE_COMMAND } from '#cli/commands/state-command';
import { readConfiguration } from '#cli/configuration-input';
import { CliError } from '#cli/errors';
import { ClientError } from '#client/errors';
import { formatTable } from '#cli/output/figures-text';
import { cellText, csvLine } from '#cli/output/state-values';
import { formatColumns, SavepointReader, type SnapshotStateInfo } from '#client/savepoint/savepoint-reader';
import { differenceOf, type StateChange } from '#client/savepoint/state-difference';
import type { StateRow } from '#client/savepoint/snapshot-states';
import { jsonValue } from '#core/serialization/json-value';
import type { Process } from '#platform/process/process';
import { createCheckpointStorage } from '#state/checkpoint-storage/storage-by-path';

interface Selection {
  readonly uid: string | undefined;
  readonly state: string | undefined;
  /** As JSON. */
  readonly key: string | undefined;
  readonly limit: number;
  readonly isInternalShown: boolean;
  readonly format: string;
}

export async function runState({ platform, words }: CommandContext): Promise<number> {
  const parsed = parseArguments(STATE_COMMAND, words);
  const { process } = platform;
  if (parsed.values.has('help')) {
    process.writeStdout(formatHelp(STATE_COMMAND));
    return 0;
  }
  const [action, ...paths] = parsed.positional;
  if (parsed.values.has('job')) return (await import('#cli/commands/state-of-job')).readStateOfJob({ platform, words });
  const selection = selectionOf(parsed);
  assertUse(action, paths);
  const { files, clock, random } = platform;
  const doors = { files, clock, random, process, storage: createCheckpointStorage(files, await readConfiguration(platform, parsed)) };
  const readers = await Promise.all(paths.map((path) => SavepointReader.read(path, doors)));
  switch (action) {
    case 'ls':
      for (const [index, reader] of readers.entries()) await list(process, paths[index]!, reader, selection);
      return 0;
    case 'read':
      for (const [index, reader] of readers.entries()) await read(process, paths[index]!, reader, selection);
      return 0;
    default:
      await diff(process, readers[0]!, readers[1]!, selection);
      return 0;
  }
}

/** Before anything is read. */
function assertUse(action: string | undefined, paths: readonly string[]): void {
  if (action !== undefined && !['ls', 'read', 'diff'].includes(action)) throw new CliError('USAGE_VALUE_INVALID', `millrace state does not know '${action}': give ls, read or diff`);
  if (paths.length === 0) throw new CliError('USAGE_ARGUMENT_MISSING', `millrace state needs ${action === undefined ? 'ls, read or diff and ' : ''}the directory of a checkpoint or savepoint: millrace state ${STATE_COMMAND.usage}`);
  if (action === 'diff' && paths.length !== 2) throw new CliError(paths.length < 2 ? 'USAGE_ARGUMENT_MISSING' : 'USAGE_ARGUMENT_SURPLUS', `millrace state diff compares two snapshots, got ${paths.length}: millrace state diff OLD NEW`);
}

function selectionOf(parsed: ParsedArguments): Selection {
  const key = valueOf(parsed, 'key');
  return {
    uid: valueOf(parsed, 'uid'), state: valueOf(parsed, 'state'),
    key: key === undefined ? undefined : normalizedKey(key),
    limit: countOf(parsed, 'limit', 0) ?? Infinity,
    isInternalShown: parsed.values.has('all') || parsed.values.has('state'),
    format: parsed.values.has('json') ? 'ndjson' : valueOf(parsed, 'format') ?? 'table',
  };
}

/** Text that is no JSON is taken as it is: --key user-1. */
function normalizedKey(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return JSON.stringify(text);
  }
}

async function selected(reader: SavepointReader, { uid, state, isInternalShown }: Selection): Promise<readonly SnapshotStateInfo[]> {
  const operator = uid === undefined ? undefined : reader.operator(uid);
  const found = (await reader.states()).filter((info) => (operator === undefined || info.operator.operatorId === operator.operatorId)
    && (state === undefined || info.name === state) && (isInternalShown || info.kind !== 'internal'));
  if (found.length === 0 && state !== undefined) throw new ClientError('SNAPSHOT_STATE_UNKNOWN', `there is no state '${state}'${uid === undefined ? '' : ` of the operator ${uid}`} in ${reader.directory}: see millrace state ls --all`);
  return found;
}

function operatorName({ operator }: SnapshotStateInfo): string {
  return operator.uid ?? operator.operatorId;
}

async function list(process: Process, path: string, reader: SavepointReader, selection: Selection): Promise<void> {
  const states = await selected(reader, selection);
  const header = ['snapshot', 'checkpoint', 'operator', 'name', 'parallelism', 'maxParallelism', 'state', 'kind', 'columns', 'bytes'] as const;
  const rows = states.map((info) => {
    const { name, parallelism, maxParallelism } = info.operator;
    return [path, reader.checkpointId, operatorName(info), name ?? '', parallelism, maxParallelism, info.name, info.kind, formatColumns(info.columns), info.bytes] as const;
  });
  if (selection.format === 'table') process.writeStdout(`${path}: checkpoint ${reader.checkpointId}\n${formatTable(header.slice(2), rows.map((row) => row.slice(2)))}`);
  else printRows(process, selection.format, header, rows.map((row) => Object.fromEntries(header.map((column, i) => [column, row[i]]))));
}

async function read(process: Process, path: string, reader: SavepointReader, selection: Selection): Promise<void> {
  const states = await selected(reader, selection);
  if (selection.format === 'csv' && states.length > 1) throw new CliError('USAGE_VALUE_INVALID', `--format csv prints one state, ${path} has ${states.length} of them: choose one with --uid and --state`);
  for (const info of states) {
    const rows: StateRow[] = [];
    let count = 0;
    for await (const row of reader.rows(info.operator.operatorId, info.name, { kind: info.kind })) {
      if (selection.key !== undefined && JSON.stringify(jsonValue(row['key'] ?? row['mapKey'])) !== selection.key) continue;
      if (count++ >= selection.limit) break;
      if (selection.format === 'ndjson') process.writeStdout(`${JSON.stringify({ operator: operatorName(info), state: info.name, kind: info.kind, ...jsonValue(row) as object })}\n`);
      else rows.push(row);
    }
    if (selection.format === 'ndjson') continue;
    const columns = info.columns.map(({ name }) => name);
    if (selection.format === 'table') process.writeStdout(`${operatorName(info)}: ${info.kind} ${info.name} (${formatColumns(info.columns)})\n`);
    printRows(process, selection.format, columns, rows);
  }
}

async function diff(process: Process, before: SavepointReader, after: SavepointReader, selection: Selection): Promise<void> {
  const changes: StateChange[] = [];
  let count = 0;
  for await (const change of differenceOf(before, after, { before: await selected(before, selection), after: await selected(after, selection) })) {
    if (selection.key !== undefined && JSON.stringify(jsonValue(change.row['key'] ?? change.row['mapKey'])) !== selection.key) continue;
    if (count++ >= selection.limit) break;
    const { op, operator, state, row } = change;
    if (selection.format === 'ndjson') process.writeStdout(`${JSON.stringify({ op, operator, state, ...jsonValue(row) as object })}\n`);
    else changes.push(change);
  }
  if (selection.format === 'ndjson') return;
  const columns = [...new Set(changes.flatMap(({ row }) => Object.keys(row)))];
  printRows(process, selection.format, ['op', 'operator', 'state', ...columns], changes.map(({ op, operator, state, row }) => ({ op, operator, state, ...row })));
}

function printRows(process: Process, format: string, columns: readonly string[], rows: readonly StateRow[]): void {
  switch (format) {
    case 'ndjson': return rows.forEach((row) => process.writeStdout(`${JSON.stringify(jsonValue(row))}\n`));
    case 'csv': return [columns, ...rows.map((row) => columns.map((column) => cellText(row[column])))].forEach((cells) => process.writeStdout(csvLine(cells)));
    default: return process.writeStdout(formatTable(columns, rows.map((row) => columns.map((column) => (typeof row[column] === 'number' ? row[column] : cellText(row[column]))))));
  }
}
