// The shell of `millrace sql`: reads lines until a semicolon, runs the statement, prints what it gave. A mistake ends nothing
// while somebody is there to mend it; Ctrl-C cancels the running statement, or forgets the one being typed.
import { printResult, type ResultFormat } from '#cli/commands/sql/result-printer';
import type { SqlSession } from '#cli/commands/sql/sql-session';
import { liveRowsMax, resultFormat } from '#cli/commands/sql/result-mode';
import type { Clock } from '#platform/clock/clock';
import { EngineError } from '#core/errors/engine-error';
import type { Terminal } from '#platform/terminal/terminal';
import { parseStatement } from '#table/parser/parser';
import { splitScript } from '#table/parser/script';

const PROMPT = 'Millrace SQL> ';
const CONTINUED = '> ';

const HELP = `Statements end with a semicolon and may go over several lines.

  HELP                 this text
  QUIT, EXIT           ends the shell
  CLEAR                empties the screen
  SET 'key' = 'value'  sets an option of the session; SET alone lists them, RESET takes them back.
                       'sql-client.execution.result-mode' = 'table', 'changelog' or 'tableau'
  SHOW, DESCRIBE       what there is: SHOW TABLES, SHOW CATALOGS, SHOW FUNCTIONS, DESCRIBE t, SHOW CREATE TABLE t
  EXPLAIN              the plan of a query or an INSERT
  CREATE, ALTER, DROP  catalogs, databases, tables, views, functions
  SELECT, INSERT INTO  start a job; Ctrl-C cancels it. With 'table.dml-sync' = 'false' an INSERT goes on behind the prompt
  BEGIN STATEMENT SET  collects INSERTs until END, which starts them as one job
  SHOW JOBS, STOP JOB  the jobs of this shell; STOP JOB 'id' WITH SAVEPOINT stops one so that it can go on
  COMPILE PLAN, EXECUTE PLAN   statements whose state outlives their changes
`;

export interface SqlShellOptions {
  readonly terminal: Terminal;
  readonly session: Pick<SqlSession, 'execute' | 'cancelStatement' | 'tables'>;
  readonly format: ResultFormat;
  readonly write: (text: string) => void;
  readonly clock: Pick<Clock, 'scheduleRepeating' | 'monotonicMs'>;
}

export class SqlShell {
  readonly #options: SqlShellOptions;
  /** Statements that were run, newest first. */
  readonly history: string[] = [];
  #text = '';
  #isRunning = false;
  #isCancelled = false;

  constructor(options: SqlShellOptions) {
    this.#options = options;
  }

  /** Until QUIT, or the end of the input. Rejects with a statement's failure where nobody is there. */
  async run(): Promise<void> {
    const { terminal, write } = this.#options;
    const listening = terminal.onInterrupt(() => this.#interrupt());
    try {
      for (;;) {
        const line = await terminal.readLine(this.#text === '' ? PROMPT : CONTINUED);
        if (line === undefined) {
          // A last statement may lack its semicolon, but not where it may only be half typed.
          if (!terminal.isInteractive && this.#text.trim() !== '') await this.#statement(this.#text);
          return;
        }
        if (await this.#line(line)) return;
      }
    } finally {
      listening.cancel();
      if (terminal.isInteractive) write('\n');
    }
  }

  /** True when the shell is to end. */
  async #line(line: string): Promise<boolean> {
    // The words of the shell need no semicolon.
    const isShellWord = this.#text === '' && /^\s*(help|quit|exit|clear)\s*;?\s*$/i.test(line);
    const { parts, remainder } = splitScript(isShellWord ? `${line.replace(';', '')};` : `${this.#text}${line}\n`);
    this.#text = remainder?.text ?? '';
    for (const { text } of parts) if (await this.#statement(text)) return true;
    return false;
  }

  async #statement(text: string): Promise<boolean> {
    const { terminal, session, format, write, clock } = this.#options;
    const startedMs = clock.monotonicMs();
    this.history.unshift(`${text.replace(/\s+/g, ' ').trim()};`);
    this.#isRunning = true;
    this.#isCancelled = false;
    try {
      const statement = parseStatement(text);
      if (statement.kind === 'shell') {
        if (statement.command === 'HELP') write(HELP);
        else if (statement.command === 'CLEAR') terminal.clear();
        else return true;
        return false;
      }
      const result = await session.execute(text);
      const settings = session.tables.session;
      await printResult(result, {
        format: resultFormat(settings, format), timeZone: settings.timeZone, write, isSync: settings.option('table.dml-sync') !== 'false',
        ...(terminal.isInteractive ? { live: { clock, rowsMax: liveRowsMax(settings) } } : {}),
      });
      if (settings.option('sql-client.display.print-time-cost') === 'true') write(`${((clock.monotonicMs() - startedMs) / 1000).toFixed(2)} seconds\n`);
    } catch (thrown) {
      if (this.#isCancelled) write('[INFO] The statement was cancelled.\n');
      else if (terminal.isInteractive) write(`[ERROR] Could not execute SQL statement. Reason:\n${reportOf(thrown, session.tables.session.option('sql-client.verbose') === 'true')}\n`);
      else throw thrown;
    } finally {
      this.#isRunning = false;
    }
    return false;
  }

  #interrupt(): void {
    const { session, terminal, write } = this.#options;
    if (this.#isRunning) {
      this.#isCancelled = true;
      void session.cancelStatement();
      return;
    }
    this.#text = '';
    write('\n');
    if (terminal.isInteractive) write(PROMPT);
  }
}

/** With the place in the statement where the error knows it; `sql-client.verbose` asks for the whole stack. */
function reportOf(error: unknown, isVerbose: boolean): string {
  if (!(error instanceof EngineError)) return error instanceof Error ? (isVerbose ? error.stack! : `${error.name}: ${error.message}`) : String(error);
  if (isVerbose) return error.stack ?? error.line;
  return 'report' in error ? String(error.report) : error.line;
}
