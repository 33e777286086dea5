// CREATE, ALTER and DROP of tables, views, databases, catalogs and functions.
import { createFunction, dropFunction } from '#table/api/function-statements';
import { executeAlter } from '#table/api/alter-statements';
import { openCatalog } from '#table/api/open-catalog';
import type { Session } from '#table/api/session';
import { optionsOf, partsOf } from '#table/api/statement-parts';
import { successResult } from '#table/api/statement-results';
import type { TableResult } from '#table/api/table-result';
import { identifierText, type ObjectIdentifier, type ResolvedTable } from '#table/catalog/resolved-table';
import { TableError } from '#table/errors';
import type { LogicalPlan } from '#table/logical/logical-plan';
import type { CreateTable, CreateView, DropObject } from '#table/parser/ast-ddl';
import type { Statement } from '#table/parser/ast-statement';
import { failAt } from '#table/validator/validation-error';
import { StatementValidator } from '#table/validator/statement-validator';
import { resolveTable } from '#table/validator/table-definition';

export type StartInsert = (query: LogicalPlan, sink: ResolvedTable) => Promise<TableResult>;

/** Undefined for a statement of another kind. */
export async function executeDefinition(statement: Statement, text: string, session: Session, startInsert: StartInsert): Promise<TableResult | undefined> {
  const { catalogs } = session;
  const done = (): TableResult => successResult(session.timeZone);
  switch (statement.kind) {
    case 'create-table': return createTable(statement, text, session, startInsert);
    case 'create-view': createView(statement, text, session); return done();
    case 'create-database': {
      const parts = partsOf(statement.name);
      const catalog = catalogs.catalog(parts.length === 2 ? parts[0]! : catalogs.currentCatalog);
      const name = parts.at(-1)!;
      if (catalog.getDatabase(name) !== undefined && statement.ifNotExists) return done();
      catalog.createDatabase(name, { comment: statement.comment, options: optionsOf(statement.options) });
      return done();
    }
    case 'create-catalog': {
      if (catalogs.getCatalog(statement.name.name) !== undefined && statement.ifNotExists) return done();
      const options = optionsOf(statement.options);
      catalogs.registerCatalog(await openCatalog(statement.name.name, options, session));
      return done();
    }
    case 'create-function': await createFunction(statement, text, session); return done();
    case 'alter': executeAlter(statement, text, session); return done();
    case 'drop': drop(statement, session); return done();
    default: return undefined;
  }
}

async function createTable(statement: CreateTable, text: string, session: Session, startInsert: StartInsert): Promise<TableResult> {
  const { catalogs } = session;
  const id = catalogs.qualify(partsOf(statement.name));
  const validator = new StatementValidator(text, session);
  const query = statement.query === undefined ? undefined : validator.query(statement.query);
  const like = statement.like === undefined ? undefined : likeTable(statement, text, session);
  const options = { ...like?.options, ...optionsOf(statement.options) };
  const resolved = resolveTable(id, statement, options, validator, like?.schema);
  const table = query === undefined ? resolved : withQueryColumns(resolved, query);
  const isReplaced = statement.action !== 'create' && catalogs.getTable(id) !== undefined;
  if (isReplaced) catalogs.alterTable(id, { kind: 'table', table });
  else catalogs.createTable(id, { kind: 'table', table }, { isTemporary: statement.isTemporary, ignoreIfExists: statement.ifNotExists });
  return query === undefined ? successResult(session.timeZone) : startInsert(query, table);
}

/** CREATE TABLE AS: the query's columns, those that the statement declares in their place. */
function withQueryColumns(table: ResolvedTable, query: LogicalPlan): ResolvedTable {
  const declared = table.schema.columns;
  const own = declared.filter(({ name }) => !query.rowType.fields.some((field) => field.name === name));
  const columns = query.rowType.fields.map((field) => declared.find(({ name }) => name === field.name) ?? { kind: 'physical' as const, name: field.name, type: field.type });
  return { ...table, schema: { ...table.schema, columns: [...own, ...columns] } };
}

function likeTable(statement: CreateTable, text: string, session: Session): ResolvedTable {
  const like = statement.like!;
  const found = session.catalogs.getTable(session.catalogs.qualify(partsOf(like.source)));
  if (found?.kind !== 'table') return failAt(text, like.source.span, `Source table '${partsOf(like.source).join('.')}' of the LIKE clause not found in the catalog`);
  const includes = (feature: string): boolean => {
    const rule = like.options.findLast((option) => option.feature === feature) ?? like.options.findLast((option) => option.feature === 'ALL');
    return rule?.strategy !== 'EXCLUDING';
  };
  const { schema, options, partitionKeys } = found.table;
  const columns = schema.columns.filter(({ kind }) => kind === 'physical' || (kind === 'computed' ? includes('GENERATED') : includes('METADATA')));
  return {
    ...found.table, options: includes('OPTIONS') ? options : {}, partitionKeys: includes('PARTITIONS') ? partitionKeys : [],
    schema: { columns, watermark: includes('WATERMARKS') ? schema.watermark : undefined, primaryKey: includes('CONSTRAINTS') ? schema.primaryKey : undefined },
  };
}

function createView(statement: CreateView, text: string, session: Session): void {
  const { catalogs } = session;
  const id: ObjectIdentifier = catalogs.qualify(partsOf(statement.name));
  const plan = new StatementValidator(text, session).query(statement.query);
  const names = statement.columns.map(({ name }) => name);
  if (names.length > 0 && names.length !== plan.rowType.fields.length) failAt(text, statement.span, `VIEW definition and input fields not match: ${names.length} names for ${plan.rowType.fields.length} columns`);
  const fields = plan.rowType.fields.map((field, index) => ({ ...field, name: names[index] ?? field.name }));
  const query = text.slice(statement.query.span.start, statement.query.span.end);
  const view = { kind: 'view' as const, originalQuery: query, expandedQuery: query, rowType: { ...plan.rowType, fields }, comment: statement.comment, isTemporary: statement.isTemporary };
  if (statement.isOrReplace && catalogs.getTable(id) !== undefined) catalogs.alterTable(id, view);
  else catalogs.createTable(id, view, { isTemporary: statement.isTemporary, ignoreIfExists: statement.ifNotExists });
}

function drop(statement: DropObject, session: Session): void {
  const { catalogs } = session;
  const parts = partsOf(statement.name);
  switch (statement.object) {
    case 'CATALOG':
      if (catalogs.getCatalog(parts[0]!) === undefined && statement.ifExists) return;
      catalogs.unregisterCatalog(parts[0]!);
      return;
    case 'DATABASE': {
      const catalog = catalogs.catalog(parts.length === 2 ? parts[0]! : catalogs.currentCatalog);
      const name = parts.at(-1)!;
      if (catalog.getDatabase(name) === undefined && statement.ifExists) return;
      if (statement.behavior !== 'CASCADE' && catalog.getDatabase(name) !== undefined && catalog.listTables(name).length > 0) throw new TableError('CATALOG_OBJECT_IN_USE', `Database ${name} in catalog ${catalog.name} is not empty.`);
      catalog.dropDatabase(name);
      return;
    }
    case 'TABLE': case 'VIEW': {
      const id = catalogs.qualify(parts);
      const found = catalogs.getTable(id);
      const isOfKind = found === undefined || (found.kind === 'view') === (statement.object === 'VIEW');
      if ((!isOfKind || !catalogs.dropTable(id, { isTemporary: statement.isTemporary })) && !statement.ifExists) throw new TableError('CATALOG_OBJECT_UNKNOWN', `${statement.object === 'TABLE' ? 'Table' : 'View'} with identifier '${identifierText(id)}' does not exist.`);
      return;
    }
    case 'FUNCTION': dropFunction(statement, session); return;
    default: throw new TableError('TABLE_NOT_SUPPORTED', `DROP ${statement.object} is not supported`);
  }
}
