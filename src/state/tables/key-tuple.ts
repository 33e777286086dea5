// One key of several parts as words, from values of JavaScript: the same words that key-parts.ts makes of columns. hot path: keys
// of rows that are handled one by one. Thread: that of its owner.
//   exact integer beyond a number = | 0 | mark of a NaN that no number has | 64 bits: 2 words |
import { Buffer } from 'node:buffer';
import { previewValue } from '#core/errors/type-errors';
import type { TypeInformation } from '#core/types/type-information';
import { StateError } from '#state/errors';
import { KEY_PARTS_MAX, NAN_HIGH, type KeyWords } from '#state/tables/key-parts';

/**
 * `integer`: a number, or a bigint where no number holds it; `bigint`: always a bigint. Strings are the UTF-8 bytes of a 'bytes'
 * part, read back as text.
 */
export type KeyPartKind = 'number' | 'integer' | 'bigint' | 'boolean' | 'string' | 'bytes';

/** What the key is made of, and which parts may be null. */
export interface TupleShape {
  readonly kinds: readonly KeyPartKind[];
  readonly areNullable: readonly boolean[];
}

/** High word of exact integers that need 64 bits. */
export const WIDE_HIGH = 0x7ff80001;
/** Longer texts are written by one native call; up to here a loop is faster. */
const SHORT_TEXT = 24;
const UTF8_BYTES_PER_UNIT = 3;

const double = new Float64Array(1);
const doubleWords = new Int32Array(double.buffer);
const wide = new BigInt64Array(1);
const wideWords = new Int32Array(wide.buffer);

/** Undefined where keys of the type are no tuple of numbers, booleans, strings and bytes. */
export function tupleShapeOf(type: TypeInformation): TupleShape | undefined {
  if (type.kind !== 'tuple' || type.elements.length === 0 || type.elements.length > KEY_PARTS_MAX) return undefined;
  const kinds = type.elements.map((element) => partKindOf(element.kind === 'nullable' ? element.inner : element));
  if (kinds.includes(undefined)) return undefined;
  return { kinds: kinds as KeyPartKind[], areNullable: type.elements.map(({ kind }) => kind === 'nullable') };
}

function partKindOf(type: TypeInformation): KeyPartKind | undefined {
  switch (type.kind) {
    case 'int': case 'long': case 'int64': return 'integer';
    case 'double': return 'number';
    case 'bigint': case 'boolean': case 'string': case 'bytes': return type.kind;
    default: return undefined;
  }
}

/** Makes `target` hold this one key. Throws STATE_KEY_UNSUITABLE for a part that is not of its kind. */
export function encodeTuple(target: KeyWords, { kinds, areNullable }: TupleShape, key: readonly unknown[]): void {
  if (!Array.isArray(key) || key.length !== kinds.length) failPart(key, `tuple of ${kinds.length}`);
  let at = 1;
  let nulls = 0;
  for (let part = 0; part < kinds.length; part++) {
    const value = key[part];
    if (value === null || value === undefined) {
      if (!areNullable[part]!) failPart(value, kinds[part]!);
      nulls |= 1 << part;
      continue;
    }
    at = writePart(target, at, kinds[part]!, value);
  }
  target.words[0] = nulls;
  target.finishOne(at);
}

/** Returns where the next part goes. */
function writePart(target: KeyWords, at: number, kind: KeyPartKind, value: unknown): number {
  target.reserve(at + 4);
  switch (kind) {
    case 'integer':
      if (typeof value === 'number') return writeDouble(target.words, at, value + 0);
      return typeof value === 'bigint' ? writeWide(target.words, at, value) : failPart(value, kind);
    case 'number': return typeof value === 'number' ? writeDouble(target.words, at, value) : failPart(value, kind);
    case 'boolean': return typeof value === 'boolean' ? writeDouble(target.words, at, value ? 1 : 0) : failPart(value, kind);
    case 'bigint':
      if (typeof value !== 'bigint') failPart(value, kind);
      return Number.isSafeInteger(Number(value)) ? writeDouble(target.words, at, Number(value)) : writeWide(target.words, at, value);
    case 'string': return typeof value === 'string' ? writeText(target, at, value) : failPart(value, kind);
    case 'bytes': return value instanceof Uint8Array ? writeBytes(target, at, value) : failPart(value, kind);
  }
}

function writeDouble(words: Int32Array, at: number, value: number): number {
  double[0] = value;
  words[at] = value === value ? doubleWords[0]! : 0;
  words[at + 1] = value === value ? doubleWords[1]! : NAN_HIGH;
  return at + 2;
}

function writeWide(words: Int32Array, at: number, value: bigint): number {
  if (BigInt.asIntN(64, value) !== value) failPart(value, 'integer of 64 bits');
  wide[0] = value;
  words[at] = 0;
  words[at + 1] = WIDE_HIGH;
  words[at + 2] = wideWords[0]!;
  words[at + 3] = wideWords[1]!;
  return at + 4;
}

function writeText(target: KeyWords, at: number, text: string): number {
  const { length } = text;
  target.reserve(at + 2 + ((length * UTF8_BYTES_PER_UNIT) >>> 2));
  if (length > SHORT_TEXT) return writeLongText(target, at, text);
  const { words } = target;
  let next = at + 1;
  let seen = 0;
  let word = 0;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    seen |= unit;
    word |= unit << ((i & 3) << 3);
    if ((i & 3) === 3) {
      words[next++] = word;
      word = 0;
    }
  }
  if (seen > 0x7f) return writeLongText(target, at, text);
  if ((length & 3) !== 0) words[next++] = word;
  words[at] = length;
  return next;
}

function writeLongText(target: KeyWords, at: number, text: string): number {
  return endBytes(target, at, target.buffer.write(text, (at + 1) * 4, text.length * UTF8_BYTES_PER_UNIT, 'utf8'));
}

function writeBytes(target: KeyWords, at: number, bytes: Uint8Array): number {
  target.reserve(at + 2 + (bytes.length >>> 2));
  target.bytes.set(bytes, (at + 1) * 4);
  return endBytes(target, at, bytes.length);
}

/** Says how many bytes were written behind `at`, and fills the last word with 0. */
function endBytes(target: KeyWords, at: number, length: number): number {
  const start = (at + 1) * 4;
  for (let i = length; (i & 3) !== 0; i++) target.bytes[start + i] = 0;
  target.words[at] = length;
  return at + 1 + ((length + 3) >>> 2);
}

function failPart(value: unknown, kind: string): never {
  throw new StateError('STATE_KEY_UNSUITABLE', `${previewValue(value)} is part of a key, where its declared type is ${kind}: return such a value from the key selector or declare the key's type as it is`);
}

interface BlobReader {
  bytesOf(reference: number): Uint8Array;
  offsetOf(reference: number): number;
}

/** The values that encodeTuple, or KeyWords.encode, made a key of. */
export function readTuple(blobs: BlobReader, blob: number, kinds: readonly KeyPartKind[]): unknown[] {
  const bytes = blobs.bytesOf(blob);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = blobs.offsetOf(blob);
  const nulls = view.getInt32(at, true);
  at += 4;
  const key: unknown[] = [];
  for (let part = 0; part < kinds.length; part++) {
    const kind = kinds[part]!;
    if ((nulls & (1 << part)) !== 0) {
      key.push(null);
    } else if (kind === 'string' || kind === 'bytes') {
      const length = view.getInt32(at, true);
      const start = at + 4;
      key.push(kind === 'string' ? Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('utf8') : bytes.slice(start, start + length));
      at = start + ((length + 3) & ~3);
    } else if (view.getInt32(at + 4, true) === WIDE_HIGH) {
      key.push(view.getBigInt64(at + 8, true));
      at += 16;
    } else {
      const value = view.getFloat64(at, true);
      key.push(kind === 'boolean' ? value !== 0 : kind === 'bigint' ? BigInt(value) : value);
      at += 8;
    }
  }
  return key;
}
