// `millrace sql`: runs the statements of a file or of the command line, in order, and prints their results; the first that fails
// ends it. Without either, a shell.
import { formatHelp, parseArguments, valueOf } from '#cli/arguments';
import { EXIT_INTERRUPTED, type CommandContext } from '#cli/command-context';
import { readConfiguration } from '#cli/configuration-input';
import { printResult, type ResultFormat } from '#cli/commands/sql/result-printer';
import { completeSql } from '#cli/commands/sql/sql-completion';
import { SqlShell } from '#cli/commands/sql/sql-shell';
import { SqlSession } from '#cli/commands/sql/sql-session';
import { SQL_COMMAND } from '#cli/commands/sql-command';
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
  const session = await SqlSession.open(platform, configuration, () => undefined);
  let isInterrupted = false;
  const interrupt = (): void => {
    isInterrupted = true;
    void session.cancel();
  };
  process.onSignal('SIGINT', interrupt);
  process.onSignal('SIGTERM', interrupt);
  try {
    for (const statement of first) await (await session.execute(statement)).await();
    if (file === undefined && texts.length === 0) await runShell(platform, session, format);
    for (const statement of texts.flatMap(statementsOf)) {
      const result = await session.execute(statement);
      await printResult(result, { format, timeZone: session.tables.session.timeZone, write: (line) => process.writeStdout(line) });
    }
    return 0;
  } catch (thrown) {
    if (isInterrupted) return EXIT_INTERRUPTED;
    throw thrown;
  } finally {
    await session.close();
  }
}

async function runShell({ process, files }: CommandContext['platform'], session: SqlSession, format: ResultFormat): Promise<void> {
  const path = join(cacheDirectory(process), 'sql-history');
  const history = (await files.exists(path)) ? Buffer.from(await files.read(path)).toString('utf8').split('\n').filter((line) => line !== '') : [];
  const terminal = new NodeTerminal({ history, complete: (line) => completeSql(line, session.tables.session) });
  const shell = new SqlShell({ terminal, session, format, write: (text) => process.writeStdout(text) });
  try {
    await shell.run();
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
