import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import '#client/cluster-client/install-host-executor';
import { SavepointReader } from '#client/savepoint/savepoint-reader';
import { SavepointWriter } from '#client/savepoint/savepoint-writer';
import { OperatorTransformation, type KeyedBootstrapContext, type KeyedStateBootstrapFunction } from '#client/savepoint/state-bootstrap';
import { differenceOf } from '#client/savepoint/state-difference';
import { Types } from '#core/types/type-information';
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import type { ListState, ValueState } from '#state/keyed/keyed-state';
import type { KeyedStateStore } from '#streaming/process/keyed-state-store';
import { KeyedProcessFunction, type KeyedProcessContext, type OnTimerContext } from '#streaming/process/process-functions';
import type { RuntimeContext } from '#streaming/process/runtime-context';
import { ListStateDescriptor, ValueStateDescriptor } from '#streaming/process/state-descriptors';
import { FIXTURE } from './fixture-savepoint.js';

interface Account {
  readonly user: string;
  readonly clicks: number;
  readonly pages: readonly string[];
}

const CLICKS = new ValueStateDescriptor('clicks', Types.LONG);
const PAGES = new ListStateDescriptor('pages', Types.STRING);

class FillAccounts implements KeyedStateBootstrapFunction<string, Account> {
  #clicks!: ValueState<number>;
  #pages!: ListState<string>;

  open(states: KeyedStateStore): void {
    this.#clicks = states.getState(CLICKS);
    this.#pages = states.getListState(PAGES);
  }

  processElement({ clicks, pages }: Account, context: KeyedBootstrapContext<string>): void {
    this.#clicks.update(clicks);
    this.#pages.addAll(pages);
    context.registerEventTimeTimer(1000 + clicks);
  }
}

class CountOn extends KeyedProcessFunction<string, { readonly user: string }, string> {
  #clicks!: ValueState<number>;
  #pages!: ListState<string>;

  override open(context: RuntimeContext): void {
    this.#clicks = context.getState(CLICKS);
    this.#pages = context.getListState(PAGES);
  }

  override processElement({ user }: { readonly user: string }, _context: KeyedProcessContext<string>, out: { collect(line: string): void }): void {
    this.#clicks.update((this.#clicks.value() ?? 0) + 1);
    out.collect(`${user} ${this.#clicks.value()} ${this.#pages.get().join()}`);
  }

  override onTimer(timestamp: number, context: OnTimerContext<string>, out: { collect(line: string): void }): void {
    out.collect(`timer ${context.getCurrentKey()} ${timestamp}`);
  }
}

const ACCOUNTS: readonly Account[] = Array.from({ length: 50 }, (_, i) => ({ user: `u${i}`, clicks: i * 3, pages: [`/${i}`, '/home'] }));

describe('a savepoint that no job took', () => {
  let folder: string;

  before(() => { folder = mkdtempSync(join(tmpdir(), 'millrace-bootstrap-')); });
  after(() => rmSync(folder, { recursive: true }));

  const accounts = () => OperatorTransformation.bootstrapWith(ACCOUNTS).keyBy((account) => account.user, Types.STRING).transform(new FillAccounts());

  for (const parallelism of [1, 3]) {
    test(`a job starts from it at parallelism ${parallelism}, with state and timers, also when it was moved`, async () => {
      const path = await SavepointWriter.newSavepoint({ maxParallelism: 64 }).withOperator('count', accounts()).write(join(folder, `new-${parallelism}`));
      renameSync(path, `${path}-moved`);
      const env = StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism, configuration: { 'execution.state-recovery.path': `${path}-moved` } } as never);
      const lines = env.fromData([{ user: 'u7' }, { user: 'new' }]).returns(Types.ROW({ user: Types.STRING })).keyBy('user').process(() => new CountOn()).uid('count');
      const rows = await lines.executeAndCollect();
      const expected = [...ACCOUNTS.map(({ user, clicks }) => `timer ${user} ${1000 + clicks}`), 'u7 22 /7,/home', 'new 1 '];
      assert.deepEqual([...rows].toSorted(), expected.toSorted());
    });
  }

  test('rows come back as they were written, and a directory is used once', async () => {
    const path = join(folder, 'rows');
    await SavepointWriter.newSavepoint().withOperator('count', accounts()).write(path);
    const reader = await SavepointReader.read(path);
    const clicks = new Map<unknown, unknown>();
    for await (const { key, value } of reader.readKeyedState('count', CLICKS)) clicks.set(key, value);
    assert.deepEqual(clicks, new Map(ACCOUNTS.map((account) => [account.user, account.clicks])));
    assert.equal(reader.operators[0]!.uid, 'count');
    assert.ok(!readFileSync(join(path, '_metadata'), 'latin1').includes(folder), 'paths are relative');
    await assert.rejects(SavepointWriter.newSavepoint().withOperator('count', accounts()).write(path), { code: 'SAVEPOINT_TARGET_TAKEN' });
  });

  test('a function that throws leaves nothing of the savepoint, and what else lies in its directory', async () => {
    const failing = OperatorTransformation.bootstrapWith([1]).transform({
      open() { /* no state */ },
      processElement() { throw new Error('bad row'); },
    });
    for (const name of ['fresh', 'used']) {
      const path = join(folder, name);
      if (name === 'used') {
        mkdirSync(path);
        writeFileSync(join(path, 'notes.txt'), 'mine');
      }
      await assert.rejects(SavepointWriter.newSavepoint().withOperator('count', accounts()).withOperator('broken', failing).write(path), /bad row/);
      assert.deepEqual(existsSync(path) ? readdirSync(path) : undefined, name === 'used' ? ['notes.txt'] : undefined);
    }
  });

  test('an existing savepoint is copied but for what is replaced, removed and added', async () => {
    const rules = OperatorTransformation.bootstrapWith([['low', 7], ['none', 0]] as const).transform({
      open(states) { this.rules = states.getBroadcastState('limits', Types.STRING, Types.INT); },
      processElement([name, limit]) { this.rules.put(name, limit); },
    } as { open(states: { getBroadcastState: CallableFunction }): void; processElement(row: readonly [string, number]): void; rules: { put(name: string, limit: number): void } } as never);
    const path = await SavepointWriter.fromExistingSavepoint(FIXTURE).withOperator('limits', rules).removeOperator('sessions').withOperator('count', accounts()).write(join(folder, 'changed'));
    const [old, changed] = [await SavepointReader.read(FIXTURE), await SavepointReader.read(path)];
    const changes: string[] = [];
    for await (const { op, state, row } of differenceOf(old, changed, { before: await old.states(), after: await changed.states() })) {
      if (state !== 'clicks' && state !== 'pages' && !state.startsWith('timers/') && state !== 'task/watermark') changes.push(`${op} ${state} ${String(row['mapKey'] ?? row['key'])}`);
    }
    assert.deepEqual(changes.toSorted(), [
      '+I limits none', '+U limits low', '-D limits high', '-U limits low', ...['k0', 'k1', 'k2', 'k3', 'k4'].map((key) => `-D window/sessions ${key}`),
    ].toSorted());
    assert.equal(changed.checkpointId, old.checkpointId);
    assert.deepEqual(readdirSync(path).filter((name) => name.includes('tmp')), []);
  });
});
