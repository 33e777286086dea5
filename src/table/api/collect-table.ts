// The table that a query without INSERT writes to: its rows go back to the client.
import { CollectSink } from '#connectors/collect/sink';
import type { CatalogRegistry } from '#table/catalog/catalog-registry';
import type { ResolvedTable } from '#table/catalog/resolved-table';
import type { TableSink } from '#table/factories/table-factory';
import type { RowType } from '#table/types/logical-type';

/** A job has one such sink: each query is a job of its own. */
export const COLLECT_UID = 'table-collect';

const sink: TableSink = {
  kind: 'sink',
  changelogMode: ({ updates, deletes }) => (updates || deletes ? 'retract' : 'insert-only'),
  createSink: () => ({ sink: new CollectSink(), parallelism: 1 }),
};

export function collectTable(rowType: RowType, uid: string, catalogs: CatalogRegistry): ResolvedTable {
  return {
    identifier: { catalog: catalogs.currentCatalog, database: catalogs.currentDatabase, name: uid }, isTemporary: true, options: {}, partitionKeys: [], factory: sink,
    // Columns take what comes: the sink checks nothing.
    schema: { columns: rowType.fields.map(({ name, type }) => ({ kind: 'physical', name, type: { ...type, isNullable: true } })), watermark: undefined, primaryKey: undefined },
  };
}
