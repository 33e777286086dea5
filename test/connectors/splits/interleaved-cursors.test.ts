import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { InterleavedCursors } from '#connectors/splits/interleaved-cursors';
import { interleavedSplits } from '#connectors/splits/interleaved-range';

/** Two splits of a stream of 10 elements in blocks of 2: s-0 has 0 1 4 5 8 9, s-1 has 2 3 6 7. */
function opened(): InterleavedCursors {
  const cursors = new InterleavedCursors();
  cursors.add(interleavedSplits('s', 2, 2, 10));
  return cursors;
}

function read(cursors: InterleavedCursors, count: number): number[] {
  const seen: number[] = [];
  for (let cursor = cursors.next(); cursor !== undefined && seen.length < count; cursor = cursors.next()) {
    seen.push(cursor.position);
    cursor.moveTo(cursor.position + 1);
  }
  return seen;
}

describe('the splits of an interleaved stream in one reader', () => {
  test('are read in the order of the stream', () => {
    const cursors = opened();
    assert.deepEqual(read(cursors, 4), [0, 1, 2, 3]);
    assert.deepEqual([cursors.progress, cursors.isAtEnd], [0.4, false]);
    assert.deepEqual(read(cursors, 100), [4, 5, 6, 7, 8, 9]);
    assert.deepEqual([cursors.progress, cursors.isAtEnd], [1, true]);
    assert.deepEqual(cursors.snapshot(), []);
  });

  test('are told once when they are read', () => {
    const cursors = opened();
    read(cursors, 8);
    assert.deepEqual([cursors.takeFinished(), cursors.takeFinished()], [['s-1'], []]);
    read(cursors, 100);
    assert.deepEqual([cursors.takeFinished(), cursors.takeFinished()], [['s-0'], []]);
  });

  test('wait while they are paused, and the reader is not at its end by that', () => {
    const cursors = opened();
    cursors.pauseOrResume(['s-0'], []);
    assert.deepEqual(read(cursors, 100), [2, 3, 6, 7]);
    assert.deepEqual([cursors.next(), cursors.isAtEnd], [undefined, false]);
    cursors.pauseOrResume([], ['s-0']);
    assert.deepEqual(read(cursors, 100), [0, 1, 4, 5, 8, 9]);
  });
});
