// A catalog that outlives the session: all of it is one JSON file, `catalog.json` in the directory of option `path`, written anew with
// every change, in one step. Tables are kept resolved, as compiled plans keep them, and decoded when they are asked for.
// Invariant: the file is what the catalog holds; a session sees what was there when it was opened, and its own changes. Of two sessions
// that change one catalog at a time the last one wins. A program that runs again in a worker changes its own view only.
import type { Catalog, CatalogDatabase, CatalogFunction, CatalogTable } from '#table/catalog/catalog';
import { InMemoryCatalog } from '#table/catalog/in-memory-catalog';
import type { FunctionDefinition } from '#table/functions/function-definition';
import { TableError } from '#table/errors';

const FILE = 'catalog.json';
const VERSION = 1;

export interface CatalogFiles {
  /** Undefined where there is no such file. */
  readSync(path: string): string | undefined;
  /** In one step; makes the directory. */
  writeSync(path: string, text: string): void;
}

export interface CatalogCodec {
  encode(table: CatalogTable): unknown;
  /** @param ownFunction a function of the database that the table is in. */
  decode(encoded: unknown, ownFunction: (name: string) => FunctionDefinition | undefined): CatalogTable;
}

interface StoredDatabase {
  readonly info: CatalogDatabase;
  readonly tables: Readonly<Record<string, unknown>>;
  readonly functions: Readonly<Record<string, { readonly identifier: string; readonly language: string }>>;
}

export interface FileCatalogOptions {
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  readonly files: CatalogFiles;
  readonly codec: CatalogCodec;
  /** Nothing is written, and what is made may be there already. */
  readonly isReplayed: boolean;
  /** The definition of a function in the file. */
  readonly loadFunction: (name: string, identifier: string) => Promise<CatalogFunction['definition']>;
}

export class FileCatalog extends InMemoryCatalog implements Catalog {
  readonly #options: FileCatalogOptions;
  readonly #path: string;
  #isLoading = true;

  private constructor(options: FileCatalogOptions, path: string) {
    super(options.name, options.options['default-database'] ?? 'default', options.options);
    this.#options = options;
    this.#path = path;
  }

  /** Throws TABLE_OPTION_INVALID. */
  static async open(options: FileCatalogOptions): Promise<FileCatalog> {
    const { path } = options.options;
    if (path === undefined) throw new TableError('TABLE_OPTION_INVALID', `CREATE CATALOG ${options.name} has no option 'path': give the directory that the catalog is kept in`);
    const catalog = new FileCatalog(options, `${path.replace(/\/$/, '')}/${FILE}`);
    await catalog.#load();
    return catalog;
  }

  get isReplayed(): boolean {
    return this.#options.isReplayed;
  }

  override createDatabase(name: string, database: CatalogDatabase): void {
    // The class above makes the default one before there are fields here.
    if (!(#options in this)) {
      super.createDatabase(name, database);
      return;
    }
    if (this.#options.isReplayed && this.getDatabase(name) !== undefined) return;
    super.createDatabase(name, database);
    this.#save();
  }

  override alterDatabase(name: string, database: CatalogDatabase): void {
    super.alterDatabase(name, database);
    this.#save();
  }

  override dropDatabase(name: string): void {
    super.dropDatabase(name);
    this.#save();
  }

  override createTable(database: string, name: string, table: CatalogTable): void {
    if (this.#options.isReplayed && this.getTable(database, name) !== undefined) super.alterTable(database, name, table);
    else super.createTable(database, name, table);
    this.#save();
  }

  override alterTable(database: string, name: string, table: CatalogTable): void {
    super.alterTable(database, name, table);
    this.#save();
  }

  override dropTable(database: string, name: string): void {
    super.dropTable(database, name);
    this.#save();
  }

  override createFunction(database: string, name: string, fn: CatalogFunction): void {
    if (this.#options.isReplayed && this.getFunction(database, name) !== undefined) super.dropFunction(database, name);
    super.createFunction(database, name, fn);
    this.#save();
  }

  override dropFunction(database: string, name: string): void {
    super.dropFunction(database, name);
    this.#save();
  }

  async #load(): Promise<void> {
    const { files, codec, loadFunction, name: catalogName } = this.#options;
    const text = files.readSync(this.#path);
    const stored = text === undefined ? {} : parsed(text, this.#path);
    for (const [database, { info, functions }] of Object.entries(stored)) {
      if (this.getDatabase(database) === undefined) super.createDatabase(database, info);
      else super.alterDatabase(database, info);
      for (const [name, { identifier, language }] of Object.entries(functions)) super.createFunction(database, name, { identifier, language, definition: await loadFunction(name, identifier) });
    }
    for (const [database, { tables }] of Object.entries(stored)) {
      for (const [name, encoded] of Object.entries(tables)) {
        const table = codec.decode(encoded, (fn) => this.getFunction(database, fn)?.definition);
        // The catalog may have had another name when the file was written.
        super.createTable(database, name, table.kind === 'view' ? table : { kind: 'table', table: { ...table.table, identifier: { ...table.table.identifier, catalog: catalogName } } });
      }
    }
    this.#isLoading = false;
  }

  #save(): void {
    if (this.#isLoading || this.#options.isReplayed) return;
    const { files, codec } = this.#options;
    const databases = Object.fromEntries(this.listDatabases().map((database): readonly [string, StoredDatabase] => [database, {
      info: this.getDatabase(database)!,
      tables: Object.fromEntries(this.listTables(database).map((name) => [name, codec.encode(this.getTable(database, name)!)])),
      functions: Object.fromEntries(this.listFunctions(database).map((name) => {
        const { identifier, language } = this.getFunction(database, name)!;
        return [name, { identifier, language }];
      })),
    }]));
    files.writeSync(this.#path, `${JSON.stringify({ version: VERSION, databases }, null, 2)}\n`);
  }
}

function parsed(text: string, path: string): Readonly<Record<string, StoredDatabase>> {
  let stored: { readonly version?: number; readonly databases?: Readonly<Record<string, StoredDatabase>> };
  try {
    stored = JSON.parse(text) as typeof stored;
  } catch (cause) {
    throw new TableError('TABLE_OPTION_INVALID', `${path} is no catalog: it is not JSON; give another 'path', or mend the file`, { cause });
  }
  if (stored.version !== VERSION || stored.databases === undefined) throw new TableError('TABLE_OPTION_INVALID', `${path} has version ${String(stored.version)}, this build reads ${VERSION}: give another 'path'`);
  return stored.databases;
}
