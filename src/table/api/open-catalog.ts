// CREATE CATALOG: a catalog by its option `type`.
import { loadFunction } from '#table/api/function-statements';
import type { Session } from '#table/api/session';
import type { Catalog, CatalogTable } from '#table/catalog/catalog';
import { FileCatalog, type CatalogCodec } from '#table/catalog/file-catalog';
import { InMemoryCatalog } from '#table/catalog/in-memory-catalog';
import { JdbcCatalog } from '#table/catalog/jdbc-catalog';
import { decodingOf, encodingOf } from '#table/compiled/compiled-plan';
import { decodePlan, encodePlan } from '#table/compiled/plan-json';
import { TableError } from '#table/errors';

/** Throws TABLE_OPTION_INVALID. */
export async function openCatalog(name: string, options: Readonly<Record<string, string>>, session: Session): Promise<Catalog> {
  switch (options['type']) {
    case 'generic_in_memory': return new InMemoryCatalog(name, options['default-database'] ?? 'default', options);
    case 'jdbc': return new JdbcCatalog(name, options);
    case 'file': return openFileCatalog(name, options, session);
    default: throw new TableError('TABLE_OPTION_INVALID', `CREATE CATALOG ${name} has 'type' = '${options['type'] ?? ''}': give generic_in_memory, file or jdbc`);
  }
}

function openFileCatalog(name: string, options: Readonly<Record<string, string>>, session: Session): Promise<Catalog> {
  const { catalogFiles: files, catalogs, isReplayed } = session;
  if (files === undefined) throw new TableError('TABLE_OPTION_INVALID', `CREATE CATALOG ${name} has 'type' = 'file': this table environment was made without files`);
  const codec: CatalogCodec = {
    encode: (table) => encodePlan(table, encodingOf(catalogs, 'ALL')),
    decode: (encoded, ownFunction) => {
      const decoding = decodingOf(catalogs, 'ALL_ENFORCED');
      return decodePlan(encoded, { ...decoding, functionOf: (parts, kind) => ownFunction(parts.at(-1)!) ?? decoding.functionOf(parts, kind) }) as CatalogTable;
    },
  };
  return FileCatalog.open({ name, options, files, codec, isReplayed, loadFunction: (fn, identifier) => loadFunction(fn, identifier, session) });
}
