// The table that a DataStream is: a schema of the program, resolved, with the stream behind it.
import type { Transformation } from '#graph/transformation/transformation';
import type { Session } from '#table/api/session';
import type { ResolvedColumn, ResolvedTable } from '#table/catalog/resolved-table';
import type { SourceChanges } from '#table/factories/table-factory';
import type { Schema } from '#table/fluent/schema';
import type { CreateTable } from '#table/parser/ast-ddl';
import { parseStatement } from '#table/parser/parser';
import { schemaOfType } from '#table/streams/schema-of-type';
import { streamTableSource } from '#table/streams/stream-table-source';
import { StatementValidator } from '#table/validator/statement-validator';
import { resolveTable } from '#table/validator/table-definition';

/** The watermarks of the stream itself. */
const SOURCE_WATERMARK = /^WATERMARK FOR (`(?:[^`]|``)+`) AS SOURCE_WATERMARK\(\)$/i;

/** Physical columns are those of the schema or, where it has none, of the stream's type. Throws TABLE_API_INVALID, TableValidationError. */
export function resolveStreamTable(stream: Transformation, schema: Schema | undefined, changes: SourceChanges, session: Session): ResolvedTable {
  const lines = schema?.lines ?? [];
  const sourceTimes = lines.flatMap((line) => SOURCE_WATERMARK.exec(line)?.[1] ?? []).map((quoted) => quoted.slice(1, -1).replaceAll('``', '`'));
  const own = lines.filter((line) => !SOURCE_WATERMARK.test(line));
  const hasPhysical = own.length > 0 && elementsOf(own).some(({ kind }) => kind === 'physical-column');
  const all = hasPhysical ? own : [...schemaOfType(stream.outputType).lines, ...own];
  const text = createText(all);
  const resolved = resolveTable(session.catalogs.qualify([`DataStream$${stream.id}`]), parseStatement(text) as CreateTable, {}, new StatementValidator(text, session));
  const columns = resolved.schema.columns.map((column) => (sourceTimes.includes(column.name) ? asRowtime(column) : column));
  return { ...resolved, isTemporary: true, schema: { ...resolved.schema, columns }, factory: streamTableSource({ stream, columns, changes }) };
}

const createText = (lines: readonly string[]): string => `CREATE TABLE stream_of_program (\n  ${lines.join(',\n  ')}\n)`;

function elementsOf(lines: readonly string[]): CreateTable['elements'] {
  return (parseStatement(createText(lines)) as CreateTable).elements;
}

function asRowtime(column: ResolvedColumn): ResolvedColumn {
  const { type } = column;
  return type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ' ? { ...column, type: { ...type, time: 'rowtime' } } : column;
}
