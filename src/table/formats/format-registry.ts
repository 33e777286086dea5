// Formats by their names, and what tables say about them in their options.
import type { ResolvedTable } from '#table/catalog/resolved-table';
import { identifierText } from '#table/catalog/resolved-table';
import { TableError } from '#table/errors';
import { avroFormat } from '#table/formats/avro-format';
import type { BulkTableFormat } from '#table/formats/bulk-format';
import { csvFormat } from '#table/formats/csv-format';
import { canalJsonFormat, debeziumJsonFormat, jsonFormat, maxwellJsonFormat } from '#table/formats/json-formats';
import { parquetFormat } from '#table/formats/parquet-format';
import { rawFormat } from '#table/formats/raw-format';
import type { FormatRequest, TableFormat } from '#table/formats/table-format';
import type { TableOptions } from '#table/factories/table-factory';
import { fieldKeys, type RowType } from '#table/types/logical-type';

type AnyTableFormat = TableFormat | BulkTableFormat;

const FORMATS: ReadonlyMap<string, AnyTableFormat> = new Map([avroFormat, canalJsonFormat, csvFormat, debeziumJsonFormat, jsonFormat, maxwellJsonFormat, parquetFormat, rawFormat].map((format: AnyTableFormat) => [format.identifier, format]));

/** By the option `format`. Throws TABLE_OPTION_INVALID. */
export function formatOf(table: ResolvedTable, { all }: TableOptions): AnyTableFormat {
  const name = all['format'];
  const path = identifierText(table.identifier);
  if (name === undefined) throw new TableError('TABLE_OPTION_INVALID', `One or more required options are missing for table ${path}. Missing required options are: format`);
  const format = FORMATS.get(name);
  if (format === undefined) throw new TableError('TABLE_OPTION_INVALID', `Could not find any format factory for identifier '${name}' of table ${path}. Available factory identifiers are: ${[...FORMATS.keys()].sort().join(', ')}`);
  return format;
}

/** As formatOf, for connectors that move single records. Throws TABLE_OPTION_INVALID. */
export function textFormatOf(table: ResolvedTable, options: TableOptions): TableFormat {
  const format = formatOf(table, options);
  if (format.kind === 'text') return format;
  throw new TableError('TABLE_OPTION_INVALID', `the format '${format.identifier}' of table ${identifierText(table.identifier)} is one of files: give one of ${[...FORMATS.values()].filter(({ kind }) => kind === 'text').map(({ identifier }) => identifier).sort().join(', ')}`);
}

/** Options of the format as a table has them: `csv.field-delimiter`. */
export const formatOptionNames = ({ identifier, options }: AnyTableFormat): readonly string[] => options.map((name) => `${identifier}.${name}`);

/** @param rowType columns that the text holds. @param metadata columns of the table that the format fills besides. */
export function formatRequest(format: AnyTableFormat, table: ResolvedTable, { all }: TableOptions, rowType: RowType, timeZone: string, metadata: NonNullable<FormatRequest['metadata']> = []): FormatRequest {
  return {
    rowType, timeZone, metadata,
    option: (name) => all[`${format.identifier}.${name}`],
    refuse: (name, problem) => {
      throw new TableError('TABLE_OPTION_INVALID', `option ${format.identifier}.${name} of table ${identifierText(table.identifier)} ${problem}`);
    },
  };
}

/** Metadata columns of a table that its format fills, of a row type with all base columns. */
export function formatMetadata(format: AnyTableFormat, table: ResolvedTable, rowType: RowType): NonNullable<FormatRequest['metadata']> {
  const known = format.kind === 'text' ? format.metadata : undefined;
  const keys = fieldKeys(rowType);
  return rowType.fields.flatMap(({ name, type }, index) => {
    const column = table.schema.columns.find((candidate) => candidate.name === name);
    return column?.kind === 'metadata' && known?.has(column.key) === true ? [{ key: keys[index]!, name: column.key, type }] : [];
  });
}
