import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NodeRandom } from '#platform/random/node-random';
import { SeededRandom } from '#platform/random/seeded-random';
import { randomContract } from '../random-contract.js';

randomContract('NodeRandom', () => new NodeRandom());
randomContract('SeededRandom', () => new SeededRandom('contract'));

test('the same seed gives the same sequence, another seed another one', () => {
  const draw = (seed: number | string): string => {
    const random = new SeededRandom(seed);
    return `${random.nextInt(1000)} ${random.nextDouble()} ${random.hex(8)} ${random.split().hex(8)}`;
  };
  assert.equal(draw(42), draw(42));
  assert.equal(draw(42), draw('42'));
  assert.notEqual(draw(42), draw(43));
});

test('a split does not depend on what its parent draws later', () => {
  const first = new SeededRandom(7);
  const second = new SeededRandom(7);
  const splitOfFirst = first.split();
  const splitOfSecond = second.split();
  first.hex(100);
  assert.equal(splitOfFirst.hex(16), splitOfSecond.hex(16));
});

test('a seed keeps its sequence for ever: recorded failures stay reproducible', () => {
  const random = new SeededRandom(1);
  assert.deepEqual([random.hex(8), random.nextInt(100), random.nextInt(100)], ['8af11237e2750694', 96, 23]);
});
