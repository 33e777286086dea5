import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { completeSql } from '#cli/commands/sql/sql-completion';
import { SqlShell } from '#cli/commands/sql/sql-shell';
import { SimulatedTerminal } from '#platform/terminal/simulated-terminal';
import { TableResult } from '#table/api/table-result';
import { RowKind } from '#table/runtime/row-kind';
import { LogicalTypes } from '#table/types/logical-type';
import { inlineTables } from '../../table/api/table-jobs.js';

const CLOCK = { monotonicMs: () => 0, scheduleRepeating: () => ({ cancel: () => undefined }) };

/** A shell over an inline session; `cancel` is what Ctrl-C calls. */
function shellOf(isInteractive = true, cancel: () => Promise<void> = async () => undefined) {
  const terminal = new SimulatedTerminal({ isInteractive });
  const tables = inlineTables();
  let output = '';
  const shell = new SqlShell({ terminal, format: 'table', write: (text) => { output += text; }, clock: CLOCK, session: { tables, cancelStatement: cancel, execute: (text) => tables.executeSql(text) } });
  return { terminal, shell, tables, output: () => output };
}

describe('the shell', () => {
  test('a statement may go over several lines, and a line may hold several', async () => {
    const { terminal, shell, output } = shellOf();
    terminal.type('SELECT a', '  + 1 AS b FROM (VALUES (1)) AS t(a);', 'CREATE VIEW v AS SELECT 1 AS x; SHOW VIEWS;', 'quit');
    await shell.run();
    assert.deepEqual(terminal.prompts, ['Millrace SQL> ', '> ', 'Millrace SQL> ', 'Millrace SQL> ']);
    assert.match(output(), /\| +b \|\n[+-]+\n\| +2 \|\n[+-]+\n1 row in set\n/);
    assert.match(output(), /view name \|\n[+-]+\n\| +v \|/);
    assert.deepEqual(shell.history.at(-1), 'SELECT a + 1 AS b FROM (VALUES (1)) AS t(a);');
  });

  test('a mistake is told with its place, and ends nothing', async () => {
    const { terminal, shell, output } = shellOf();
    terminal.type('SELECT nothing FROM nowhere;', 'SELEC 1;', 'SHOW CURRENT CATALOG;', 'EXIT;');
    await shell.run();
    assert.match(output(), /\[ERROR\] Could not execute SQL statement\. Reason:\n\[SQL_VALIDATION\] Object 'nowhere' not found/);
    assert.match(output(), /\[SQL_PARSE\]/);
    assert.match(output(), /default_catalog/);
  });

  test('where nobody is there, a mistake ends it, and the last statement needs no semicolon', async () => {
    const mistaken = shellOf(false);
    mistaken.terminal.type('SELECT nothing FROM nowhere;');
    mistaken.terminal.endInput();
    await assert.rejects(mistaken.shell.run(), { code: 'SQL_VALIDATION' });
    const { terminal, shell, output } = shellOf(false);
    terminal.type('SHOW CURRENT DATABASE');
    terminal.endInput();
    await shell.run();
    assert.match(output(), /default_database/);
  });

  test('Ctrl-C forgets a statement that is half typed', async () => {
    const { terminal, shell, output } = shellOf();
    const running = shell.run();
    terminal.type('SELECT');
    await new Promise(setImmediate);
    terminal.interrupt();
    terminal.type('SHOW CURRENT CATALOG;', 'QUIT');
    await running;
    assert.match(output(), /default_catalog/);
    assert.doesNotMatch(output(), /ERROR/);
  });

  test('Ctrl-C cancels the statement that runs', async () => {
    let stop: (() => void) | undefined;
    const terminal = new SimulatedTerminal();
    let output = '';
    const shell = new SqlShell({
      terminal, format: 'table', write: (text) => { output += text; },
      session: { tables: inlineTables(), execute: () => new Promise((_resolve, reject) => { stop = () => reject(new Error('cancelled')); }), cancelStatement: async () => stop!() }, clock: CLOCK,
    });
    const running = shell.run();
    terminal.type('SELECT 1;');
    await new Promise(setImmediate);
    terminal.interrupt();
    terminal.type('QUIT;');
    await running;
    assert.match(output, /\[INFO\] The statement was cancelled\./);
  });

  test('HELP explains, CLEAR empties the screen', async () => {
    const { terminal, shell, output } = shellOf();
    terminal.type('HELP', 'CLEAR;', 'QUIT');
    await shell.run();
    assert.match(output(), /Statements end with a semicolon/);
    assert.equal(terminal.clears, 1);
  });
});

describe('completion', () => {
  test('keywords in the case in which they were begun, and names of tables', async () => {
    const tables = inlineTables();
    await tables.executeSql('CREATE VIEW orders AS SELECT 1 AS x');
    const complete = (line: string): readonly string[] => completeSql(line, tables.session).candidates;
    assert.ok(complete('SELEC').includes('SELECT'));
    assert.ok(complete('selec').includes('select'));
    assert.deepEqual(complete('SELECT * FROM orde').filter((word) => word === 'orders' || word === 'order'), ['order', 'orders']);
    assert.deepEqual(complete('SELECT '), []);
  });
});

describe('result modes', () => {
  const QUERY = "SELECT b, SUM(a) AS total FROM (VALUES (1, 'x'), (2, 'x')) AS t(a, b) GROUP BY b;";
  const shown = async (mode: string): Promise<string> => {
    const { terminal, shell, output } = shellOf();
    terminal.type(`SET 'sql-client.execution.result-mode' = '${mode}';`, QUERY, 'QUIT');
    await shell.run();
    return output();
  };

  test('table shows what is left, changelog and tableau every change', async () => {
    assert.doesNotMatch(await shown('table'), /-U/);
    assert.match(await shown('changelog'), /\+I \|.*\n.*-U \|.*\n.*\+U \|/);
    assert.match(await shown('TABLEAU'), /-U \|/);
  });

  test('another mode is refused, and the shell goes on', async () => {
    assert.match(await shown('chart'), /\[TABLE_OPTION_INVALID\] 'sql-client\.execution\.result-mode' is 'chart': give table, changelog or tableau/);
  });

  test('an unbounded result is painted in its place', async () => {
    const { terminal, shell, output, tables } = shellOf();
    let paint: () => void = () => undefined;
    const clock = { monotonicMs: () => 0, scheduleRepeating: (_ms: number, action: () => void) => { paint = action; return { cancel: () => undefined }; } };
    const rowType = { kind: 'ROW' as const, isNullable: false, fields: [{ name: 'n', type: LogicalTypes.INT }] };
    async function* collectedRows(): AsyncGenerator<unknown> {
      for (let n = 1; n <= 3; n++) {
        if (n > 1) yield { n: n - 1, $kind: RowKind.DELETE };
        yield { n, $kind: RowKind.INSERT };
        paint();
      }
    }
    const client = { jobId: 'a', getJobExecutionResult: async () => undefined, cancel: async () => undefined, collectedRows };
    const result = new TableResult({ rowType, resultKind: 'SUCCESS_WITH_CONTENT', timeZone: 'UTC', job: { client, sinkUid: 's' }, isInsertOnly: false, isBounded: false });
    let painted = '';
    const live = new SqlShell({ terminal, clock, format: 'table', write: (text) => { painted += text; }, session: { tables, cancelStatement: async () => undefined, execute: async () => result } });
    terminal.type('SELECT n FROM counts;', 'QUIT');
    await live.run();
    assert.ok(shell.history.length === 0 && output() === '');
    assert.ok(painted.split('\u001b[6A\u001b[J').length > 2, painted);
    assert.match(painted.slice(painted.lastIndexOf('\u001b[J')), /\| +3 \|\n[+-]+\n1 row in set\n/);
  });

  test('a failure that has no code ends nothing either', async () => {
    const terminal = new SimulatedTerminal();
    let output = '';
    const shell = new SqlShell({ terminal, clock: CLOCK, format: 'table', write: (text) => { output += text; }, session: { tables: inlineTables(), cancelStatement: async () => undefined, execute: async () => { throw new RangeError('odd'); } } });
    terminal.type('SELECT 1;', 'HELP', 'QUIT');
    await shell.run();
    assert.match(output, /RangeError: odd\n[^]*Statements end with a semicolon/);
  });

  test('texts of several lines stand for themselves, and answers are as wide as they need', async () => {
    const { terminal, shell, output } = shellOf();
    terminal.type("CREATE VIEW a_view_whose_name_is_longer_than_thirty_characters AS SELECT 1 AS x;", 'SHOW VIEWS;', 'EXPLAIN SELECT 1;', 'QUIT');
    await shell.run();
    assert.match(output(), /\| a_view_whose_name_is_longer_than_thirty_characters \|/);
    assert.match(output(), /^== Abstract Syntax Tree ==$/m);
  });

  test('moments with a zone are shown in the zone of the session', async () => {
    const { terminal, shell, output } = shellOf();
    terminal.type("SET 'table.local-time-zone' = 'Asia/Tokyo';", 'SELECT TO_TIMESTAMP_LTZ(0, 3) AS t;', 'QUIT');
    await shell.run();
    assert.match(output(), /1970-01-01 09:00:00\.000/);
  });
});
