// Flink's generic in-memory catalog: gone with the session.
import type { Catalog, CatalogDatabase, CatalogFunction, CatalogTable } from '#table/catalog/catalog';
import { TableError } from '#table/errors';

interface Database {
  info: CatalogDatabase;
  readonly tables: Map<string, CatalogTable>;
  readonly functions: Map<string, CatalogFunction>;
}

export class InMemoryCatalog implements Catalog {
  readonly name: string;
  readonly defaultDatabase: string;
  readonly options: Readonly<Record<string, string>>;
  readonly #databases = new Map<string, Database>();

  constructor(name: string, defaultDatabase = 'default', options: Readonly<Record<string, string>> = { type: 'generic_in_memory' }) {
    this.name = name;
    this.defaultDatabase = defaultDatabase;
    this.options = options;
    this.createDatabase(defaultDatabase, { comment: undefined, options: {} });
  }

  listDatabases(): readonly string[] {
    return [...this.#databases.keys()].sort();
  }

  getDatabase(name: string): CatalogDatabase | undefined {
    return this.#databases.get(name)?.info;
  }

  createDatabase(name: string, database: CatalogDatabase): void {
    if (this.#databases.has(name)) throw new TableError('CATALOG_OBJECT_EXISTS', `Database ${name} already exists in Catalog ${this.name}.`);
    this.#databases.set(name, { info: database, tables: new Map(), functions: new Map() });
  }

  alterDatabase(name: string, database: CatalogDatabase): void {
    this.#database(name).info = database;
  }

  dropDatabase(name: string): void {
    this.#database(name);
    this.#databases.delete(name);
  }

  listTables(database: string): readonly string[] {
    return [...this.#database(database).tables.keys()].sort();
  }

  getTable(database: string, name: string): CatalogTable | undefined {
    return this.#databases.get(database)?.tables.get(name);
  }

  createTable(database: string, name: string, table: CatalogTable): void {
    const { tables } = this.#database(database);
    if (tables.has(name)) throw new TableError('CATALOG_OBJECT_EXISTS', `Table (or view) ${this.#path(database, name)} already exists in Catalog ${this.name}.`);
    tables.set(name, table);
  }

  alterTable(database: string, name: string, table: CatalogTable): void {
    this.#existing(database, name);
    this.#database(database).tables.set(name, table);
  }

  renameTable(database: string, name: string, newName: string): void {
    const table = this.#existing(database, name);
    this.createTable(database, newName, table);
    this.dropTable(database, name);
  }

  dropTable(database: string, name: string): void {
    this.#existing(database, name);
    this.#database(database).tables.delete(name);
  }

  listFunctions(database: string): readonly string[] {
    return [...this.#database(database).functions.keys()].sort();
  }

  getFunction(database: string, name: string): CatalogFunction | undefined {
    return this.#databases.get(database)?.functions.get(name.toLowerCase());
  }

  createFunction(database: string, name: string, fn: CatalogFunction): void {
    const { functions } = this.#database(database);
    if (functions.has(name.toLowerCase())) throw new TableError('CATALOG_OBJECT_EXISTS', `Function ${this.#path(database, name)} already exists in Catalog ${this.name}.`);
    functions.set(name.toLowerCase(), fn);
  }

  dropFunction(database: string, name: string): void {
    if (!this.#database(database).functions.delete(name.toLowerCase())) throw new TableError('CATALOG_OBJECT_UNKNOWN', `Function ${this.#path(database, name)} does not exist in Catalog ${this.name}.`);
  }

  #path(database: string, name: string): string {
    return `${database}.${name}`;
  }

  #database(name: string): Database {
    const database = this.#databases.get(name);
    if (database === undefined) throw new TableError('CATALOG_OBJECT_UNKNOWN', `Database ${name} does not exist in Catalog ${this.name}.`);
    return database;
  }

  #existing(database: string, name: string): CatalogTable {
    const table = this.getTable(database, name);
    if (table === undefined) throw new TableError('CATALOG_OBJECT_UNKNOWN', `Table (or view) ${this.#path(database, name)} does not exist in Catalog ${this.name}.`);
    return table;
  }
}
