import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '#platform/random/seeded-random';
import { WrittenKeys } from '#state/rocksdb/tier/written-keys';

const WORDS = 1024;
/** 10 bits each. */
const KEYS = 3276;

function hashes(count: number, seed: number): number[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => Math.floor(random.nextDouble() * 2 ** 32) | 0);
}

const shareOf = (keys: WrittenKeys, of: readonly number[]): number => of.filter((hash) => keys.mayHold(hash)).length / of.length;

test('every key that was added is in it, few others are', () => {
  const keys = new WrittenKeys(new Int32Array(WORDS));
  const added = hashes(KEYS, 1);
  assert.equal(shareOf(keys, added), 0);
  for (const hash of added) keys.add(hash);
  assert.equal(shareOf(keys, added), 1);
  assert.ok(shareOf(keys, hashes(20_000, 2)) < 0.05);
});

for (const factor of [1, 2, 16, 32, 128]) {
  test(`a filter ${factor} times as large takes over what one holds, and no more`, () => {
    const keys = new WrittenKeys(new Int32Array(WORDS));
    const added = hashes(KEYS, 3);
    for (const hash of added) keys.add(hash);
    const larger = new WrittenKeys(new Int32Array(WORDS * factor));
    larger.takeOver(keys);
    assert.equal(shareOf(larger, added), 1);
    const others = hashes(20_000, 4);
    assert.equal(shareOf(larger, others), shareOf(keys, others));
  });
}
