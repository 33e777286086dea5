// A SQL session of the command line: statements one after the other, each job in workers of this process. Keeps what was run, so
// that workers can run it again.
import { LocalExecutor } from '#client/cluster-client/local-executor';
import type { LocalJobClient } from '#client/cluster-client/local-job-client';
import type { Platform } from '#client/platform';
import { createTableEnvironment } from '#client/table-environment';
import type { Configuration } from '#core/config/configuration';
import { withJobExecutor } from '#datastream/environment/job-executor';
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import type { TableEnvironment } from '#table/api/table-environment';
import type { TableResult } from '#table/api/table-result';

/** What workers load: as a bundle or as a readable module it lies beside this one. */
const jobUrl = new URL('./sql-job.js', import.meta.url);

export class SqlSession {
  readonly tables: TableEnvironment;
  readonly #executor: LocalExecutor;
  readonly #statements: string[] = [];

  private constructor(executor: LocalExecutor, tables: TableEnvironment, statements: string[]) {
    this.#executor = executor;
    this.tables = tables;
    this.#statements = statements;
  }

  static async open(platform: Platform, configuration: Configuration, onJob: (job: LocalJobClient) => void): Promise<SqlSession> {
    const statements: string[] = [];
    const executor = new LocalExecutor({
      platform, configuration, onJob,
      program: (executionIndex, earlier) => ({ kind: 'module', url: jobUrl.href, args: [JSON.stringify({ statements })], executionIndex, earlier: [...earlier] }),
    });
    const tables = await withJobExecutor(executor, () => createTableEnvironment(StreamExecutionEnvironment.getExecutionEnvironment()));
    return new SqlSession(executor, tables, statements);
  }

  /** Starts the statement; its job, if it has one, goes on. A statement that is refused is as if it had never been. */
  async execute(statement: string): Promise<TableResult> {
    this.#statements.push(statement);
    try {
      return await withJobExecutor(this.#executor, () => this.tables.executeSql(statement));
    } catch (thrown) {
      this.#statements.pop();
      throw thrown;
    }
  }

  async cancel(): Promise<void> {
    await this.#executor.cancelAll();
  }

  async close(): Promise<void> {
    await this.#executor.close();
  }
}
