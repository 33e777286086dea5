// The compaction filter that drops expired state.
import assert from 'node:assert/strict';
import { addonTest, openStore, type Store } from './addon-fixture.js';

/** `prefix` bytes of zero, the timestamp, the payload. */
function stamped(timestampMs: number | bigint, payload: string, prefix = 0): Buffer {
  const bytes = Buffer.alloc(prefix + 8 + payload.length);
  bytes.writeBigInt64BE(BigInt(timestampMs), prefix);
  bytes.write(payload, prefix + 8);
  return bytes;
}

function list(...elements: Buffer[]): Buffer {
  return Buffer.concat(elements.flatMap((element) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(element.length);
    return [length, element];
  }));
}

async function keysAfter(store: Store, nowMs: number): Promise<string[]> {
  store.database.setQueryTime(nowMs);
  await store.family.compact();
  return store.scan().map(([key]) => key);
}

addonTest('a value expires when its timestamp plus the time to live is not after the query time', async (addon, context) => {
  const store = openStore(addon, context, { timeToLive: { timeToLiveMs: 100 } });
  store.put('a', stamped(1000, 'x'));
  store.put('b', stamped(1001, 'x'));
  store.put('negative', stamped(-50, 'x'));
  store.put('never', stamped(2n ** 63n - 1n, 'x'));
  store.put('short', 'x');
  await store.database.flush();
  await store.family.compact();
  assert.deepEqual(store.scan().map(([key]) => key), ['a', 'b', 'negative', 'never', 'short'], 'nothing expires before a query time is set');
  assert.deepEqual(await keysAfter(store, 49), ['a', 'b', 'negative', 'never', 'short']);
  assert.deepEqual(await keysAfter(store, 50), ['a', 'b', 'never', 'short']);
  assert.deepEqual(await keysAfter(store, 1100), ['b', 'never', 'short']);
  assert.deepEqual(await keysAfter(store, Number.MAX_SAFE_INTEGER), ['never', 'short']);
});

addonTest('the timestamp may lie behind a prefix', async (addon, context) => {
  const store = openStore(addon, context, { timeToLive: { timeToLiveMs: 100, timestampOffset: 1 } });
  store.put('a', stamped(1000, 'x', 1));
  store.put('b', stamped(2000, 'x', 1));
  assert.deepEqual(await keysAfter(store, 1500), ['b']);
});

addonTest('a list loses its expired elements one by one, and goes with the last', async (addon, context) => {
  const store = openStore(addon, context, { timeToLive: { timeToLiveMs: 100, shape: 'list' }, mergeOperator: 'append' });
  const [first, second, third] = [stamped(1000, 'first'), stamped(3000, 'second'), stamped(2000, 'third')];
  store.put('list', list(first, second, third));
  store.put('broken', Buffer.concat([list(first), Buffer.from([0, 0, 9, 9, 1])]));
  store.put('empty', '');
  await store.database.flush();
  const value = (): string | undefined => store.get('list');
  assert.deepEqual(await keysAfter(store, 1100), ['broken', 'empty', 'list']);
  assert.equal(value(), list(second, third).toString());
  assert.deepEqual(await keysAfter(store, 2100), ['broken', 'empty', 'list']);
  assert.equal(value(), list(second).toString());
  assert.deepEqual(await keysAfter(store, 3100), ['broken', 'empty']);
});

addonTest('a query time that is no whole number is refused', (addon, context) => {
  const store = openStore(addon, context);
  assert.throws(() => store.database.setQueryTime(0.5), { code: 'ROCKSDB_ARGUMENT' });
});
