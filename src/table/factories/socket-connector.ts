// `socket`: records that a TCP server sends, by a format, each ended by a byte: the connector of Flink's guide to own connectors.
import { SocketSource } from '#connectors/socket/source';
import { baseColumns, identifierText, type ResolvedTable } from '#table/catalog/resolved-table';
import { TableError } from '#table/errors';
import { checkOptions, integerOption, refuseOption } from '#table/factories/table-options';
import type { TableConnector } from '#table/factories/table-factory';
import { formatMetadata, formatOptionNames, formatRequest, textFormatOf } from '#table/formats/format-registry';
import type { TableRow } from '#table/runtime/row-kind';

const NEW_LINE = 10;

export const socketConnector: TableConnector = {
  identifier: 'socket',
  createScan(table, options) {
    const { all } = options;
    if (all['format'] === undefined) checkOptions(table, options, { required: ['hostname', 'port', 'format'], optional: [], prefixes: [''] });
    const format = textFormatOf(table, options);
    checkOptions(table, options, { required: ['hostname', 'port', 'format'], optional: ['byte-delimiter', ...formatOptionNames(format)] });
    const port = integerOption(table, options, 'port', 0, 1);
    const delimiter = integerOption(table, options, 'byte-delimiter', NEW_LINE);
    if (port > 65_535) refuseOption(table, 'port', all['port']!, 'a port from 1 to 65535');
    if (delimiter > 255) refuseOption(table, 'byte-delimiter', all['byte-delimiter']!, 'a byte from 0 to 255');
    const isOther = baseColumns(table.schema).find((column) => column.kind === 'metadata' && format.metadata?.has(column.key) !== true);
    if (isOther?.kind === 'metadata') throw new TableError('TABLE_OPTION_INVALID', `Invalid metadata key '${isOther.key}' in a column of table ${identifierText(table.identifier)}. The format '${format.identifier}' supports the following metadata keys for reading: ${[...format.metadata?.keys() ?? []].join(', ')}`);
    return {
      kind: 'scan-source',
      changes: format.changes,
      isBounded: false,
      createSource({ rowType, functions }) {
        const metadata = formatMetadata(format, table, rowType);
        const content = { ...rowType, fields: rowType.fields.filter(({ name }) => !isMetadata(table, name)) };
        const decode = format.createDecoder(formatRequest(format, table, options, content, functions.localTimeZone, metadata));
        return { source: new SocketSource<TableRow>({ host: all['hostname']!, port, delimiter, decode }), parallelism: 1 };
      },
    };
  },
};

const isMetadata = (table: ResolvedTable, name: string): boolean => table.schema.columns.some((column) => column.name === name && column.kind === 'metadata');
