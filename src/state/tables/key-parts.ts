// Keys of several columns, of a whole batch at once: each key becomes a run of int32 words with its hash, column by column,
// so that a table compares and copies words. hot path. Thread: that of its owner.
//   key = | null bits, one per part | part 0 | part 1 …
//   part = number: the 2 words of its double | string or bytes: length in bytes, then the bytes, the last word padded with 0
// A null takes no words but its bit. Invariant: keys are equal exactly when their words are: NaN has one bit pattern, -0 differs
// from 0 as in Java's Double.equals.
import { Buffer } from 'node:buffer';
import { assert } from '#core/assert';

/** A column of numbers; `nulls`, where there is one, holds 1 for null. */
export interface NumberPart {
  readonly kind: 'number';
  readonly values: Float64Array;
  readonly nulls: Uint8Array | undefined;
}

/** A column of byte strings: value i is bytes[offsets[i] .. offsets[i] + lengths[i]). */
export interface BytesPart {
  readonly kind: 'bytes';
  readonly bytes: Uint8Array;
  readonly offsets: Int32Array;
  readonly lengths: Int32Array;
  readonly nulls: Uint8Array | undefined;
}

export type KeyPart = NumberPart | BytesPart;

export const KEY_PARTS_MAX = 31;
const WORDS_MIN = 4096;
/** High word of the one NaN. */
export const NAN_HIGH = 0x7ff80000;

const double = new Float64Array(1);
const doubleWords = new Int32Array(double.buffer);

export class KeyWords {
  /** Words of all keys, one after another. */
  words: Int32Array = new Int32Array(WORDS_MIN);
  /** The same memory. */
  bytes: Uint8Array = new Uint8Array(this.words.buffer);
  /** The same memory. */
  buffer: Buffer = Buffer.from(this.words.buffer);
  /** Where the words of key i start; starts[count] is their end. */
  starts: Int32Array = new Int32Array(1025);
  hashes: Int32Array = new Int32Array(1024);
  /** Words of each key while they are counted, then where its next part goes. */
  #cursors: Int32Array = new Int32Array(1024);

  /** Encodes keys [offset, offset + count) of the parts. Valid until the next call. */
  encode(parts: readonly KeyPart[], offset: number, count: number): void {
    assert(parts.length > 0 && parts.length <= KEY_PARTS_MAX, `a key has 1 to ${KEY_PARTS_MAX} parts, got ${parts.length}`);
    this.#count(parts, offset, count);
    for (let part = 0; part < parts.length; part++) {
      const column = parts[part]!;
      if (column.kind === 'number') writeNumbers(this.words, this.starts, this.#cursors, column, part, offset, count);
      else writeBytes(this.words, this.starts, this.#cursors, column, part, offset, count);
    }
    hashRuns(this.words, this.starts, this.hashes, count);
  }

  /** Makes room for `count` words in all, and keeps what is written. */
  reserve(count: number): void {
    if (this.words.length >= count) return;
    const words = new Int32Array(count * 2);
    words.set(this.words);
    this.words = words;
    this.bytes = new Uint8Array(words.buffer);
    this.buffer = Buffer.from(words.buffer);
  }

  /** Its words up to `end` have been written: they are the only key. */
  finishOne(end: number): void {
    this.starts[0] = 0;
    this.starts[1] = end;
    hashRuns(this.words, this.starts, this.hashes, 1);
  }

  /** Finds out where each key starts, and writes its null bits as 0. */
  #count(parts: readonly KeyPart[], offset: number, count: number): void {
    if (this.hashes.length < count) {
      this.starts = new Int32Array(count + 1);
      this.hashes = new Int32Array(count);
      this.#cursors = new Int32Array(count);
    }
    const sizes = this.#cursors;
    sizes.fill(1, 0, count);
    for (const column of parts) {
      if (column.kind === 'number') addNumberSizes(sizes, column, offset, count);
      else addBytesSizes(sizes, column, offset, count);
    }
    const { starts } = this;
    let at = 0;
    for (let i = 0; i < count; i++) {
      starts[i] = at;
      at += sizes[i]!;
    }
    starts[count] = at;
    this.reserve(at);
    for (let i = 0; i < count; i++) {
      const start = starts[i]!;
      this.words[start] = 0;
      sizes[i] = start + 1;
    }
  }
}

function addNumberSizes(sizes: Int32Array, { nulls }: NumberPart, offset: number, count: number): void {
  for (let i = 0; i < count; i++) if (nulls === undefined || nulls[offset + i] === 0) sizes[i]! += 2;
}

function addBytesSizes(sizes: Int32Array, { lengths, nulls }: BytesPart, offset: number, count: number): void {
  for (let i = 0; i < count; i++) if (nulls === undefined || nulls[offset + i] === 0) sizes[i]! += 1 + ((lengths[offset + i]! + 3) >>> 2);
}

function writeNumbers(words: Int32Array, starts: Int32Array, cursors: Int32Array, { values, nulls }: NumberPart, part: number, offset: number, count: number): void {
  for (let i = 0; i < count; i++) {
    if (nulls !== undefined && nulls[offset + i] !== 0) {
      words[starts[i]!]! |= 1 << part;
      continue;
    }
    const value = values[offset + i]!;
    const at = cursors[i]!;
    double[0] = value;
    words[at] = value === value ? doubleWords[0]! : 0;
    words[at + 1] = value === value ? doubleWords[1]! : NAN_HIGH;
    cursors[i] = at + 2;
  }
}

function writeBytes(words: Int32Array, starts: Int32Array, cursors: Int32Array, { bytes, offsets, lengths, nulls }: BytesPart, part: number, offset: number, count: number): void {
  for (let i = 0; i < count; i++) {
    if (nulls !== undefined && nulls[offset + i] !== 0) {
      words[starts[i]!]! |= 1 << part;
      continue;
    }
    const length = lengths[offset + i]!;
    let from = offsets[offset + i]!;
    let at = cursors[i]!;
    words[at++] = length;
    const wholeEnd = from + (length & ~3);
    for (; from < wholeEnd; from += 4) words[at++] = bytes[from]! | (bytes[from + 1]! << 8) | (bytes[from + 2]! << 16) | (bytes[from + 3]! << 24);
    const rest = length & 3;
    if (rest !== 0) words[at++] = bytes[from]! | (rest > 1 ? bytes[from + 1]! << 8 : 0) | (rest > 2 ? bytes[from + 2]! << 16 : 0);
    cursors[i] = at;
  }
}

/** A multiplicative hash per word, finished so that its top bits are well mixed. For tables only, never for key groups. */
function hashRuns(words: Int32Array, starts: Int32Array, hashes: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const end = starts[i + 1]!;
    let hash = 0x9747b28c | 0;
    for (let at = starts[i]!; at < end; at++) {
      hash = Math.imul(hash ^ words[at]!, 0xcc9e2d51);
      hash = (hash << 13) | (hash >>> 19);
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hashes[i] = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  }
}
