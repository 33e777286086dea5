// The catalogs of a session, its current catalog and database, and its temporary objects, which hide catalog objects of the
// same name. Names resolve as in Flink: one part in the current database, two in the current catalog, three in full.
import type { Catalog, CatalogFunction, CatalogTable } from '#table/catalog/catalog';
import { InMemoryCatalog } from '#table/catalog/in-memory-catalog';
import { identifierText, type ObjectIdentifier } from '#table/catalog/resolved-table';
import { TableError } from '#table/errors';

export const DEFAULT_CATALOG = 'default_catalog';
export const DEFAULT_DATABASE = 'default_database';

/** What CREATE and ALTER CATALOG say of a catalog. */
export interface CatalogDescriptor {
  readonly options: Readonly<Record<string, string>>;
  readonly comment: string | undefined;
}

export class CatalogRegistry {
  readonly #catalogs = new Map<string, Catalog>();
  readonly #descriptors = new Map<string, CatalogDescriptor>();
  readonly #temporaryTables = new Map<string, CatalogTable>();
  readonly #temporaryFunctions = new Map<string, CatalogFunction>();
  readonly #systemFunctions = new Map<string, CatalogFunction>();
  #currentCatalog: string;
  #currentDatabase: string;

  constructor(initial: Catalog = new InMemoryCatalog(DEFAULT_CATALOG, DEFAULT_DATABASE)) {
    this.#catalogs.set(initial.name, initial);
    this.#currentCatalog = initial.name;
    this.#currentDatabase = initial.defaultDatabase;
  }

  get currentCatalog(): string {
    return this.#currentCatalog;
  }

  get currentDatabase(): string {
    return this.#currentDatabase;
  }

  listCatalogs(): readonly string[] {
    return [...this.#catalogs.keys()].sort();
  }

  getCatalog(name: string): Catalog | undefined {
    return this.#catalogs.get(name);
  }

  registerCatalog(catalog: Catalog, comment?: string): void {
    if (this.#catalogs.has(catalog.name)) throw new TableError('CATALOG_OBJECT_EXISTS', `Catalog ${catalog.name} already exists.`);
    this.#catalogs.set(catalog.name, catalog);
    this.#descriptors.set(catalog.name, { options: catalog.options, comment });
  }

  /** What SHOW CREATE CATALOG tells. Throws CATALOG_OBJECT_UNKNOWN. */
  catalogDescriptor(name: string): CatalogDescriptor {
    const { options } = this.catalog(name);
    return this.#descriptors.get(name) ?? { options, comment: undefined };
  }

  /** @param catalog opened anew with the changed options; left out: the same goes on. */
  alterCatalog(name: string, descriptor: CatalogDescriptor, catalog = this.catalog(name)): void {
    this.#catalogs.set(name, catalog);
    this.#descriptors.set(name, descriptor);
  }

  unregisterCatalog(name: string): void {
    this.catalog(name);
    if (name === this.#currentCatalog) throw new TableError('CATALOG_OBJECT_IN_USE', 'Cannot drop a catalog which is currently in use.');
    this.#catalogs.delete(name);
    this.#descriptors.delete(name);
  }

  useCatalog(name: string): void {
    this.#currentDatabase = this.catalog(name).defaultDatabase;
    this.#currentCatalog = name;
  }

  useDatabase(catalogName: string, database: string): void {
    if (this.catalog(catalogName).getDatabase(database) === undefined) throw new TableError('CATALOG_OBJECT_UNKNOWN', `A database with name [${database}] does not exist in the catalog: [${catalogName}].`);
    this.#currentCatalog = catalogName;
    this.#currentDatabase = database;
  }

  /** Throws CATALOG_OBJECT_UNKNOWN. */
  catalog(name: string): Catalog {
    const catalog = this.#catalogs.get(name);
    if (catalog === undefined) throw new TableError('CATALOG_OBJECT_UNKNOWN', `A catalog with name [${name}] does not exist.`);
    return catalog;
  }

  /** What a dotted name of one to three parts means, whether the object is there or not. */
  qualify(parts: readonly string[]): ObjectIdentifier {
    const [a, b, c] = parts;
    if (parts.length === 1) return { catalog: this.#currentCatalog, database: this.#currentDatabase, name: a! };
    if (parts.length === 2) return { catalog: this.#currentCatalog, database: a!, name: b! };
    if (parts.length === 3) return { catalog: a!, database: b!, name: c! };
    throw new TableError('CATALOG_OBJECT_UNKNOWN', `the name ${parts.join('.')} has ${parts.length} parts: give [catalog.][database.]name`);
  }

  getTable(id: ObjectIdentifier): CatalogTable | undefined {
    return this.#temporaryTables.get(identifierText(id)) ?? this.#catalogs.get(id.catalog)?.getTable(id.database, id.name);
  }

  /** Of a table or view that is listed: cheaper than the table itself where its catalog asks a server. */
  kindOf(id: ObjectIdentifier): CatalogTable['kind'] {
    const temporary = this.#temporaryTables.get(identifierText(id));
    return temporary?.kind ?? this.catalog(id.catalog).kindOf?.(id.database, id.name) ?? this.getTable(id)!.kind;
  }

  isTemporary(id: ObjectIdentifier): boolean {
    return this.#temporaryTables.has(identifierText(id));
  }

  createTable(id: ObjectIdentifier, table: CatalogTable, options: { readonly isTemporary: boolean; readonly ignoreIfExists: boolean }): void {
    if (options.isTemporary) {
      if (this.#temporaryTables.has(identifierText(id))) {
        if (options.ignoreIfExists) return;
        throw new TableError('CATALOG_OBJECT_EXISTS', `Temporary table '${identifierText(id)}' already exists`);
      }
      this.#temporaryTables.set(identifierText(id), table);
      return;
    }
    const catalog = this.catalog(id.catalog);
    if (catalog.getTable(id.database, id.name) !== undefined && catalog.isReplayed !== true) {
      if (options.ignoreIfExists) return;
      throw new TableError('CATALOG_OBJECT_EXISTS', `Could not execute CreateTable in path ${identifierText(id)}: the table (or view) already exists`);
    }
    catalog.createTable(id.database, id.name, table);
  }

  alterTable(id: ObjectIdentifier, table: CatalogTable): void {
    if (this.#temporaryTables.has(identifierText(id))) this.#temporaryTables.set(identifierText(id), table);
    else this.catalog(id.catalog).alterTable(id.database, id.name, table);
  }

  /** Within its database. Throws CATALOG_OBJECT_EXISTS where the new name is taken. */
  renameTable(id: ObjectIdentifier, newName: string): void {
    const newId = { ...id, name: newName };
    if (this.getTable(newId) !== undefined) throw new TableError('CATALOG_OBJECT_EXISTS', `Table (or view) ${id.database}.${newName} already exists in Catalog ${id.catalog}.`);
    const temporary = this.#temporaryTables.get(identifierText(id));
    if (temporary === undefined) {
      this.catalog(id.catalog).renameTable(id.database, id.name, newName);
      return;
    }
    this.#temporaryTables.delete(identifierText(id));
    this.#temporaryTables.set(identifierText(newId), temporary);
  }

  /** False when it is not there. */
  dropTable(id: ObjectIdentifier, options: { readonly isTemporary: boolean }): boolean {
    if (options.isTemporary) return this.#temporaryTables.delete(identifierText(id));
    if (this.#temporaryTables.has(identifierText(id))) {
      throw new TableError('CATALOG_OBJECT_IN_USE', `Temporary table with identifier '${identifierText(id)}' exists. Drop it first before removing the permanent table.`);
    }
    if (this.#catalogs.get(id.catalog)?.getTable(id.database, id.name) === undefined) return false;
    this.catalog(id.catalog).dropTable(id.database, id.name);
    return true;
  }

  /** Tables and views of a database, temporary ones included. */
  listTables(catalogName: string, database: string): readonly string[] {
    const names = new Set(this.catalog(catalogName).listTables(database));
    const prefix = `\`${catalogName}\`.\`${database}\`.\``;
    for (const key of this.#temporaryTables.keys()) if (key.startsWith(prefix)) names.add(key.slice(prefix.length, -1));
    return [...names].sort();
  }

  /** A function of one name: temporary system, then temporary and catalog ones of the current database. */
  getFunction(parts: readonly string[]): CatalogFunction | undefined {
    if (parts.length === 1) {
      const system = this.#systemFunctions.get(parts[0]!.toLowerCase());
      if (system !== undefined) return system;
    }
    if (parts.length > 3) return undefined;
    const id = this.qualify(parts);
    return this.#temporaryFunctions.get(functionKey(id)) ?? this.#catalogs.get(id.catalog)?.getFunction(id.database, id.name);
  }

  isTemporarySystemFunction(name: string): boolean {
    return this.#systemFunctions.has(name.toLowerCase());
  }

  isTemporaryFunction(parts: readonly string[]): boolean {
    return (parts.length === 1 && this.isTemporarySystemFunction(parts[0]!)) || this.#temporaryFunctions.has(functionKey(this.qualify(parts)));
  }

  createTemporaryFunction(parts: readonly string[], fn: CatalogFunction, options: { readonly isSystem: boolean; readonly ignoreIfExists: boolean }): void {
    const functions = options.isSystem ? this.#systemFunctions : this.#temporaryFunctions;
    const key = options.isSystem ? parts[0]!.toLowerCase() : functionKey(this.qualify(parts));
    if (functions.has(key)) {
      if (options.ignoreIfExists) return;
      throw new TableError('CATALOG_OBJECT_EXISTS', `Could not register temporary function. A function '${parts.join('.')}' does already exist.`);
    }
    functions.set(key, fn);
  }

  /** False when it is not there. */
  dropTemporaryFunction(parts: readonly string[], options: { readonly isSystem: boolean }): boolean {
    return options.isSystem ? this.#systemFunctions.delete(parts[0]!.toLowerCase()) : this.#temporaryFunctions.delete(functionKey(this.qualify(parts)));
  }

  /** Names of user functions that are visible without a qualifier. */
  listFunctions(): readonly string[] {
    const names = new Set([...this.#systemFunctions.keys(), ...this.catalog(this.#currentCatalog).listFunctions(this.#currentDatabase)]);
    const prefix = functionKey({ catalog: this.#currentCatalog, database: this.#currentDatabase, name: '' }).slice(0, -1);
    for (const key of this.#temporaryFunctions.keys()) if (key.startsWith(prefix)) names.add(key.slice(prefix.length, -1));
    return [...names].sort();
  }
}

const functionKey = (id: ObjectIdentifier): string => identifierText({ ...id, name: id.name.toLowerCase() });
