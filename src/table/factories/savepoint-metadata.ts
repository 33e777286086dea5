// `savepoint_metadata(path)`, of Flink's module `state`: a row per operator of a checkpoint or savepoint.
import type { ResolvedTable } from '#table/catalog/resolved-table';
import { TableError } from '#table/errors';
import { RowsSource } from '#table/factories/rows-source';
import type { Snapshots } from '#table/factories/snapshots';
import { INSERTS, type ScanTableSource } from '#table/factories/table-factory';
import type { TableRow } from '#table/runtime/row-kind';
import { LogicalTypes, notNull, type LogicalType } from '#table/types/logical-type';

const COLUMNS: readonly (readonly [name: string, type: LogicalType])[] = [
  ['checkpoint-id', notNull(LogicalTypes.BIGINT)], ['operator-name', LogicalTypes.STRING], ['operator-uid', LogicalTypes.STRING], ['operator-uid-hash', notNull(LogicalTypes.STRING)],
  ['operator-parallelism', notNull(LogicalTypes.INT)], ['operator-max-parallelism', notNull(LogicalTypes.INT)], ['operator-subtask-state-size-in-bytes', notNull(LogicalTypes.BIGINT)],
  ['operator-coordinator-state-size-in-bytes', notNull(LogicalTypes.BIGINT)], ['operator-total-size-in-bytes', notNull(LogicalTypes.BIGINT)],
];

export function savepointMetadataTable(path: string): ResolvedTable {
  const source: ScanTableSource = {
    kind: 'scan-source', changes: INSERTS, isBounded: true,
    createSource({ functions: { snapshots } }) {
      if (snapshots === undefined) throw new TableError('TABLE_NOT_SUPPORTED', 'this table environment was made without a way to read savepoints');
      return { source: new RowsSource('Savepoint Metadata', () => metadataRows(snapshots, path)), parallelism: 1 };
    },
  };
  return {
    identifier: { catalog: 'default_catalog', database: 'default_database', name: 'savepoint_metadata' }, options: {}, partitionKeys: [], isTemporary: true, factory: source,
    schema: { columns: COLUMNS.map(([name, type]) => ({ kind: 'physical', name, type })), watermark: undefined, primaryKey: undefined },
  };
}

/** Sources' enumerators and the like are kept with the checkpoint itself here, not as an operator's own bytes. */
async function metadataRows(snapshots: Snapshots, path: string): Promise<readonly TableRow[]> {
  const snapshot = await snapshots.open(path);
  const bytes = new Map<string, number>();
  for (const state of await snapshot.states()) bytes.set(state.operatorId, (bytes.get(state.operatorId) ?? 0) + state.bytes);
  return snapshot.operators.map(({ operatorId, uid, name, parallelism, maxParallelism }) => {
    const size = bytes.get(operatorId) ?? 0;
    return Object.fromEntries([snapshot.checkpointId, name ?? null, uid ?? null, operatorId, parallelism, maxParallelism, size, 0, size].map((value, index) => [COLUMNS[index]![0], value]));
  });
}
