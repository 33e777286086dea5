// Where SQL and the Table API begin: catalogs, settings, tables and executeSql. Statements that look at or change the session answer at
// once; those that move rows add to the program of the environment below and start a job.
// Thread: the one that runs the program; in a worker the program is run again and must make the same jobs.
import type { Catalog, CatalogTable } from '#table/catalog/catalog';
import type { CatalogFiles } from '#table/catalog/file-catalog';
import type { CatalogRegistry } from '#table/catalog/catalog-registry';
import { CompiledPlan } from '#table/api/compiled-plan-object';
import { readPlan } from '#table/api/compiled-plans';
import type { PlanFiles } from '#table/api/plan-files';
import type { ProgramEnvironment } from '#table/api/program-environment';
import type { Snapshots } from '#table/factories/snapshots';
import type { TableObject } from '#table/factories/table-factory';
import { Session, type LoadModule } from '#table/api/session';
import { SessionContext } from '#table/api/session-context';
import type { SessionJobs } from '#table/api/session-jobs';
import { StatementExecutor } from '#table/api/statement-executor';
import type { TableResult } from '#table/api/table-result';
import { TableError } from '#table/errors';
import { nameText } from '#table/fluent/literal-text';
import type { Schema, TableDescriptor } from '#table/fluent/schema';
import { Table } from '#table/fluent/table';
import { StatementSet } from '#table/fluent/table-pipeline';
import { valuesQuery } from '#table/fluent/values-query';
import { userFunctionDefinition, type UserFunction } from '#table/functions/user-function';
import type { Clock } from '#platform/clock/clock';
import type { Random } from '#platform/random/random';
import type { ExplainDetail } from '#table/parser/ast-statement';
import { parsePath } from '#table/fluent/table-path';
import { parseStatement } from '#table/parser/parser';
import { checkStatement } from '#table/parser/statement-checks';

export interface TableEnvironmentOptions {
  readonly environment: ProgramEnvironment;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Pick<Random, 'nextDouble'>;
  readonly catalogs?: CatalogRegistry;
  /** For CREATE FUNCTION. */
  readonly loadModule?: LoadModule;
  /** For tables of the state of jobs. */
  readonly snapshots?: Snapshots;
  /** For COMPILE PLAN and EXECUTE PLAN. */
  readonly planFiles?: PlanFiles;
  /** For catalogs of type `file`. */
  readonly catalogFiles?: CatalogFiles;
  /** The program runs again, in a worker: it writes no files. */
  readonly isReplayed?: boolean;
  /** For SHOW JOBS and STOP JOB. */
  readonly jobs?: SessionJobs;
}

export class TableEnvironment {
  readonly session: Session;
  protected readonly executor: StatementExecutor;
  protected readonly context: SessionContext;
  readonly #planFiles: PlanFiles | undefined;

  constructor(options: TableEnvironmentOptions) {
    const { environment, clock, random, catalogs, loadModule, snapshots } = options;
    this.session = new Session({ base: (key) => environment.getConfig().toMap()[key] as string | undefined, clock, random, ...(catalogs === undefined ? {} : { catalogs }), ...(loadModule === undefined ? {} : { loadModule }), ...(snapshots === undefined ? {} : { snapshots }), catalogFiles: options.catalogFiles, isReplayed: options.isReplayed });
    this.executor = new StatementExecutor(this.session, environment, options);
    this.context = new SessionContext(this.session, this.executor);
    this.#planFiles = options.planFiles;
  }

  // ---- statements

  /** Runs one statement. A query and an INSERT start a job: `await()` its end, or `collect()` its rows. Throws SqlParserError, TableValidationError, TableError. */
  executeSql(text: string): Promise<TableResult> {
    const statement = parseStatement(text);
    checkStatement(text, statement);
    return this.executor.execute(statement, text);
  }

  /** The plans of a query or INSERT, as text. */
  explainSql(text: string, ...details: readonly ExplainDetail[]): string {
    return this.executor.explain(parseStatement(text), text, details);
  }

  createStatementSet(): StatementSet {
    return new StatementSet(this.context);
  }

  /** Plans an INSERT or a statement set, to be executed now or by another build. */
  compilePlanSql(text: string): CompiledPlan {
    return this.#compiled(this.context.compileModifications(this.context.insertsOfSql(text)), 'the compiled plan');
  }

  /** A plan that COMPILE PLAN or `writeToFile` wrote. Throws TABLE_PLAN_INVALID. */
  async loadPlan(path: string): Promise<CompiledPlan> {
    if (this.#planFiles === undefined) throw new TableError('TABLE_PLAN_INVALID', `Cannot reach the plan file '${path}': this table environment was made without files`);
    return this.#compiled(await readPlan(path, this.#planFiles), path);
  }

  // ---- tables

  /** A table or view of a catalog: `t`, `db.t`, `catalog.db.t`. */
  from(path: string): Table {
    return this.sqlQuery(`SELECT * FROM ${nameText(parsePath(path))}`);
  }

  sqlQuery(query: string): Table {
    return new Table(this.context.plan(query, []), this.context);
  }

  /** Rows of the program. Columns are the keys of the first row, or `f0`, `f1` …; with a schema its physical columns. */
  fromValues(rows: readonly unknown[], schema?: Schema): Table {
    const plan = this.context.plan(valuesQuery(rows, schema), []);
    if (schema === undefined) return new Table(plan, this.context);
    // A column of the schema may be NULL unless it says otherwise, whatever the rows are.
    const fields = plan.rowType.fields.map(({ name, type }, index) => ({ name, type: { ...type, isNullable: type.isNullable || !schema.lines[index]!.endsWith(' NOT NULL') } }));
    return new Table({ ...plan, rowType: { ...plan.rowType, fields } }, this.context);
  }

  /** Makes a table known to SQL under a name that hides those of catalogs. */
  createTemporaryView(path: string, table: Table): void {
    this.context.createView(path, table.logicalPlan);
  }

  /** False where there is none. */
  dropTemporaryView(path: string): boolean {
    return this.session.catalogs.dropTable(this.session.catalogs.qualify(parsePath(path)), { isTemporary: true });
  }

  /** A table of a catalog. */
  async createTable(path: string, descriptor: TableDescriptor, options: { readonly ifNotExists?: boolean } = {}): Promise<void> {
    await this.executeSql(descriptor.toSql(nameText(parsePath(path)), { isTemporary: false, ...options }));
  }

  /** A table of this session alone. */
  async createTemporaryTable(path: string, descriptor: TableDescriptor): Promise<void> {
    await this.executeSql(descriptor.toSql(nameText(parsePath(path)), { isTemporary: true }));
  }

  /** An object of the program as a table or view that hides those of catalogs. */
  registerTemporaryTable(path: string, table: CatalogTable): void {
    this.session.catalogs.createTable(this.session.catalogs.qualify(parsePath(path)), table, { isTemporary: true, ignoreIfExists: false });
  }

  /** Writes the rows of a query into a table of the program's own, made for it with the query's columns. Starts the job. */
  executeInto(query: string, name: string, target: { readonly factory?: TableObject; readonly options?: Readonly<Record<string, string>> }): Promise<TableResult> {
    return this.executor.executeInto(parseStatement(query), query, name, target);
  }

  // ---- catalogs, functions, settings

  registerCatalog(catalog: Catalog): void {
    this.session.catalogs.registerCatalog(catalog);
  }

  useCatalog(name: string): void {
    this.session.catalogs.useCatalog(name);
  }

  useDatabase(name: string): void {
    this.session.catalogs.useDatabase(this.session.catalogs.currentCatalog, name);
  }

  listTables(): readonly string[] {
    const { catalogs } = this.session;
    return catalogs.listTables(catalogs.currentCatalog, catalogs.currentDatabase);
  }

  /** A function that queries and `call` find by its name, whatever the current catalog. Throws FUNCTION_INVALID. */
  createTemporarySystemFunction(name: string, fn: UserFunction): void {
    this.session.catalogs.createTemporaryFunction([name], { identifier: name, language: 'TYPESCRIPT', definition: userFunctionDefinition(name.toUpperCase(), name, fn) }, { isSystem: true, ignoreIfExists: false });
  }

  /** A function of the current database. Throws FUNCTION_INVALID. */
  createTemporaryFunction(path: string, fn: UserFunction): void {
    const parts = parsePath(path);
    this.session.catalogs.createTemporaryFunction(parts, { identifier: path, language: 'TYPESCRIPT', definition: userFunctionDefinition(parts.at(-1)!.toUpperCase(), path, fn) }, { isSystem: false, ignoreIfExists: false });
  }

  /** As SET does. */
  setOption(key: string, value: string): void {
    this.session.set(key, value);
  }

  #compiled(text: string, place: string): CompiledPlan {
    return new CompiledPlan(text, place, { executor: this.executor, files: this.#planFiles });
  }
}
