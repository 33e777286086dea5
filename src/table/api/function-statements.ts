// CREATE and DROP FUNCTION: functions of TypeScript modules, loaded when they are made.
import { partsOf } from '#table/api/statement-parts';
import type { Session } from '#table/api/session';
import type { CatalogFunction } from '#table/catalog/catalog';
import { TableError } from '#table/errors';
import { userFunctionDefinition } from '#table/functions/user-function';
import type { CreateFunction, DropObject } from '#table/parser/ast-ddl';
import { failAt } from '#table/validator/validation-error';

export async function createFunction(statement: CreateFunction, text: string, session: Session): Promise<void> {
  const { catalogs } = session;
  const parts = partsOf(statement.name);
  const language = statement.language ?? 'JAVA';
  if (language !== 'TYPESCRIPT') failAt(text, statement.span, `functions in ${language} are not supported: give AS 'module#export' LANGUAGE TYPESCRIPT`);
  const id = catalogs.qualify(parts);
  const known = statement.isTemporary ? undefined : catalogs.catalog(id.catalog).getFunction(id.database, id.name);
  if (known !== undefined && statement.ifNotExists) return;
  if (known !== undefined && !session.isReplayed) throw new TableError('CATALOG_OBJECT_EXISTS', `Function ${id.database}.${id.name} already exists in Catalog ${id.catalog}.`);
  const fn: CatalogFunction = { identifier: statement.identifier, language, definition: await loadFunction(parts.at(-1)!, statement.identifier, session) };
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
