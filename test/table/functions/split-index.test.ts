// SPLIT_INDEX over strings and over texts as they lie in a frame.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FrameMemory } from '#core/columns/frame-memory';
import { TextSlice } from '#core/columns/text-slice';
import { splitIndex, splitTextIndex } from '#table/functions/split-index';

const BYTES = 1 << 12;
const OFFSET = 8;

/** The reader's side: one slice that is moved from text to text. */
class Frame {
  readonly slice = new TextSlice();
  readonly #memory = FrameMemory.allocate(BYTES);

  moveTo(text: string, { isBlock }: { readonly isBlock: boolean }): TextSlice {
    const { slice } = this;
    this.#memory.u8.fill(0x2f);
    slice.memory = this.#memory;
    slice.offset = OFFSET;
    slice.length = this.#memory.bytes.utf8Write(text, OFFSET, BYTES - OFFSET);
    slice.isAscii = slice.length === text.length;
    slice.blockOffset = OFFSET - 4;
    slice.block = isBlock && slice.isAscii ? this.#memory.bytes.latin1Slice(slice.blockOffset, BYTES) : null;
    slice.turn++;
    return slice;
  }
}

const texts = fc.array(fc.oneof(fc.constantFrom('', '/', 'a', 'http:', '//', 'é', '→/'), fc.string({ unit: 'grapheme', maxLength: 8 })), { maxLength: 6 }).map((parts) => parts.join('/'));
const expected = (text: string, mark: string, index: number): string | null => (text === '' || index < 0 ? null : text.split(mark)[index] ?? null);

describe('SPLIT_INDEX', () => {
  test('gives the part with that number of strings and of texts in a frame alike, in whatever order parts are asked for', () => {
    const frame = new Frame();
    const asked = fc.array(fc.record({ mark: fc.constantFrom('/', 'a'), index: fc.integer({ min: -1, max: 8 }) }), { minLength: 1, maxLength: 6 });
    fc.assert(fc.property(fc.array(fc.record({ text: texts, asked, isBlock: fc.boolean() }), { maxLength: 4 }), (rows) => {
      for (const { text, asked: questions, isBlock } of rows) {
        const slice = frame.moveTo(text, { isBlock });
        for (const { mark, index } of questions) {
          assert.equal(splitTextIndex(slice, mark, index), expected(text, mark, index));
          assert.equal(splitTextIndex(text, mark, index), expected(text, mark, index));
        }
      }
    }));
  });

  test('takes separators of several characters and codes of characters', () => {
    assert.deepEqual([0, 1, 2, 3].map((index) => splitIndex('a::b::', '::', index)), ['a', 'b', '', null]);
    assert.deepEqual([0, 1, 2].map((index) => splitIndex('a;b', 59, index)), ['a', 'b', null]);
    assert.equal(splitIndex('a;b', 0, 0), null);
    assert.equal(splitIndex('a b\tc', '', 2), 'c');
  });
});
