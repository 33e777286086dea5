import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Types, type TypeInformation } from '#core/types/type-information';
import { miniBatchOf, aggregatePhasesOf } from '#table/exec/mini-batch-settings';
import { bundleKeyOf } from '#table/runtime/aggregate/bundle-key';
import { stepsOf } from '../streaming-steps.js';

const miniBatch = (size: number, phases = 'AUTO'): Readonly<Record<string, string>> => ({
  'table.exec.mini-batch.enabled': 'true', 'table.exec.mini-batch.allow-latency': '1 h', 'table.exec.mini-batch.size': String(size), 'table.optimizer.agg-phase-strategy': phases,
});
const BIDS = { bids: { ddl: ['item STRING', 'price BIGINT'] } };
const COUNTS = 'SELECT item, COUNT(*), MAX(price), COUNT(DISTINCT price) FROM bids GROUP BY item';
const ROWS = [['bids', 'a', 1], ['bids', 'b', 5], ['bids', 'a', 1], ['bids', 'a', 3], ['bids', 'b', 5]] as const;

for (const phases of ['ONE_PHASE', 'TWO_PHASE']) {
  test(`in ${phases} a group changes once per bundle, and what is left goes out at the end`, async () => {
    const changes = await stepsOf(BIDS, COUNTS, ROWS, miniBatch(3, phases));
    const end = [...changes].filter((change) => change.startsWith('end')).sort();
    // A local bundle of three rows of two groups gives the global one two of its three; the first group of what is left fills it.
    const first = phases === 'ONE_PHASE' ? ['2 +I["a",2,1,1]', '2 +I["b",1,5,1]'] : [];
    assert.deepEqual(changes.filter((change) => !change.startsWith('end')), first);
    assert.deepEqual(end, phases === 'ONE_PHASE'
      ? ['end +U["a",3,3,2]', 'end +U["b",2,5,1]', 'end -U["a",2,1,1]', 'end -U["b",1,5,1]']
      : ['end +I["a",3,3,2]', 'end +I["b",1,5,1]', 'end +U["b",2,5,1]', 'end -U["b",1,5,1]']);
  });

  test(`in ${phases} a group that comes and goes within a bundle is never seen, and one that goes is deleted`, async () => {
    const table = { changing: { ddl: ['item STRING', 'price BIGINT'], changelogMode: 'I,UA,UB,D' } };
    const changes = await stepsOf(table, 'SELECT item, SUM(price), COUNT(*) FROM changing GROUP BY item', [
      ['changing', 'a', 1], ['changing', 'b', 2], ['-D changing', 'b', 2], ['changing', 'a', 4],
      ['-D changing', 'a', 1], ['-D changing', 'a', 4], ['changing', 'c', 7], ['changing', 'c', 8],
    ], miniBatch(phases === 'ONE_PHASE' ? 4 : 1, phases));
    const net = new Map<string, number>();
    for (const change of changes) {
      const [, kind, row] = /^\S+ (..)(.*)$/.exec(change)!;
      net.set(row!, (net.get(row!) ?? 0) + (kind!.startsWith('+') ? 1 : -1));
    }
    assert.deepEqual([...net].filter(([, count]) => count !== 0), [['["c",15,2]', 1]]);
    if (phases === 'ONE_PHASE') assert.deepEqual(changes, ['3 +I["a",5,2]', '7 -D["a",5,2]', '7 +I["c",15,2]']);
  });
}

test('a result that a bundle leaves as it was is not sent again', async () => {
  const changes = await stepsOf(BIDS, 'SELECT item, MAX(price) FROM bids GROUP BY item', [['bids', 'a', 9], ['bids', 'a', 1], ['bids', 'a', 2], ['bids', 'a', 3]], miniBatch(2, 'ONE_PHASE'));
  assert.deepEqual(changes, ['1 +I["a",9]']);
});

test('rows go out when the latency has passed, though the bundle is not full', async () => {
  const config = { ...miniBatch(1000, 'TWO_PHASE'), 'table.exec.mini-batch.allow-latency': '20 ms' };
  const changes = await stepsOf(BIDS, 'SELECT item, COUNT(*) FROM bids GROUP BY item', [['bids', 'a', 9]], config);
  assert.deepEqual(changes.map((change) => change.replace(/^\S+ /, '')), ['+I["a",1]']);
});

test('settings of mini-batches and phases that cannot be are refused by key and value', () => {
  const settings = (options: Readonly<Record<string, string>>) => ({ isBatch: false, option: (key: string) => options[key] });
  const on = { 'table.exec.mini-batch.enabled': 'true' };
  assert.equal(miniBatchOf(settings({})), undefined);
  assert.equal(miniBatchOf({ ...settings(miniBatch(3)), isBatch: true }), undefined);
  assert.deepEqual(miniBatchOf(settings(miniBatch(3))), { latencyMs: 3_600_000, rowsMax: 3 });
  assert.throws(() => miniBatchOf(settings({ ...on, 'table.exec.mini-batch.size': '5' })), { code: 'TABLE_OPTION_INVALID', message: /allow-latency is '0 ms'/ });
  assert.throws(() => miniBatchOf(settings({ ...on, 'table.exec.mini-batch.allow-latency': '2 s' })), { code: 'TABLE_OPTION_INVALID', message: /size is '-1'/ });
  assert.throws(() => miniBatchOf(settings({ ...on, 'table.exec.mini-batch.allow-latency': 'soon', 'table.exec.mini-batch.size': '5' })), { code: 'TABLE_OPTION_INVALID', message: /'soon'/ });
  assert.throws(() => aggregatePhasesOf(settings({ 'table.optimizer.agg-phase-strategy': 'THREE' })), { code: 'TABLE_OPTION_INVALID', message: /'THREE'.*TWO_PHASE/ });
});

test('keys of a bundle stand for themselves only', () => {
  const parts: readonly (readonly [TypeInformation, fc.Arbitrary<unknown>])[] = [
    [Types.NULLABLE(Types.STRING), fc.constantFrom(null, '', 'n', '1:', '|', '1:|', '11|', '0:', '2:n|')], [Types.NULLABLE(Types.INT64), fc.constantFrom(null, 1, 11, 2n ** 60n)], [Types.BOOLEAN, fc.boolean()],
    [Types.STRING, fc.constantFrom('', '1', '|', 'null|')], [Types.DOUBLE, fc.constantFrom(0.5, 1)],
  ];
  fc.assert(fc.property(fc.subarray([...parts.keys()], { minLength: 2 }).chain((chosen) => fc.record({ chosen: fc.constant(chosen), a: fc.tuple(...chosen.map((part) => parts[part]![1])), b: fc.tuple(...chosen.map((part) => parts[part]![1])) })), ({ chosen, a, b }) => {
    const keyOf = bundleKeyOf(Types.TUPLE(...chosen.map((part) => parts[part]![0])));
    assert.equal(keyOf(a) === keyOf(b), a.every((value, index) => value === b[index]));
  }), { numRuns: 500 });
});
