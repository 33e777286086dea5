// SHOW: names of what there is, in one column that is named as Flink names it, and CREATE statements that make objects again.
import type { Session } from '#table/api/session';
import { columnFacts, COLUMN_FACTS } from '#table/api/describe-statements';
import { resultOf, resultOfLines } from '#table/api/statement-results';
import type { TableResult } from '#table/api/table-result';
import { partitionNames } from '#table/api/partition-statements';
import { createTableText, createViewText } from '#table/api/table-text';
import type { CatalogTable } from '#table/catalog/catalog';
import { identifierText, type ObjectIdentifier } from '#table/catalog/resolved-table';
import { TableError } from '#table/errors';
import { builtInFunctionNames } from '#table/functions/built-in-functions';
import { compileLike } from '#table/functions/pattern-functions';
import type { ShowCreateStatement, ShowStatement } from '#table/parser/ast-statement';
import { backTicked, stringText } from '#table/printer/sql-text';
import { LogicalTypes } from '#table/types/logical-type';
import { failAt } from '#table/validator/validation-error';

type Like = ShowStatement['like'];

export function executeShow(statement: ShowStatement, text: string, session: Session): TableResult {
  const { catalogs, timeZone } = session;
  const lines = (column: string, names: readonly string[]): TableResult => resultOfLines(column, names.filter(matcher(statement.like)), timeZone);
  switch (statement.subject) {
    case 'CATALOGS': return lines('catalog name', catalogs.listCatalogs());
    case 'CURRENT CATALOG': return lines('current catalog name', [catalogs.currentCatalog]);
    case 'DATABASES': return lines('database name', catalogs.catalog(statement.from?.name.parts[0]?.name ?? catalogs.currentCatalog).listDatabases());
    case 'CURRENT DATABASE': return lines('current database name', [catalogs.currentDatabase]);
    case 'TABLES': return lines('table name', tableNames(statement, session, () => true));
    case 'VIEWS': return lines('view name', tableNames(statement, session, ({ kind }) => kind === 'view'));
    case 'COLUMNS': return showColumns(statement, session);
    case 'PARTITIONS': return lines('partition name', partitionNames(statement, session));
    case 'FUNCTIONS': return lines('function name', [...new Set([...builtInFunctionNames().map((name) => name.toLowerCase()), ...userFunctionNames(statement, session)])].sort());
    case 'USER FUNCTIONS': return lines('function name', userFunctionNames(statement, session));
    case 'MODULES': return lines('module name', session.modules.used);
    case 'FULL MODULES': return resultOf([{ name: 'module name', type: LogicalTypes.STRING }, { name: 'used', type: LogicalTypes.BOOLEAN }], session.modules.all.map(({ name, isUsed }) => [name, isUsed]), { timeZone });
    // There is nothing of these kinds that a session could hold.
    case 'MATERIALIZED TABLES': return lines('table name', []);
    case 'PROCEDURES': return lines('procedure name', []);
    case 'MODELS': return lines('model name', []);
    case 'JARS': return lines('jars', []);
    default: return failAt(text, statement.span, `SHOW ${statement.subject} is not supported`);
  }
}

export function executeShowCreate(statement: ShowCreateStatement, text: string, session: Session): TableResult {
  const { catalogs, timeZone } = session;
  const parts = statement.name.parts.map(({ name }) => name);
  if (statement.object === 'CATALOG') {
    const { options, comment } = catalogs.catalogDescriptor(parts[0]!);
    const list = Object.entries(options).map(([key, value]) => `  ${stringText(key)} = ${stringText(value)}`).sort().join(',\n');
    return resultOfLines('result', [`CREATE CATALOG ${backTicked(parts[0]!)}\n${comment === undefined ? '' : `COMMENT ${stringText(comment)}\n`}WITH (\n${list}\n)\n`], timeZone);
  }
  if (statement.object !== 'TABLE' && statement.object !== 'VIEW') return failAt(text, statement.span, `SHOW CREATE ${statement.object} is not supported`);
  const id = catalogs.qualify(parts);
  const found = catalogs.getTable(id);
  const name = identifierText(id);
  if (found === undefined) throw new TableError('CATALOG_OBJECT_UNKNOWN', `Could not execute SHOW CREATE ${statement.object}. ${statement.object === 'TABLE' ? 'Table' : 'View'} with identifier ${name} does not exist.`);
  if (statement.object === 'TABLE') {
    if (found.kind === 'view') throw new TableError('TABLE_NOT_SUPPORTED', `SHOW CREATE TABLE is only supported for tables, but ${name} is a view. Please use SHOW CREATE VIEW instead.`);
    return resultOfLines('result', [createTableText(found.table, catalogs.isTemporary(id))], timeZone);
  }
  if (found.kind === 'table') throw new TableError('TABLE_NOT_SUPPORTED', `SHOW CREATE VIEW is only supported for views, but ${name} is a table. Please use SHOW CREATE TABLE instead.`);
  return resultOfLines('result', [createViewText(id, found)], timeZone);
}

/** LIKE minds the case of letters, ILIKE does not. */
function matcher(like: Like): (name: string) => boolean {
  if (like === undefined) return () => true;
  const fold = (name: string): string => (like.operator === 'ILIKE' ? name.toLowerCase() : name);
  const matches = compileLike(fold(like.pattern), undefined);
  return (name) => matches(fold(name)) !== like.isNegated;
}

interface Database {
  readonly catalog: string;
  readonly database: string;
}

/** FROM [catalog.]database, else the current one. */
function databaseOf({ from }: ShowStatement, { catalogs }: Session): Database {
  const parts = from?.name.parts.map(({ name }) => name) ?? [];
  const database = parts.at(-1) ?? catalogs.currentDatabase;
  const catalog = parts.length > 1 ? parts[0]! : catalogs.currentCatalog;
  if (catalogs.catalog(catalog).getDatabase(database) === undefined) throw new TableError('CATALOG_OBJECT_UNKNOWN', `Database '${catalog}'.'${database}' doesn't exist.`);
  return { catalog, database };
}

function tableNames(statement: ShowStatement, session: Session, isWanted: (table: Pick<CatalogTable, 'kind'>) => boolean): readonly string[] {
  const place = databaseOf(statement, session);
  const { catalogs } = session;
  return catalogs.listTables(place.catalog, place.database).filter((name) => isWanted({ kind: catalogs.kindOf({ ...place, name }) }));
}

function userFunctionNames(statement: ShowStatement, session: Session): readonly string[] {
  if (statement.from === undefined) return session.catalogs.listFunctions();
  const { catalog, database } = databaseOf(statement, session);
  return session.catalogs.catalog(catalog).listFunctions(database);
}

function showColumns(statement: ShowStatement, session: Session): TableResult {
  const { catalogs, timeZone } = session;
  const id: ObjectIdentifier = catalogs.qualify(statement.from!.name.parts.map(({ name }) => name));
  const found = catalogs.getTable(id);
  if (found === undefined) throw new TableError('CATALOG_OBJECT_UNKNOWN', `Tables or views with the identifier '${[id.catalog, id.database, id.name].join('.')}' doesn't exist.`);
  const matches = matcher(statement.like);
  return resultOf(COLUMN_FACTS, columnFacts(found).filter(([name]) => matches(String(name))), { timeZone });
}
