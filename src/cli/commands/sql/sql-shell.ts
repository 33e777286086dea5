// The shell of `millrace sql`: reads lines until a semicolon, runs the statement, prints what it gave. A mistake ends nothing
// while somebody is there to mend it; Ctrl-C cancels the running statement, or forgets the one being typed.
import { printResult, type ResultFormat } from '#cli/commands/sql/result-printer';
import type { SqlSession } from '#cli/commands/sql/sql-session';
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
  SET 'key' = 'value'  sets an option of the session; SET alone lists them, RESET takes them back
  SHOW, DESCRIBE       what there is: SHOW TABLES, SHOW CATALOGS, SHOW FUNCTIONS, DESCRIBE t, SHOW CREATE TABLE t
  EXPLAIN              the plan of a query or an INSERT
  CREATE, ALTER, DROP  catalogs, databases, tables, views, functions
  SELECT, INSERT INTO  start a job; Ctrl-C cancels it
`;

export interface SqlShellOptions {
  readonly terminal: Terminal;
  readonly session: Pick<SqlSession, 'execute' | 'cancel' | 'tables'>;
  readonly format: ResultFormat;
  readonly write: (text: string) => void;
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
    const { terminal, session, format, write } = this.#options;
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
      await printResult(result, { format, timeZone: session.tables.session.timeZone, write });
    } catch (thrown) {
      if (this.#isCancelled) write('[INFO] The statement was cancelled.\n');
      else if (terminal.isInteractive && thrown instanceof EngineError) write(`[ERROR] Could not execute SQL statement. Reason:\n${reportOf(thrown)}\n`);
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
      void session.cancel();
      return;
    }
    this.#text = '';
    write('\n');
    if (terminal.isInteractive) write(PROMPT);
  }
}

/** With the place in the statement where the error knows it. */
const reportOf = (error: EngineError): string => ('report' in error ? String(error.report) : error.line);
