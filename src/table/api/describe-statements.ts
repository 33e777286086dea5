// DESCRIBE: the columns of a table or view, and facts about catalogs, databases and functions, in Flink's columns.
import type { Session } from '#table/api/session';
import { resultOf } from '#table/api/statement-results';
import type { TableResult } from '#table/api/table-result';
import { quotedExpression } from '#table/api/table-text';
import type { CatalogTable } from '#table/catalog/catalog';
import type { ResolvedColumn } from '#table/catalog/resolved-table';
import { TableError } from '#table/errors';
import type { FunctionDefinition } from '#table/functions/function-definition';
import { findBuiltInFunction } from '#table/functions/built-in-functions';
import type { DescribeStatement } from '#table/parser/ast-statement';
import { LogicalTypes, nullable, type LogicalField } from '#table/types/logical-type';
import { summaryTypeText } from '#table/types/type-text';
import { failAt } from '#table/validator/validation-error';

const text = (name: string): LogicalField => ({ name, type: LogicalTypes.STRING });

export const COLUMN_FACTS: readonly LogicalField[] = [text('name'), text('type'), { name: 'null', type: LogicalTypes.BOOLEAN }, text('key'), text('extras'), text('watermark')];
const INFO: readonly LogicalField[] = [text('info name'), text('info value')];

export function executeDescribe(statement: DescribeStatement, sql: string, session: Session): TableResult {
  const { catalogs, timeZone } = session;
  const parts = statement.name.parts.map(({ name }) => name);
  const info = (rows: readonly (readonly [string, unknown])[]): TableResult => resultOf(INFO, rows.map(([name, value]) => [name, value === undefined ? null : String(value)]), { timeZone });
  const options = (entries: Readonly<Record<string, string>>): readonly (readonly [string, string])[] => (statement.isExtended ? Object.entries(entries).map(([key, value]) => [`option:${key}`, value] as const).sort() : []);
  switch (statement.object) {
    case 'TABLE': {
      const id = catalogs.qualify(parts);
      const found = catalogs.getTable(id);
      if (found === undefined) throw new TableError('CATALOG_OBJECT_UNKNOWN', `Tables or views with the identifier '${[id.catalog, id.database, id.name].join('.')}' doesn't exist.`);
      return describeTable(found, timeZone);
    }
    case 'CATALOG': {
      const descriptor = catalogs.catalogDescriptor(parts[0]!);
      return info([['name', parts[0]!], ['type', descriptor.options['type'] ?? ''], ['comment', descriptor.comment], ...options(descriptor.options)]);
    }
    case 'DATABASE': {
      const catalog = catalogs.catalog(parts.length === 2 ? parts[0]! : catalogs.currentCatalog);
      const database = catalog.getDatabase(parts.at(-1)!);
      if (database === undefined) throw new TableError('CATALOG_OBJECT_UNKNOWN', `Database ${parts.at(-1)!} does not exist in Catalog ${catalog.name}.`);
      return info([['name', parts.at(-1)!], ['comment', database.comment], ...options(database.options)]);
    }
    case 'FUNCTION': return info(functionFacts(parts, statement.isExtended, session));
    default: return failAt(sql, statement.span, `DESCRIBE ${statement.object} is not supported`);
  }
}

/** By column: name, type, whether it may be NULL, key, how it is made, watermark. */
export function columnFacts(found: CatalogTable): readonly (readonly unknown[])[] {
  if (found.kind === 'view') return found.rowType.fields.map(({ name, type }) => [name, summaryTypeText(nullable(type)), type.isNullable, null, null, null]);
  const { columns, primaryKey, watermark } = found.table.schema;
  return columns.map((column) => [
    column.name, summaryTypeText(nullable(column.type)), column.type.isNullable,
    primaryKey?.columns.includes(column.name) === true ? `PRI(${primaryKey.columns.join(', ')})` : null,
    extras(column), watermark?.column === column.name ? quotedExpression(watermark.text) : null,
  ]);
}

function describeTable(found: CatalogTable, timeZone: string): TableResult {
  const facts = columnFacts(found);
  const columns = found.kind === 'view' ? [] : found.table.schema.columns;
  // The column of comments is there only where a column has one.
  if (!columns.some(({ comment }) => comment !== undefined)) return resultOf(COLUMN_FACTS, facts, { timeZone });
  return resultOf([...COLUMN_FACTS, text('comment')], facts.map((row, index) => [...row, columns[index]!.comment ?? null]), { timeZone });
}

function extras(column: ResolvedColumn): string | null {
  if (column.kind === 'computed') return `AS ${quotedExpression(column.text)}`;
  if (column.kind === 'metadata') return `METADATA${column.key === column.name ? '' : ` FROM '${column.key}'`}${column.isVirtual ? ' VIRTUAL' : ''}`;
  return null;
}

function functionFacts(parts: readonly string[], isExtended: boolean, { catalogs }: Session): readonly (readonly [string, unknown])[] {
  const builtIn = parts.length === 1 ? findBuiltInFunction(parts[0]!) : undefined;
  const own = builtIn === undefined ? catalogs.getFunction(parts) : undefined;
  const definition = builtIn ?? own?.definition;
  if (builtIn === undefined && own === undefined) throw new TableError('CATALOG_OBJECT_UNKNOWN', `Function ${parts.join('.')} does not exist.`);
  const isDeterministic = !(definition?.kind === 'scalar' || definition?.kind === 'table') || definition.isDeterministic !== false;
  const isDynamic = definition?.kind === 'scalar' && definition.isDynamic === true;
  return [
    ['is system function', builtIn !== undefined], ['is temporary', own !== undefined && catalogs.isTemporaryFunction(parts)],
    ...(own === undefined ? [] : [['class name', own.identifier], ['function language', own.language], ['resource uris', '[]']] as const),
    ...(isExtended ? [['kind', kindText(definition)], ['requirements', definition?.kind === 'aggregate' && definition.isOverOnly === true ? '[OVER_WINDOW_ONLY]' : '[]'], ['is deterministic', isDeterministic], ['supports constant folding', isDeterministic && !isDynamic]] as const : []),
  ];
}

/** As FunctionKind names it. */
function kindText(definition: FunctionDefinition | undefined): string | undefined {
  if (definition?.kind === 'scalar' && definition.evalAsync !== undefined) return 'ASYNC_SCALAR';
  return definition?.kind.replaceAll('-', '_').toUpperCase();
}
