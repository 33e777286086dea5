// SQL of the pages: every statement is planned, so that connectors check its options; those of `sql run` blocks are run.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { createNodePlatform } from '#client/platform';
import { createTableSnapshots } from '#client/savepoint/table-snapshots';
import { StreamExecutionEnvironment } from 'millrace';
import { TableEnvironment } from '#table/api/table-environment';
import { codeBlocks } from './doc-pages.js';

const PAGES = ['docs/guide/sql-connectors.md'];
const BLOCKS_FLOOR = 8;
/** Needs a server to be made. */
const WITH_SERVER = /CREATE CATALOG \w+ WITH \('type' = 'jdbc'|FROM shop\.shop/;

const folder = mkdtempSync(join(tmpdir(), 'millrace-sql-pages-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function environment(): TableEnvironment {
  const tables = new TableEnvironment({
    environment: StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism: 1 }), clock: { now: () => 1_700_000_000_000 }, random: { nextDouble: () => 0.5 }, snapshots: createTableSnapshots(createNodePlatform()),
  });
  tables.session.set('table.local-time-zone', 'UTC');
  return tables;
}

/** Statements end with a semicolon at the end of a line. */
const statementsOf = (text: string): readonly string[] => text.split(/;\s*(?:\n|$)/).map((part) => part.trim()).filter((part) => part !== '');

describe('SQL of the pages', () => {
  const blocks = PAGES.flatMap((page) => codeBlocks(page)).filter(({ info }) => info === 'sql' || info === 'sql run');

  test('is seen', () => {
    assert.ok(blocks.length >= BLOCKS_FLOOR, `only ${blocks.length} blocks were seen`);
  });

  for (const { page, line, info, text } of blocks) {
    test(`${page}:${line} is ${info === 'sql run' ? 'run' : 'planned'}`, async () => {
      const tables = environment();
      for (const statement of statementsOf(text.replaceAll("'/data", `'${folder}`))) {
        if (WITH_SERVER.test(statement)) continue;
        const isQuery = /^(SELECT|INSERT)/.test(statement);
        if (isQuery && info === 'sql') tables.explainSql(statement);
        else {
          const result = await tables.executeSql(statement);
          if (statement.startsWith('INSERT')) await result.await();
          else for await (const row of result.collect()) assert.ok(row.values.length > 0);
        }
      }
    });
  }
});
