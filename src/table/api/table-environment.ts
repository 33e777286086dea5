// Where SQL begins: catalogs, settings and executeSql. Statements that look at or change the session answer at once; those that move
// rows add to the program of the environment below and start a job.
// Thread: the one that runs the program; in a worker the program is run again and must make the same jobs.
import type { CatalogTable } from '#table/catalog/catalog';
import type { CatalogRegistry } from '#table/catalog/catalog-registry';
import type { PlanFiles } from '#table/api/plan-files';
import type { ProgramEnvironment } from '#table/api/program-environment';
import type { Snapshots } from '#table/factories/snapshots';
import type { TableObject } from '#table/factories/table-factory';
import { Session, type LoadModule } from '#table/api/session';
import type { SessionJobs } from '#table/api/session-jobs';
import { StatementExecutor } from '#table/api/statement-executor';
import type { TableResult } from '#table/api/table-result';
import type { Clock } from '#platform/clock/clock';
import type { Random } from '#platform/random/random';
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
  /** The program runs again, in a worker: it writes no files. */
  readonly isReplayed?: boolean;
  /** For SHOW JOBS and STOP JOB. */
  readonly jobs?: SessionJobs;
}

export class TableEnvironment {
  readonly session: Session;
  readonly #executor: StatementExecutor;

  constructor(options: TableEnvironmentOptions) {
    const { environment, clock, random, catalogs, loadModule, snapshots } = options;
    this.session = new Session({ base: (key) => environment.getConfig().toMap()[key] as string | undefined, clock, random, ...(catalogs === undefined ? {} : { catalogs }), ...(loadModule === undefined ? {} : { loadModule }), ...(snapshots === undefined ? {} : { snapshots }) });
    this.#executor = new StatementExecutor(this.session, environment, options);
  }

  /** Runs one statement. A query and an INSERT start a job: `await()` its end, or `collect()` its rows. Throws SqlParserError, TableValidationError, TableError. */
  executeSql(text: string): Promise<TableResult> {
    const statement = parseStatement(text);
    checkStatement(text, statement);
    return this.#executor.execute(statement, text);
  }

  /** Writes the rows of a query into a table of the program's own, made for it with the query's columns. Starts the job. */
  executeInto(query: string, name: string, target: { readonly factory?: TableObject; readonly options?: Readonly<Record<string, string>> }): Promise<TableResult> {
    return this.#executor.executeInto(parseStatement(query), query, name, target);
  }

  /** The plans of a query or INSERT, as text. */
  explainSql(text: string): string {
    return this.#executor.explain(parseStatement(text), text, []);
  }

  /** Registers an object of the program as a table or view that hides those of catalogs. */
  createTemporaryTable(name: string, table: CatalogTable): void {
    this.session.catalogs.createTable(this.session.catalogs.qualify([name]), table, { isTemporary: true, ignoreIfExists: false });
  }
}
