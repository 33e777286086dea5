import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { StreamExecutionEnvironment } from 'millrace';
import { createTableSnapshots } from '#client/savepoint/table-snapshots';
import { createNodePlatform } from '#client/platform';
import { TableEnvironment } from '#table/api/table-environment';
import { changesOf, inlineTables } from '../../table/api/table-jobs.js';
import { FIXTURE, FORMATS } from './fixture-savepoint.js';

const folders: string[] = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

function stateTables(): TableEnvironment {
  const environment = StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism: 1 });
  return new TableEnvironment({ environment, clock: { now: () => 0 }, random: { nextDouble: () => 0.5 }, snapshots: createTableSnapshots(createNodePlatform()) });
}

async function read(columns: string, options: string, query = 'SELECT * FROM t', path = FIXTURE): Promise<string[]> {
  const tables = stateTables();
  await tables.executeSql(`CREATE TABLE t (${columns}) WITH ('connector' = 'savepoint', 'state.path' = '${path}', ${options})`);
  return (await changesOf(tables, query)).sort();
}

const OPERATOR = "'operator.uid' = 'all-states'";

describe('the keyed states of an operator as a table', () => {
  test('a row per key: values, rows, lists and maps are columns', async () => {
    const rows = await read("k STRING, visits ROW<`user` STRING, `count` BIGINT>, page STRING, events ARRAY<ROW<`at` INT, page STRING>>, PRIMARY KEY (k) NOT ENFORCED", `${OPERATOR}, 'fields.page.state-name' = 'recent'`,
      'SELECT k, visits.`count`, page, CARDINALITY(events), events[1].page FROM t');
    assert.deepEqual(rows, [0, 1, 2, 3, 4].map((key) => `+I["k${key}",12,"r${55 + key}",12,"/${key}"]`));
  });

  test('what is read can be grouped and filtered like any table', async () => {
    assert.deepEqual((await read('k STRING, visits ROW<`count` INT>, PRIMARY KEY (k) NOT ENFORCED', OPERATOR, "SELECT SUM(visits.`count`) FROM t WHERE k <> 'k0'")).filter((change) => !change.startsWith('-')).sort().at(-1), '+U[48]');
  });

  for (const format of FORMATS) {
    test(`savepoints of ${format} are read`, async () => {
      assert.equal((await read('k STRING, total DOUBLE, seconds MAP<STRING, DOUBLE>, PRIMARY KEY (k) NOT ENFORCED', `${OPERATOR}, 'state.backend.type' = 'hashmap'`, 'SELECT k FROM t', join(FIXTURE, '..', format))).length, 5);
    });
  }

  test('the directory of a job\'s checkpoints stands for the latest that is complete', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-state-table-'));
    folders.push(folder);
    mkdirSync(join(folder, 'chk-11'));
    cpSync(FIXTURE, join(folder, 'chk-10'), { recursive: true });
    cpSync(FIXTURE, join(folder, 'chk-9'), { recursive: true });
    rmSync(join(folder, 'chk-9', '_metadata'));
    assert.equal((await read('k STRING, total DOUBLE, PRIMARY KEY (k) NOT ENFORCED', OPERATOR, 'SELECT k FROM t', folder)).length, 5);
  });

  test('options are checked', async () => {
    const code = 'TABLE_OPTION_INVALID';
    await assert.rejects(read('k STRING, PRIMARY KEY (k) NOT ENFORCED', "'operator.uid' = 'a', 'operator.uid.hash' = 'b'"), { code, message: /Either operator\.uid or operator\.uid\.hash must be provided/ });
    await assert.rejects(read('k STRING', OPERATOR), { code, message: /PRIMARY KEY \(k\) NOT ENFORCED/ });
    await assert.rejects(read('k STRING, visits STRING, PRIMARY KEY (k) NOT ENFORCED', `${OPERATOR}, 'fields.visits.state-type' = 'tree'`), { code, message: /one of value, list, map/ });
    await assert.rejects(read('k STRING, visits STRING, PRIMARY KEY (k) NOT ENFORCED', `${OPERATOR}, 'fields.visits.state-type' = 'list'`), { code, message: /a list state is an ARRAY/ });
  });

  test('what the snapshot does not hold is named with what it holds', async () => {
    await assert.rejects(read('k STRING, visit STRING, PRIMARY KEY (k) NOT ENFORCED', OPERATOR), /has no state 'visit' .* it has .*visits.*fields\.visit\.state-name/);
    await assert.rejects(read('k STRING, PRIMARY KEY (k) NOT ENFORCED', "'operator.uid' = 'nobody'"), /no state of an operator with uid nobody/);
    await assert.rejects(read('k STRING, visits INT, PRIMARY KEY (k) NOT ENFORCED', OPERATOR), /the value is \{"user":"k\d","count":12,"legacy":"x"\} for the column visits of type INT/);
    await assert.rejects(read('k STRING, events STRING, PRIMARY KEY (k) NOT ENFORCED', OPERATOR), /the state 'events' is a list state, the column events reads a value state/);
  });

  test('an environment without a way to read savepoints says so', async () => {
    const tables = inlineTables();
    await tables.executeSql(`CREATE TABLE t (k STRING, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'savepoint', 'state.path' = '/x', ${OPERATOR})`);
    await assert.rejects(changesOf(tables, 'SELECT * FROM t'), { code: 'TABLE_NOT_SUPPORTED' });
  });
});

describe('savepoint_metadata', () => {
  test('a row per operator, once the module state is loaded', async () => {
    const tables = stateTables();
    await assert.rejects(changesOf(tables, `SELECT * FROM savepoint_metadata('${FIXTURE}')`), /No match found for function signature savepoint_metadata.*LOAD MODULE state/);
    await tables.executeSql('LOAD MODULE state');
    assert.deepEqual((await changesOf(tables, 'SHOW MODULES')).sort(), ['+I["core"]', '+I["state"]']);
    const rows = await changesOf(tables, `SELECT COUNT(*), SUM(CASE WHEN \`operator-total-size-in-bytes\` >= 0 THEN 1 ELSE 0 END), MIN(\`operator-max-parallelism\`) > 0, MAX(CHAR_LENGTH(\`operator-uid-hash\`)) FROM savepoint_metadata('${FIXTURE}')`);
    assert.equal(rows.at(-1), '+U[6,6,true,32]');
    await assert.rejects(changesOf(tables, "SELECT * FROM savepoint_metadata('a', 'b')"), /Supported form\(s\): savepoint_metadata\('path/);
    await assert.rejects(changesOf(tables, "SELECT * FROM savepoint_metadata('/nowhere')"), /nowhere/);
    await tables.executeSql('UNLOAD MODULE state');
    await assert.rejects(changesOf(tables, `SELECT * FROM savepoint_metadata('${FIXTURE}')`), /LOAD MODULE state/);
  });
});
