import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { completeSql } from '#cli/commands/sql/sql-completion';
import { SqlShell } from '#cli/commands/sql/sql-shell';
import { SimulatedTerminal } from '#platform/terminal/simulated-terminal';
import { inlineTables } from '../../table/api/table-jobs.js';

/** A shell over an inline session; `cancel` is what Ctrl-C calls. */
function shellOf(isInteractive = true, cancel: () => Promise<void> = async () => undefined) {
  const terminal = new SimulatedTerminal({ isInteractive });
  const tables = inlineTables();
  let output = '';
  const shell = new SqlShell({ terminal, format: 'table', write: (text) => { output += text; }, session: { tables, cancel, execute: (text) => tables.executeSql(text) } });
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
      session: { tables: inlineTables(), execute: () => new Promise((_resolve, reject) => { stop = () => reject(new Error('cancelled')); }), cancel: async () => stop!() },
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
