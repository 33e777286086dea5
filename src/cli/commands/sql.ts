// `millrace sql`: runs the statements of a file or of the command line, in order, and prints their results; the first that fails
// ends it. Without either, a shell.
import { formatHelp, parseArguments, valueOf } from '#cli/arguments';
import { EXIT_INTERRUPTED, type CommandContext } from '#cli/command-context';
import { readConfiguration } from '#cli/configuration-input';
import { printResult, type ResultFormat } from '#cli/commands/sql/result-printer';
import { completeSql } from '#cli/commands/sql/sql-completion';
import { resultFormat } from '#cli/commands/sql/result-mode';
import { SqlShell } from '#cli/commands/sql/sql-shell';
import { SqlSession } from '#cli/commands/sql/sql-session';
import { SQL_COMMAND } from '#cli/commands/sql-command';
import { JobProgress } from '#cli/output/job-progress';
import { cacheDirectory } from '#client/submission/cache-directory';
import { CliError } from '#cli/errors';
import { executionOptions } from '#core/config/options/execution-options';
import { splitScript } from '#table/parser/script';
import { NodeTerminal } from '#platform/terminal/node-terminal';
import { join, resolve } from 'node:path';

const HISTORY_MAX = 500;

export async function runSql({ platform, words }: CommandContext): Promise<number> {
  const parsed = parseArguments(SQL_COMMAND, words);
  const { process, files } = platform;
  if (parsed.values.has('help')) {
    process.writeStdout(formatHelp(SQL_COMMAND));
    return 0;
  }
  const file = valueOf(parsed, 'file');
  const texts = file === undefined ? parsed.values.get('execute') ?? [] : [await readScript(files, resolve(process.cwd(), file))];
  const init = valueOf(parsed, 'init');
  const first = init === undefined ? [] : statementsOf(await readScript(files, resolve(process.cwd(), init)));
  let configuration = await readConfiguration(platform, parsed);
  // One slot unless asked otherwise: statements of a script are mostly small, and a worker costs a start.
  if (!configuration.contains(executionOptions.parallelismDefault)) configuration = configuration.set(executionOptions.parallelismDefault, 1);
  const format = (valueOf(parsed, 'format') ?? 'table') as ResultFormat;
  const progress = new JobProgress(platform, { isForced: false });
  const session = await SqlSession.open(platform, configuration, (job) => progress.follow(job));
  const write = (text: string): void => {
    // What is printed takes the place of the line that told how far the job is.
    progress.stop();
    process.writeStdout(text);
  };
  let isInterrupted = false;
  const interrupt = (): void => {
    isInterrupted = true;
    void session.cancelAll();
  };
  process.onSignal('SIGINT', interrupt);
  process.onSignal('SIGTERM', interrupt);
  try {
    for (const statement of first) await (await session.execute(statement)).await();
    if (file === undefined && texts.length === 0) await runShell(platform, session, format, write);
    for (const statement of texts.flatMap(statementsOf)) {
      const result = await session.execute(statement);
      const settings = session.tables.session;
      await printResult(result, { format: resultFormat(settings, format), timeZone: settings.timeZone, write, isSync: settings.option('table.dml-sync') !== 'false' });
      progress.stop();
    }
    // Jobs run in this process: it stays until those have ended that no statement waited for.
    await Promise.all(session.runningJobs.map((job) => job.getJobExecutionResult()));
    return 0;
  } catch (thrown) {
    if (isInterrupted) return EXIT_INTERRUPTED;
    throw thrown;
  } finally {
    progress.stop();
    await session.close();
  }
}

async function runShell({ process, files, clock }: CommandContext['platform'], session: SqlSession, format: ResultFormat, write: (text: string) => void): Promise<void> {
  const path = join(cacheDirectory(process), 'sql-history');
  const history = (await files.exists(path)) ? Buffer.from(await files.read(path)).toString('utf8').split('\n').filter((line) => line !== '') : [];
  const terminal = new NodeTerminal({ history, complete: (line) => completeSql(line, session.tables.session) });
  const shell = new SqlShell({ terminal, session, format, write, clock });
  try {
    await shell.run();
    const running = session.runningJobs;
    if (running.length > 0) {
      if (terminal.isInteractive) write(`[INFO] ${running.length} running job${running.length === 1 ? ' ends' : 's end'} with the shell.\n`);
      else await Promise.all(running.map((job) => job.getJobExecutionResult()));
      await session.cancelAll();
    }
  } finally {
    terminal.close();
    if (terminal.isInteractive && shell.history.length > 0) {
      await files.mkdirs(cacheDirectory(process));
      await files.atomicWrite(path, Buffer.from(`${[...shell.history, ...history].slice(0, HISTORY_MAX).join('\n')}\n`));
    }
  }
}

/** A last statement may lack its semicolon. Throws SQL_PARSE for text that ends within a string. */
function statementsOf(text: string): readonly string[] {
  const { parts, remainder, error } = splitScript(text);
  if (error !== undefined) throw error;
  return [...parts, ...(remainder === undefined ? [] : [remainder])].map((part) => part.text);
}

async function readScript(files: CommandContext['platform']['files'], path: string): Promise<string> {
  if (!(await files.exists(path))) throw new CliError('USAGE_VALUE_INVALID', `statements were to be read from ${path}: there is no such file`);
  return Buffer.from(await files.read(path)).toString('utf8');
}
