// CREATE, ALTER and DROP of tables, views, databases, catalogs and functions.
import { alterCatalog, createCatalog } from '#table/api/catalog-statements';
import { createTable, type StartInsert } from '#table/api/create-table';
import { alterFunction, createFunction, dropFunction } from '#table/api/function-statements';
import { executeAlter } from '#table/api/alter-statements';
import type { Session } from '#table/api/session';
import { optionsOf, partsOf } from '#table/api/statement-parts';
import { successResult } from '#table/api/statement-results';
import type { TableResult } from '#table/api/table-result';
import { identifierText, type ObjectIdentifier } from '#table/catalog/resolved-table';
import { MATERIALIZED_TABLE_REFUSAL } from '#table/api/refused-statements';
import { TableError } from '#table/errors';
import type { CreateView, DropObject } from '#table/parser/ast-ddl';
import type { Statement } from '#table/parser/ast-statement';
import { failAt } from '#table/validator/validation-error';
import { NameExpansion } from '#table/validator/name-expansion';
import { StatementValidator } from '#table/validator/statement-validator';

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
    case 'create-catalog': await createCatalog(statement, session); return done();
    case 'create-function': await createFunction(statement, text, session); return done();
    case 'alter':
      if (statement.object === 'CATALOG') await alterCatalog(statement, session);
      else if (statement.object === 'FUNCTION') await alterFunction(statement, text, session);
      else executeAlter(statement, text, session);
      return done();
    case 'drop': drop(statement, session); return done();
    default: return undefined;
  }
}

function createView(statement: CreateView, text: string, session: Session): void {
  const { catalogs } = session;
  const id: ObjectIdentifier = catalogs.qualify(partsOf(statement.name));
  const expansion = new NameExpansion();
  const plan = new StatementValidator(text, session, { expansion }).query(statement.query);
  const names = statement.columns.map(({ name }) => name);
  if (names.length > 0 && names.length !== plan.rowType.fields.length) failAt(text, statement.span, `VIEW definition and input fields not match: ${names.length} names for ${plan.rowType.fields.length} columns`);
  const fields = plan.rowType.fields.map((field, index) => ({ ...field, name: names[index] ?? field.name }));
  const query = text.slice(statement.query.span.start, statement.query.span.end);
  const view = { kind: 'view' as const, originalQuery: query, expandedQuery: expansion.textOf(statement.query, text, catalogs), rowType: { ...plan.rowType, fields }, comment: statement.comment, isTemporary: statement.isTemporary };
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
    case 'MATERIALIZED TABLE': throw new TableError('TABLE_NOT_SUPPORTED', MATERIALIZED_TABLE_REFUSAL);
    default: throw new TableError('TABLE_NOT_SUPPORTED', `DROP ${statement.object} is not supported`);
  }
}
