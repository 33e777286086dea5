// CREATE and ALTER CATALOG.
import { openCatalog } from '#table/api/open-catalog';
import type { Session } from '#table/api/session';
import { optionsOf, partsOf } from '#table/api/statement-parts';
import { TableError } from '#table/errors';
import type { AlterStatement } from '#table/parser/ast-alter';
import type { CreateCatalog } from '#table/parser/ast-ddl';

export async function createCatalog({ name: { name }, ifNotExists, options, comment }: CreateCatalog, session: Session): Promise<void> {
  const { catalogs } = session;
  if (catalogs.getCatalog(name) !== undefined && ifNotExists) return;
  catalogs.registerCatalog(await openCatalog(name, optionsOf(options), session), comment);
}

/** A catalog in memory keeps what is in it; any other is opened anew with the changed options. */
export async function alterCatalog({ name, change }: AlterStatement, session: Session): Promise<void> {
  const { catalogs } = session;
  const [catalog] = partsOf(name) as [string];
  const { options, comment } = catalogs.catalogDescriptor(catalog);
  switch (change.kind) {
    case 'set-comment': catalogs.alterCatalog(catalog, { options, comment: change.comment }); return;
    case 'set-options': await withOptions(catalog, { ...options, ...optionsOf(change.options) }, comment, session); return;
    case 'reset-options': {
      if (change.keys.length === 0) throw new TableError('TABLE_OPTION_INVALID', 'ALTER CATALOG RESET does not support empty key');
      if (change.keys.includes('type')) throw new TableError('TABLE_OPTION_INVALID', "ALTER CATALOG RESET does not support changing 'type'");
      await withOptions(catalog, Object.fromEntries(Object.entries(options).filter(([key]) => !change.keys.includes(key))), comment, session);
      return;
    }
    default: throw new TableError('TABLE_NOT_SUPPORTED', `ALTER CATALOG: ${change.kind.replaceAll('-', ' ')} is not supported`);
  }
}

async function withOptions(name: string, options: Readonly<Record<string, string>>, comment: string | undefined, session: Session): Promise<void> {
  const { catalogs } = session;
  const isSameKind = options['type'] === catalogs.catalogDescriptor(name).options['type'];
  if (!isSameKind) throw new TableError('TABLE_OPTION_INVALID', "ALTER CATALOG SET does not support changing 'type': drop the catalog and create it");
  const opened = options['type'] === 'generic_in_memory' ? undefined : await openCatalog(name, options, session);
  catalogs.alterCatalog(name, { options, comment }, opened);
}
