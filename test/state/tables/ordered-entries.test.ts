import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NO_BLOB } from '#state/tables/blob-heap';
import { MemoryManager } from '#state/tables/memory-manager';
import { OrderedEntries } from '#state/tables/ordered-entries';

interface Entry {
  readonly number: number;
  readonly entry: number;
}

const numberOf = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(Infinity, -Infinity, -0), fc.double({ noNaN: true }));

test('lists of pairs are as arrays are: entries come in by their number, before or behind their equals, and go from any place', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(3), numberOf, fc.nat(), fc.boolean()), { maxLength: 300 }), (steps) => {
    const memory = MemoryManager.unshared(1 << 20);
    const lists = new OrderedEntries(memory, 'test');
    const blocks = Array.from({ length: 4 }, () => NO_BLOB);
    const models: Entry[][] = blocks.map(() => []);
    steps.forEach(([list, number, place, isAdded], step) => {
      const model = models[list]!;
      if (isAdded || model.length === 0) {
        const at = place % 2 === 0 ? lists.upperBound(blocks[list]!, number) : lists.lowerBound(blocks[list]!, number);
        assert.equal(at, model.filter((other) => (place % 2 === 0 ? other.number <= number : other.number < number)).length);
        model.splice(at, 0, { number, entry: step });
        blocks[list] = lists.insert(blocks[list]!, at, number, step);
      } else if (place % 5 === 0) {
        model[place % model.length] = { number: model[place % model.length]!.number, entry: -step };
        lists.replaceEntry(blocks[list]!, place % model.length, -step);
      } else {
        blocks[list] = lists.remove(blocks[list]!, place % model.length);
        model.splice(place % model.length, 1);
      }
      assert.equal(lists.countOf(blocks[list]!), model.length);
      assert.deepEqual(model.map((_, index) => lists.entryAt(blocks[list]!, index)), model.map(({ entry }) => entry));
    });
    lists.release();
    assert.equal(memory.usedBytes, 0);
  }));
});

test('a long list is moved in blocks', () => {
  const lists = new OrderedEntries(MemoryManager.unshared(1 << 20), 'test');
  let block = NO_BLOB;
  for (let i = 0; i < 200; i++) block = lists.insert(block, 0, -i, i);
  for (let i = 0; i < 150; i++) block = lists.remove(block, 20);
  assert.deepEqual(Array.from({ length: lists.countOf(block) }, (_, index) => lists.entryAt(block, index)), [...Array.from({ length: 20 }, (_, index) => 199 - index), ...Array.from({ length: 30 }, (_, index) => 29 - index)]);
});
