import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { StreamExecutionEnvironment } from 'millrace';
import { rowKindName, Schema, StreamTableEnvironment } from 'millrace/table';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import { MAX_WATERMARK } from '#streaming/operator/stream-operator';
import { RowKind, type TableRow } from '#table/runtime/row-kind';
import { EpochOutputOperator } from '#table/runtime/sink/epoch-output-operator';
import { HeldChanges, type HeldMode } from '#table/runtime/sink/held-changes';
import { OperatorSubtask } from '#testing/harness/operator-subtask';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';

const folder = mkdtempSync(join(tmpdir(), 'millrace-epochs-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const change = (kind: RowKind, k: string, n: number): TableRow => ({ k, n, $kind: kind });
const [insert, before, updated, gone] = [RowKind.INSERT, RowKind.UPDATE_BEFORE, RowKind.UPDATE_AFTER, RowKind.DELETE].map((kind) => (k: string, n: number) => change(kind, k, n)) as [(k: string, n: number) => TableRow, (k: string, n: number) => TableRow, (k: string, n: number) => TableRow, (k: string, n: number) => TableRow];
const text = (row: TableRow): string => `${rowKindName(row['$kind'] as RowKind)}${row['k']}${row['n']}`;

function net(mode: HeldMode, key: readonly string[] | undefined, changes: readonly TableRow[]): string[] {
  const held = new HeldChanges(mode, key);
  for (const row of changes) held.add(row);
  return held.take().map(text);
}

describe('changes of an epoch', () => {
  test('come to what is left of them', () => {
    assert.deepEqual(net('changelog', ['k'], [before('a', 1), updated('a', 2), before('a', 2), updated('a', 1)]), []);
    assert.deepEqual(net('changelog', ['k'], [before('a', 1), updated('a', 2), before('a', 2), updated('a', 3), insert('b', 1)]), ['-Ua1', '+Ua3', '+Ib1']);
    assert.deepEqual(net('changelog', ['k'], [insert('a', 1), before('a', 1), updated('a', 2)]), ['+Ia2']);
    assert.deepEqual(net('changelog', ['k'], [gone('a', 1), insert('a', 4)]), ['-Ua1', '+Ua4']);
    assert.deepEqual(net('changelog', undefined, [gone('a', 1), insert('a', 4)]), ['-Da1', '+Ia4']);
    assert.deepEqual(net('changelog', [], [gone('a', 1), insert('b', 4)]), ['-Ua1', '+Ub4']);
  });

  test('equal rows are counted', () => {
    assert.deepEqual(net('changelog', undefined, [insert('a', 1), insert('a', 1), gone('a', 1), insert('a', 1)]), ['+Ia1', '+Ia1']);
  });

  test('of upserts the last of a key counts', () => {
    assert.deepEqual(net('upserts', ['k'], [insert('a', 1), updated('a', 2), insert('b', 1), gone('b', 1)]), ['+Ua2', '-Db1']);
  });
});

describe('the operator', () => {
  const subtask = (snapshots?: readonly OperatorSnapshot[]): OperatorSubtask => new OperatorSubtask(
    { kind: 'stream', create: () => new EpochOutputOperator(new HeldChanges('changelog', ['k'])) },
    { subtaskIndex: 0, parallelism: 1, maxParallelism: 8, clock: new SimulatedClock(), name: 'EpochOutput', snapshots },
  );
  const textsOf = (values: readonly unknown[]): string[] => values.map((row) => text(row as TableRow));

  test('lets nothing out before a barrier, and then all of it behind the barrier', () => {
    const operator = subtask();
    operator.element(insert('a', 1));
    operator.element(insert('b', 1));
    operator.watermark(7);
    assert.deepEqual([operator.values, operator.output.watermarks], [[], [7]]);
    const snapshot = operator.snapshot();
    assert.deepEqual(operator.values, []);
    operator.settle();
    assert.deepEqual(textsOf(operator.values), ['+Ia1', '+Ib1']);
    const restored = subtask([snapshot]);
    restored.settle();
    assert.deepEqual(textsOf(restored.values), ['+Ia1', '+Ib1']);
  });

  test('what could not leave yet is in the next snapshot, once', () => {
    const operator = subtask();
    operator.element(insert('a', 1));
    operator.element(insert('b', 1));
    operator.output.room = 1;
    operator.snapshot();
    assert.equal(operator.settle(), false);
    operator.element(insert('c', 1));
    const snapshot = operator.snapshot();
    const restored = subtask([snapshot]);
    restored.settle();
    assert.deepEqual(textsOf(restored.values), ['+Ib1', '+Ic1']);
    operator.makeRoom(9);
    assert.deepEqual(textsOf(operator.values), ['+Ia1', '+Ib1', '+Ic1']);
  });

  test('at the end of the input everything leaves before the last watermark', () => {
    const operator = subtask();
    operator.element(insert('a', 1));
    operator.watermark(MAX_WATERMARK);
    assert.deepEqual(operator.output.events.map((event) => (typeof event === 'object' && event !== null && 'k' in event ? text(event) : 'watermark')), ['+Ia1', 'watermark']);
  });
});

describe('the bank', () => {
  const TRANSFERS = 5000;
  const ACCOUNTS = 10;

  /** Every total that came out while transfers went from account to account; with their number, so that it is shown again and again. */
  async function totals(consistency: string): Promise<number[]> {
    const env = StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism: 2, configuration: { 'execution.checkpointing.interval': '15 ms', 'execution.checkpointing.dir': `file://${folder}` } });
    const tables = new StreamTableEnvironment({ environment: env, clock: { now: () => 0 }, random: { nextDouble: () => 0.5 } });
    tables.setOption('millrace.output.consistency', consistency);
    const transfers = env.fromSequence(1, TRANSFERS).map((n) => ({ source: n % ACCOUNTS, target: (n * 7 + 3) % ACCOUNTS, amount: (n * 31) % 100 }));
    tables.createTemporaryView('transfers', transfers, Schema.newBuilder().column('source', 'BIGINT').column('target', 'BIGINT').column('amount', 'BIGINT').build());
    tables.createTemporaryView('credits', tables.sqlQuery('SELECT target AS account, SUM(amount) AS amount, COUNT(*) AS n FROM transfers GROUP BY target'));
    tables.createTemporaryView('debits', tables.sqlQuery('SELECT source AS account, SUM(amount) AS amount FROM transfers GROUP BY source'));
    const result = await tables.executeSql(`SELECT SUM(balance) AS total, SUM(n) AS transfers FROM (
      SELECT COALESCE(c.amount, 0) - COALESCE(d.amount, 0) AS balance, c.n FROM credits AS c FULL JOIN debits AS d ON c.account = d.account)`);
    const seen: number[] = [];
    for await (const { kind, values } of result.collect()) if (kind === RowKind.INSERT || kind === RowKind.UPDATE_AFTER) seen.push(values[0] as number);
    return seen;
  }

  test('has a total of 0 at every moment that is shown', async () => {
    const seen = await totals('epoch');
    assert.ok(seen.length > 0 && seen.every((total) => total === 0), `totals ${seen.slice(0, 10).join(', ')}`);
  });

  test('shows money on its way where results leave as they are made', async () => {
    assert.ok((await totals('none')).some((total) => total !== 0));
  });
});

describe('settings', () => {
  const refuses = async (settings: Readonly<Record<string, string>>, query = 'SELECT 1'): Promise<void> => {
    const env = StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism: 1 });
    const tables = new StreamTableEnvironment({ environment: env, clock: { now: () => 0 }, random: { nextDouble: () => 0.5 } });
    await tables.executeSql("CREATE TABLE endless (a INT) WITH ('connector' = 'datagen')");
    for (const [key, value] of Object.entries(settings)) tables.setOption(key, value);
    await assert.rejects(async () => tables.executeSql(query), { code: 'TABLE_OPTION_INVALID' });
  };

  test('that leave no epochs are refused', async () => {
    await refuses({ 'millrace.output.consistency': 'eventual' });
    await refuses({ 'millrace.output.consistency': 'epoch' }, "SELECT * FROM endless");
    await refuses({ 'millrace.output.consistency': 'epoch', 'execution.checkpointing.unaligned.enabled': 'true' });
    await refuses({ 'millrace.output.consistency': 'epoch', 'execution.checkpointing.mode': 'AT_LEAST_ONCE' });
  });
});
