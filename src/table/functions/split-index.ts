// SPLIT_INDEX: one part of a text between separators. A query mostly asks for several parts of one text, in turn, so the search goes on
// behind the part that was found last. hot path. Thread: any, each with its own memory of the last part.
import type { TextSlice } from '#core/columns/text-slice';
import type { BoundCall } from '#table/functions/function-definition';

const ASCII_MAX = 0x7f;
const SEPARATOR_CODE_MAX = 255;

/** The part found last: its number, and where it ends. */
const last: { text: string | TextSlice; turn: number; mark: string; part: number; start: number; end: number } = { text: '', turn: 0, mark: '', part: -1, start: 0, end: 0 };

/** The part with that number, from 0; a number as the separator is the code of a character. */
export function splitIndex(text: string, separator: string | number, index: number): string | null {
  if (index < 0 || text === '') return null;
  if (typeof separator === 'number' && (separator <= 0 || separator > SEPARATOR_CODE_MAX)) return null;
  const mark = typeof separator === 'number' ? String.fromCharCode(separator) : separator;
  if (mark === '') return text.split(/\s+/)[index] ?? null;
  return seek(text, 0, mark, index, text.length) ? text.slice(last.start, last.end) : null;
}

/** For a separator that is one ASCII character, which no other character's bytes hold. */
export function splitTextIndex(text: string | TextSlice, mark: string, index: number): string | null {
  if (typeof text === 'string') return splitIndex(text, mark, index);
  if (index < 0 || text.length === 0) return null;
  return seek(text, text.turn, mark, index, text.length) ? text.substring(last.start, last.end) : null;
}

/** Makes `last` that part; false where there are fewer, and then `last` is the last one of them. */
function seek(text: string | TextSlice, turn: number, mark: string, index: number, length: number): boolean {
  if (text !== last.text || turn !== last.turn || mark !== last.mark || index < last.part) {
    last.text = text;
    last.turn = turn;
    last.mark = mark;
    last.part = 0;
    last.start = 0;
    last.end = endOfPart(text, mark, 0, length);
  }
  while (last.part < index) {
    if (last.end === length) return false;
    last.part++;
    last.start = last.end + mark.length;
    last.end = endOfPart(text, mark, last.start, length);
  }
  return true;
}

function endOfPart(text: string | TextSlice, mark: string, start: number, length: number): number {
  if (typeof text === 'string') {
    const at = text.indexOf(mark, start);
    return at < 0 ? length : at;
  }
  const { u8 } = text.memory!;
  const code = mark.charCodeAt(0);
  const end = text.offset + length;
  let at = text.offset + start;
  while (at < end && u8[at] !== code) at++;
  return at - text.offset;
}

export function inlineSplitIndex({ literals: [, separator] }: BoundCall, operands: readonly string[]): string | undefined {
  if (typeof separator !== 'string' || separator === '') return undefined;
  return `${isAsciiCharacter(separator) ? '$splitTextIndex' : '$splitIndex'}(${operands.join(', ')})`;
}

/** Whether inlined code gets along with a slice. */
export function takesSplitSlice({ literals: [, separator] }: BoundCall): boolean {
  return typeof separator === 'string' && isAsciiCharacter(separator);
}

const isAsciiCharacter = (text: string): boolean => text.length === 1 && text.charCodeAt(0) <= ASCII_MAX;
