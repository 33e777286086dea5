import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { CollectionSource } from '#connectors/collection/source';
import { DataGeneratorSource } from '#connectors/datagen/source';
import { SequenceSource } from '#connectors/sequence/source';
import { Types } from '#core/types/type-information';
import { ReadStatus, type Source } from '#streaming/source/source';
import { SourceHarness } from './source-harness.js';

/** Reads with a restore in the middle; all rows of both runs. */
function readWithRestore(source: Source<any, any, any>, before: number, after: number, steps: readonly number[], room: number): unknown[] { // any: sources of every type
  const first = new SourceHarness(source, { parallelism: before, room });
  for (const subtask of steps) first.step(subtask % before);
  const second = new SourceHarness(source, { parallelism: after, room, checkpoint: first.checkpoint() }).finish();
  return [...first.values, ...second.values];
}

const restorePoint = [fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.array(fc.nat(3), { maxLength: 30 }), fc.integer({ min: 1, max: 9 })] as const;
const ascending = (values: readonly unknown[]) => (values as number[]).toSorted((a, b) => a - b);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('sequence source', () => {
  test('has both ends, in ranges over the readers, and survives a restore anywhere', () => {
    fc.assert(fc.property(fc.integer({ min: -50, max: 2 ** 40 }), fc.nat(100), ...restorePoint, (from, more, before, after, steps, room) => {
      const source = new SequenceSource(from, from + more);
      assert.deepEqual(ascending(readWithRestore(source, before, after, steps, room)), range(from, from + more));
    }), { numRuns: 80 });
  });

  test('a reader has one range, in order', () => {
    const harness = new SourceHarness(new SequenceSource(1, 10), { parallelism: 3, room: 2 }).finish();
    assert.deepEqual(harness.rows.map((own) => own.map((row) => row.value)), [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]);
    assert.ok(harness.rows.flat().every((row) => Number.isNaN(row.timestamp)));
    assert.equal(new SequenceSource(1, 2).name, 'Sequence Source');
  });

  test('ends in the wrong order are refused', () => {
    assert.throws(() => new SequenceSource(2, 1), { code: 'CONNECTOR_OPTION_INVALID', message: /option to is 1/ });
  });
});

describe('collection source', () => {
  test('one reader has all elements in order, and survives a restore anywhere', () => {
    fc.assert(fc.property(fc.array(fc.anything(), { maxLength: 40 }), ...restorePoint, (values, before, after, steps, room) => {
      const source = new CollectionSource(values);
      assert.equal(source.name, 'Collection Source');
      const read = readWithRestore(source, before, after, steps, room);
      assert.equal(read.length, values.length);
      read.forEach((value, index) => assert.ok(Object.is(value, values[index])));
    }), { numRuns: 60 });
  });

  test('its declared type is that of the stream', () => {
    assert.equal(new CollectionSource([1], Types.LONG).producedType, Types.LONG);
    assert.equal(new CollectionSource([1]).producedType, undefined);
  });
});

describe('data generator source', () => {
  test('each index is made once, and survives a restore anywhere', () => {
    fc.assert(fc.property(fc.nat(500), ...restorePoint, (count, before, after, steps, room) => {
      const source = new DataGeneratorSource((index) => index * 2, count);
      assert.deepEqual(ascending(readWithRestore(source, before, after, steps, room)), range(0, count - 1).map((index) => index * 2));
    }), { numRuns: 60 });
  });

  test('a rate holds over all readers together, evenly, and says when to ask again', () => {
    const harness = new SourceHarness(new DataGeneratorSource((index) => index, Number.POSITIVE_INFINITY, { ratePerSecond: 100 }), { parallelism: 2, room: 50 });
    for (let elapsedMs = 0; elapsedMs < 10_000; elapsedMs += 20) {
      while (harness.step(0) === ReadStatus.MORE);
      while (harness.step(1) === ReadStatus.MORE);
      assert.ok(harness.readers.every((reader) => reader.nextPollMs > harness.clock.now() && reader.nextPollMs <= harness.clock.now() + 20.001));
      harness.clock.advance(20);
      const expected = elapsedMs * 0.1;
      assert.ok(Math.abs(harness.values.length - expected) <= 4, `${harness.values.length} records after ${elapsedMs} ms`);
    }
  });

  test('time in which a reader was held up is not made up for by more than a second of records', () => {
    const harness = new SourceHarness(new DataGeneratorSource((index) => index, Number.POSITIVE_INFINITY, { ratePerSecond: 10 }), { room: 1_000 });
    while (harness.step(0) === ReadStatus.MORE);
    harness.clock.advance(60_000);
    while (harness.step(0) === ReadStatus.MORE);
    assert.ok(harness.values.length >= 10 && harness.values.length <= 13, `${harness.values.length} records`);
  });

  test('an error of the function passes through and the position stays at the record', () => {
    let isBroken = true;
    const source = new DataGeneratorSource((index) => {
      if (index === 3 && isBroken) throw new Error('no third record');
      return index;
    }, 5);
    const harness = new SourceHarness(source);
    assert.throws(() => harness.step(0), { message: 'no third record' });
    isBroken = false;
    assert.deepEqual(new SourceHarness(source, { checkpoint: harness.checkpoint() }).finish().values, [3, 4]);
  });

  test('a rate of 0 and a count of -1 are refused', () => {
    assert.throws(() => new DataGeneratorSource(() => 1, 1, { ratePerSecond: 0 }), { code: 'CONNECTOR_OPTION_INVALID' });
    assert.throws(() => new DataGeneratorSource(() => 1, -1), { code: 'CONNECTOR_OPTION_INVALID' });
  });
});
