// Partitions that a catalog knows of: ALTER TABLE ADD and DROP PARTITION, SHOW PARTITIONS. Connectors find theirs by themselves.
import type { Session } from '#table/api/session';
import { identifierText, type PartitionSpec, type ResolvedTable } from '#table/catalog/resolved-table';
import { TableError } from '#table/errors';
import type { AddPartitions, DropPartitions } from '#table/parser/ast-alter';
import type { PartitionItem } from '#table/parser/ast-ddl';
import type { ShowStatement } from '#table/parser/ast-statement';

/** Throws TABLE_NOT_SUPPORTED where the table is not partitioned so, CATALOG_OBJECT_EXISTS and CATALOG_OBJECT_UNKNOWN. */
export function alteredPartitions(table: ResolvedTable, change: AddPartitions | DropPartitions): readonly PartitionSpec[] {
  let partitions = table.partitions ?? [];
  for (const part of change.partitions) {
    const spec = specOf('items' in part ? part.items : part, table);
    const isWhole = table.partitionKeys.every((key) => spec[key] !== undefined);
    if (!isWhole) throw new TableError('TABLE_NOT_SUPPORTED', `PartitionSpec ${textOf(spec)} does not match partition keys [${table.partitionKeys.join(', ')}] of table ${identifierText(table.identifier)}`);
    const isThere = partitions.some((known) => nameOf(known, table) === nameOf(spec, table));
    if (change.kind === 'add-partitions') {
      if (isThere && !change.ifNotExists) throw new TableError('CATALOG_OBJECT_EXISTS', `Partition ${textOf(spec)} of table ${identifierText(table.identifier)} already exists.`);
      if (!isThere) partitions = [...partitions, spec];
    } else {
      if (!isThere && !change.ifExists) throw new TableError('CATALOG_OBJECT_UNKNOWN', `Partition ${textOf(spec)} of table ${identifierText(table.identifier)} does not exist.`);
      partitions = partitions.filter((known) => nameOf(known, table) !== nameOf(spec, table));
    }
  }
  return partitions;
}

/** `day=2020-01-01/hour=1`, in order. @param statement with the values that are wanted, where it names some. */
export function partitionNames(statement: ShowStatement, { catalogs }: Session): readonly string[] {
  const id = catalogs.qualify(statement.from!.name.parts.map(({ name }) => name));
  const found = catalogs.getTable(id);
  if (found?.kind !== 'table') throw new TableError('CATALOG_OBJECT_UNKNOWN', `Table ${identifierText(id)} does not exist.`);
  const { table } = found;
  const wanted = Object.entries(specOf(statement.partition, table));
  return (table.partitions ?? []).filter((spec) => wanted.every(([key, value]) => spec[key] === value)).map((spec) => nameOf(spec, table)).sort();
}

function specOf(items: readonly PartitionItem[], table: ResolvedTable): PartitionSpec {
  if (table.partitionKeys.length === 0) throw new TableError('TABLE_NOT_SUPPORTED', `Table ${identifierText(table.identifier)} is not partitioned.`);
  const stray = items.find(({ column }) => !table.partitionKeys.includes(column.name));
  if (stray !== undefined) throw new TableError('TABLE_NOT_SUPPORTED', `'${stray.column.name}' is no partition column of ${identifierText(table.identifier)}: its partition columns are [${table.partitionKeys.join(', ')}]`);
  return Object.fromEntries(items.map(({ column, value }) => [column.name, value === undefined || !('value' in value) ? '' : String(value.value)]));
}

const nameOf = (spec: PartitionSpec, { partitionKeys }: ResolvedTable): string => partitionKeys.map((key) => `${key}=${spec[key]!}`).join('/');

const textOf = (spec: PartitionSpec): string => `{${Object.entries(spec).map(([key, value]) => `${key}=${value}`).join(', ')}}`;
