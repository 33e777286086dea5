// What a second consumer of a row gets.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FrameMemory } from '#core/columns/frame-memory';
import { TextSlice } from '#core/columns/text-slice';
import { deepCopy } from '#streaming/task/deep-copy';

describe('a copy of a row', () => {
  test('shares nothing that a consumer may change', () => {
    const row = { list: [1, { a: 2 }], bytes: Uint8Array.of(1), at: new Date(0), map: new Map([['k', [1]]]), set: new Set([1]), none: null };
    const copy = deepCopy(row);
    assert.deepEqual(copy, row);
    for (const key of ['list', 'bytes', 'at', 'map', 'set'] as const) assert.notEqual(copy[key], row[key]);
    assert.notEqual(copy.map.get('k'), row.map.get('k'));
  });

  test('shares texts that lie in a frame: their memory is not copied', () => {
    const text = new TextSlice();
    text.memory = FrameMemory.allocate(64);
    assert.equal(deepCopy({ bid: { url: text } }).bid.url, text);
  });
});
