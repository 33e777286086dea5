// Rows of a query against the primary key of an upsert sink: where the query does not guarantee one row per key, ON CONFLICT decides,
// and rows are materialised in front of the sink.
import { isInsertOnly, type ChangeKinds, type ExecNode } from '#table/exec/exec-node';
import { ScanExec } from '#table/exec/scan-exec';
import { SinkMaterializeExec } from '#table/exec/sink-materialize-exec';
import { TableError } from '#table/errors';
import type { TableSink } from '#table/factories/table-factory';

export interface SinkConflictRequest {
  readonly input: ExecNode;
  readonly changes: ChangeKinds;
  readonly sink: TableSink;
  readonly sinkName: string;
  readonly keyColumns: readonly number[];
  readonly onConflict: 'ERROR' | 'NOTHING' | 'DEDUPLICATE' | undefined;
  readonly option: (key: string) => string | undefined;
}

/** What the sink reads: the query itself, or a materialization of it. */
export function withoutConflicts(request: SinkConflictRequest): ExecNode {
  const { input, changes, sink, sinkName, keyColumns, onConflict, option } = request;
  const isUpsertSink = sink.changelogMode({ updates: true, deletes: true }) === 'upsert';
  if (!isUpsertSink || keyColumns.length === 0) {
    if (onConflict !== undefined) throw new TableError('TABLE_CHANGELOG_MISMATCH', `ON CONFLICT clause is only allowed for upsert sinks. The sink '${sinkName}' is not an upsert sink because it ${sink.changelogMode({ updates: true, deletes: true }) === 'insert-only' ? 'only accepts INSERT (append-only) changes' : 'takes all changes, or has no primary key'}.`);
    return input;
  }
  const strategy = (option('table.exec.sink.upsert-materialize') ?? 'AUTO').toUpperCase();
  const isGuaranteed = input.upsertKeys.some((key) => key.every((column) => keyColumns.includes(column)));
  if (onConflict !== undefined && onConflict !== 'DEDUPLICATE' && !scansOf(input).every(({ watermark }) => watermark !== undefined)) {
    throw new TableError('TABLE_CHANGELOG_MISMATCH', `ON CONFLICT DO ${onConflict} requires all source tables to define watermarks: conflicts are settled when the watermark advances.`);
  }
  if (isGuaranteed && strategy !== 'FORCE') return input;
  if (!isGuaranteed && onConflict === undefined && option('table.exec.sink.require-on-conflict') !== 'false') {
    throw new TableError('TABLE_CHANGELOG_MISMATCH', `The query has an upsert key that differs from the primary key of the sink table '${sinkName}'. Add ON CONFLICT DO ERROR, DO NOTHING or DO DEDUPLICATE to the INSERT to say what becomes of rows of one key`);
  }
  const isNeeded = strategy === 'FORCE' || onConflict !== undefined || (strategy === 'AUTO' && !isInsertOnly(changes));
  return isNeeded ? new SinkMaterializeExec(input, { keyColumns, onConflict: onConflict ?? 'DEDUPLICATE', sinkName }) : input;
}

function scansOf(node: ExecNode): readonly ScanExec[] {
  return node instanceof ScanExec ? [node] : node.inputs.flatMap(scansOf);
}
