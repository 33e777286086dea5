// A catalog: databases with tables, views and functions. One implementation keeps them in memory, another in a directory.
// Synchronous, since planning is; a catalog that asks a server loads what it needs when it is opened.
import type { FunctionDefinition } from '#table/functions/function-definition';
import type { ResolvedTable } from '#table/catalog/resolved-table';
import type { LogicalPlan } from '#table/logical/logical-plan';
import type { RowType } from '#table/types/logical-type';

export interface CatalogView {
  readonly kind: 'view';
  /** As written, and with every name written out, as Flink keeps both. */
  readonly originalQuery: string;
  readonly expandedQuery: string;
  readonly rowType: RowType;
  /** What it stands for, where a program registered a table of its own in place of a query. */
  readonly plan?: LogicalPlan;
  readonly comment: string | undefined;
  readonly isTemporary: boolean;
}

export type CatalogTable = { readonly kind: 'table'; readonly table: ResolvedTable } | CatalogView;

export interface CatalogFunction {
  /** A class name or, for TypeScript, `module#export`. */
  readonly identifier: string;
  readonly language: string;
  /** The function itself, where a program registered one. */
  readonly definition: FunctionDefinition | undefined;
}

export interface CatalogDatabase {
  readonly comment: string | undefined;
  readonly options: Readonly<Record<string, string>>;
}

/** Every method but `list…` and `get…` throws TableError when the object is there already or is not. */
export interface Catalog {
  readonly name: string;
  readonly defaultDatabase: string;
  /** Options of CREATE CATALOG, `type` among them. */
  readonly options: Readonly<Record<string, string>>;
  /** Objects that are made may be there already: their program runs again. */
  readonly isReplayed?: boolean;
  listDatabases(): readonly string[];
  getDatabase(name: string): CatalogDatabase | undefined;
  createDatabase(name: string, database: CatalogDatabase): void;
  alterDatabase(name: string, database: CatalogDatabase): void;
  dropDatabase(name: string): void;
  /** Tables and views. */
  listTables(database: string): readonly string[];
  getTable(database: string, name: string): CatalogTable | undefined;
  /** Of what is listed, where that is known without a look at the table. */
  kindOf?(database: string, name: string): CatalogTable['kind'];
  createTable(database: string, name: string, table: CatalogTable): void;
  alterTable(database: string, name: string, table: CatalogTable): void;
  renameTable(database: string, name: string, newName: string): void;
  dropTable(database: string, name: string): void;
  listFunctions(database: string): readonly string[];
  getFunction(database: string, name: string): CatalogFunction | undefined;
  createFunction(database: string, name: string, fn: CatalogFunction): void;
  dropFunction(database: string, name: string): void;
}
