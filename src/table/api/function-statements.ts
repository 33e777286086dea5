// CREATE, ALTER and DROP FUNCTION: functions of TypeScript modules, loaded when they are made.
import { partsOf } from '#table/api/statement-parts';
import type { Session } from '#table/api/session';
import type { CatalogFunction } from '#table/catalog/catalog';
import { TableError } from '#table/errors';
import { userFunctionDefinition } from '#table/functions/user-function';
import type { AlterStatement } from '#table/parser/ast-alter';
import type { CreateFunction, DropObject } from '#table/parser/ast-ddl';
import { failAt } from '#table/validator/validation-error';

export async function createFunction(statement: CreateFunction, text: string, session: Session): Promise<void> {
  const { catalogs } = session;
  const parts = partsOf(statement.name);
  const id = catalogs.qualify(parts);
  const known = statement.isTemporary ? undefined : catalogs.catalog(id.catalog).getFunction(id.database, id.name);
  if (known !== undefined && statement.ifNotExists) return;
  if (known !== undefined && !session.isReplayed) throw new TableError('CATALOG_OBJECT_EXISTS', `Function ${id.database}.${id.name} already exists in Catalog ${id.catalog}.`);
  const fn = await catalogFunction(parts.at(-1)!, statement, text, session);
  if (statement.isTemporary) catalogs.createTemporaryFunction(parts, fn, { isSystem: statement.isSystem, ignoreIfExists: statement.ifNotExists });
  else catalogs.catalog(id.catalog).createFunction(id.database, id.name, fn);
}

export async function loadFunction(name: string, identifier: string, session: Session): Promise<CatalogFunction['definition']> {
  const at = identifier.lastIndexOf('#');
  const exported = (await session.loadModule(identifier.slice(0, at)))[identifier.slice(at + 1)];
  return userFunctionDefinition(name.toUpperCase(), identifier, exported);
}

export function dropFunction(statement: DropObject, { catalogs }: Session): void {
  const parts = partsOf(statement.name);
  if (statement.isTemporary) {
    if (!catalogs.dropTemporaryFunction(parts, { isSystem: statement.isSystem }) && !statement.ifExists) throw new TableError('CATALOG_OBJECT_UNKNOWN', `Temporary ${statement.isSystem ? 'system ' : ''}function ${parts.join('.')} doesn't exist`);
    return;
  }
  const id = catalogs.qualify(parts);
  const catalog = catalogs.catalog(id.catalog);
  if (catalog.getFunction(id.database, id.name) === undefined && statement.ifExists) return;
  catalog.dropFunction(id.database, id.name);
}

/** ALTER FUNCTION f AS …: another export under the name. */
export async function alterFunction(statement: AlterStatement, text: string, session: Session): Promise<void> {
  const { catalogs } = session;
  const { change } = statement;
  const parts = partsOf(statement.name);
  if (change.kind !== 'set-function') return failAt(text, change.span, `ALTER FUNCTION: ${change.kind.replaceAll('-', ' ')} is not supported`);
  if (statement.isSystem) return failAt(text, statement.span, 'Alter temporary system function is not supported');
  if (statement.isTemporary) return failAt(text, statement.span, 'Alter temporary catalog function is not supported');
  const id = catalogs.qualify(parts);
  const catalog = catalogs.catalog(id.catalog);
  if (catalog.getFunction(id.database, id.name) === undefined) {
    if (statement.ifExists) return undefined;
    throw new TableError('CATALOG_OBJECT_UNKNOWN', `Function ${id.database}.${id.name} does not exist in Catalog ${id.catalog}.`);
  }
  const fn = await catalogFunction(parts.at(-1)!, change, text, session);
  catalog.dropFunction(id.database, id.name);
  catalog.createFunction(id.database, id.name, fn);
  return undefined;
}

async function catalogFunction(name: string, { identifier, language = 'JAVA', span }: Pick<CreateFunction, 'identifier' | 'language' | 'span'>, text: string, session: Session): Promise<CatalogFunction> {
  if (language !== 'TYPESCRIPT') failAt(text, span, `functions in ${language} are not supported: give AS 'module#export' LANGUAGE TYPESCRIPT`);
  return { identifier, language, definition: await loadFunction(name, identifier, session) };
}
