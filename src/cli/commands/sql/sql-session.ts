// A SQL session of the command line: statements one after the other, each job in workers of this process. Keeps the statements that
// change the session, so that workers can run them again before the one that started their job; jobs that ran before are not run
// again, so one that failed or still runs holds nothing up.
import { LocalExecutor } from '#client/cluster-client/local-executor';
import type { LocalJobClient } from '#client/cluster-client/local-job-client';
import type { Platform } from '#client/platform';
import { createStatementTables } from '#client/table-environment';
import type { EarlierExecution, RecordedExecution } from '#cluster/messages/program-reference';
import type { Configuration } from '#core/config/configuration';
import { withJobExecutor } from '#datastream/environment/job-executor';
import { StatementEnvironment } from '#cli/commands/sql/statement-environment';
import type { SessionJobs } from '#table/api/session-jobs';
import type { TableEnvironment } from '#table/api/table-environment';
import type { TableResult } from '#table/api/table-result';
import type { Statement } from '#table/parser/ast-statement';
import { parseStatement } from '#table/parser/parser';

/** What workers load: as a bundle or as a readable module it lies beside this one. */
const jobUrl = new URL('./sql-job.js', import.meta.url);

/** Statements that leave the session as it was: no worker needs them but for their own job. */
const PASSING = new Set<Statement['kind']>([
  'query', 'insert', 'statement-set', 'end-statement-set', 'execute', 'explain', 'execute-plan', 'compile-plan', 'compile-and-execute-plan', 'show', 'show-create', 'describe', 'describe-job', 'stop-job', 'shell',
]);

interface KeptStatement {
  readonly text: string;
  /** CREATE TABLE AS started it: workers that run the statement again are told that it has ended. */
  readonly job: RecordedExecution | undefined;
}

export class SqlSession {
  readonly tables: TableEnvironment;
  readonly #executor: LocalExecutor;
  readonly #environment: StatementEnvironment;
  readonly #program: SqlProgramText;
  #jobsBefore = 0;

  private constructor(executor: LocalExecutor, environment: StatementEnvironment, tables: TableEnvironment, program: SqlProgramText) {
    this.#executor = executor;
    this.#environment = environment;
    this.tables = tables;
    this.#program = program;
  }

  static async open(platform: Platform, configuration: Configuration, onJob: (job: LocalJobClient) => void): Promise<SqlSession> {
    const program = new SqlProgramText();
    const executor: LocalExecutor = new LocalExecutor({
      platform, configuration, onJob,
      program: () => {
        const { statements, earlier } = program.ofCurrent();
        return { kind: 'module', url: jobUrl.href, args: [JSON.stringify({ statements })], executionIndex: earlier.length, earlier };
      },
    });
    return withJobExecutor(executor, () => {
      const environment = new StatementEnvironment();
      return new SqlSession(executor, environment, createStatementTables(environment, { jobs: jobsOf(executor) }), program);
    });
  }

  /** Starts the statement; its job, if it has one, goes on. A statement that is refused is as if it had never been. */
  async execute(statement: string): Promise<TableResult> {
    const { kind } = parseStatement(statement);
    this.#program.begin(statement);
    this.#jobsBefore = this.#executor.jobs.length;
    try {
      const result = await withJobExecutor(this.#executor, () => {
        this.#environment.renew();
        return this.tables.executeSql(statement);
      });
      this.#program.end(kind, result);
      return result;
    } catch (thrown) {
      this.#program.refuse();
      throw thrown;
    }
  }

  /** Jobs that have not ended. */
  get runningJobs(): readonly LocalJobClient[] {
    return this.#executor.jobs.filter(({ details }) => details.endedMs === undefined);
  }

  /** The jobs of the newest statement; those that earlier ones left running go on. */
  async cancelStatement(): Promise<void> {
    await Promise.all(this.#executor.jobs.slice(this.#jobsBefore).map((job) => job.cancel()));
  }

  async cancelAll(): Promise<void> {
    await this.#executor.cancelAll();
  }

  async close(): Promise<void> {
    await this.#executor.close();
  }
}

/** The statements that a worker runs to come to the job of the current one. */
class SqlProgramText {
  readonly #kept: KeptStatement[] = [];
  /** Of a statement set that is open. */
  #set: string[] = [];
  #isSetOpen = false;
  #current = '';

  begin(statement: string): void {
    this.#current = statement;
  }

  end(kind: Statement['kind'], result: TableResult): void {
    if (kind === 'begin-statement-set') this.#isSetOpen = true;
    if (kind === 'end-statement-set') {
      this.#set = [];
      this.#isSetOpen = false;
    } else if (this.#isSetOpen) {
      this.#set.push(this.#current);
    } else if (!PASSING.has(kind)) {
      const client = result.getJobClient();
      this.#kept.push({ text: this.#current, job: client === undefined ? undefined : { jobId: client.jobId, jobName: kind, netRuntimeMs: 0 } });
    }
    this.#current = '';
  }

  refuse(): void {
    this.#current = '';
  }

  ofCurrent(): { readonly statements: readonly string[]; readonly earlier: readonly EarlierExecution[] } {
    return { statements: [...this.#kept.map(({ text }) => text), ...this.#set, this.#current], earlier: this.#kept.flatMap(({ job }) => (job === undefined ? [] : [{ kind: 'finished' as const, execution: job }])) };
  }
}

function jobsOf(executor: LocalExecutor): SessionJobs {
  const byId = (jobId: string): LocalJobClient => executor.jobs.find((job) => job.jobId === jobId)!;
  return {
    list: () => executor.jobs.map(({ details: { jobId, jobName, status, startedMs } }) => ({ jobId, jobName, status, startedMs: Math.floor(startedMs) })),
    cancel: (jobId) => byId(jobId).cancel(),
    stopWithSavepoint: (jobId, { isDrained }) => byId(jobId).stopWithSavepoint({ isDrained }),
  };
}
