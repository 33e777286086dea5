// Connectors by the `connector` option of a table: finds the factory, checks what every table needs, and gives source or sink.
import type { ResolvedTable } from '#table/catalog/resolved-table';
import { identifierText } from '#table/catalog/resolved-table';
import { TableError } from '#table/errors';
import { blackholeConnector } from '#table/factories/blackhole-connector';
import { datagenConnector } from '#table/factories/datagen-connector';
import { filesystemConnector } from '#table/factories/filesystem-connector';
import { jdbcConnector } from '#table/factories/jdbc-connector';
import { nexmarkConnector } from '#table/factories/nexmark-connector';
import { printConnector } from '#table/factories/print-connector';
import { savepointConnector } from '#table/factories/savepoint-connector';
import { socketConnector } from '#table/factories/socket-connector';
import { valuesConnector } from '#table/factories/values-connector';
import type { LookupTableSource, ScanTableSource, TableConnector, TableObject, TableSink } from '#table/factories/table-factory';

const CONNECTORS: ReadonlyMap<string, TableConnector> = new Map([blackholeConnector, datagenConnector, filesystemConnector, jdbcConnector, nexmarkConnector, printConnector, savepointConnector, socketConnector, valuesConnector].map((connector) => [connector.identifier, connector]));

export function connectorNames(): readonly string[] {
  return [...CONNECTORS.keys()].sort();
}

export function scanSourceOf(table: ResolvedTable, hints: Readonly<Record<string, string>>): ScanTableSource {
  const own = table.factory as TableObject | undefined;
  if (own?.kind === 'scan-source') return own;
  const connector = connectorOf(table, hints);
  const source = connector.createScan?.(table, { all: { ...table.options, ...hints } });
  if (source === undefined) throw new TableError('TABLE_OPTION_INVALID', `Connector '${connector.identifier}' can only be used as a sink. It cannot be used as a source.`, { context: { table: identifierText(table.identifier) } });
  return source;
}

export function lookupSourceOf(table: ResolvedTable, hints: Readonly<Record<string, string>>): LookupTableSource | undefined {
  const own = table.factory as (TableObject & { readonly lookup?: Omit<LookupTableSource, 'kind'> }) | undefined;
  // A table of a program that can be scanned may have a lookup beside.
  if (own?.lookup !== undefined) return { kind: 'lookup-source', ...own.lookup };
  if (own !== undefined) return own.kind === 'lookup-source' ? own : undefined;
  return connectorOf(table, hints).createLookup?.(table, { all: { ...table.options, ...hints } });
}

export function sinkOf(table: ResolvedTable, hints: Readonly<Record<string, string>>): TableSink {
  const own = table.factory as TableObject | undefined;
  if (own?.kind === 'sink') return own;
  const connector = connectorOf(table, hints);
  const sink = connector.createSink?.(table, { all: { ...table.options, ...hints } });
  if (sink === undefined) throw new TableError('TABLE_OPTION_INVALID', `Connector '${connector.identifier}' can only be used as a source. It cannot be used as a sink.`, { context: { table: identifierText(table.identifier) } });
  return sink;
}

function connectorOf(table: ResolvedTable, hints: Readonly<Record<string, string>>): TableConnector {
  const name = hints['connector'] ?? table.options['connector'];
  const path = identifierText(table.identifier);
  if (name === undefined) throw new TableError('TABLE_OPTION_INVALID', `table ${path} has no option 'connector': CREATE TABLE … WITH ('connector' = '…'), one of ${connectorNames().join(', ')}`);
  const connector = CONNECTORS.get(name);
  if (connector === undefined) throw new TableError('TABLE_OPTION_INVALID', `Could not find any factory for identifier '${name}' of table ${path}. Available factory identifiers are: ${connectorNames().join(', ')}`);
  return connector;
}
