// How the hot tier's memory is laid out. hot path. Offsets in bytes from the arena's start, rows named by their first word.
//   arena = | key | lower bound | upper bound | out | write batch | multi-get table | multi-get keys | slots | written keys | log of rows |
//   row   = | size in words | hash | flags, family << FAMILY_SHIFT | key length | value length | newer dirty row | older
//           dirty row | length of the list in the database or -1 | key, zeros up to 8 bytes | value, room up to the size |
// Invariant: a key's last word is filled up with zeros, so that keys are hashed and compared word by word.

export const HEADER_WORDS = 8;
export const HEADER_BYTES = HEADER_WORDS * 4;

/** Words of a row's header. */
export const SIZE = 0;
export const HASH = 1;
export const FLAGS = 2;
export const KEY_LENGTH = 3;
export const VALUE_LENGTH = 4;
export const NEWER = 5;
export const OLDER = 6;
export const BASE_LENGTH = 7;

export const LIVE = 1;
/** Used since the clock's hand was here. */
export const REFERENCED = 2;
/** The database does not hold this yet. */
export const DIRTY = 4;
/** There is no value under the key. */
export const ABSENT = 8;
/** The value is to be appended to what the database holds. */
export const APPENDED = 16;
/** The database holds nothing under the key. */
export const FRESH = 32;
/** The tier's epoch in which the row became dirty. */
export const EPOCH = 64;
export const FAMILY_SHIFT = 8;

export interface ArenaLayout {
  /** Keys of calls lie at 0. */
  readonly keyBytes: number;
  readonly lower: number;
  readonly upper: number;
  readonly out: number;
  readonly outBytes: number;
  readonly batch: number;
  readonly batchBytes: number;
  readonly table: number;
  readonly tableKeys: number;
  readonly tableKeyBytes: number;
  readonly slots: number;
  readonly slotCount: number;
  /** Filter of the keys that have been written. */
  readonly written: number;
  readonly writtenBytes: number;
  /** Words. */
  readonly logStart: number;
  readonly logEnd: number;
}

export const MULTI_GET_MAX = 256;
const MULTI_GET_ENTRY_BYTES = 16;
const OUT_BYTES = 64 << 10;
const BATCH_BYTES = 128 << 10;
const TABLE_KEY_BYTES = 32 << 10;
/** Bytes of the log per slot, to the nearest power of two of slots: with the smallest rows, of 72 bytes, about half of them are taken. */
const LOG_BYTES_PER_SLOT = 40;

/** At most: 10 bits for each of as many keys as a tier of the smallest rows has room for, and more. */
const WRITTEN_KEYS_SHARE = 1 / 8;

/** @param keyBytes longest key, a multiple of 64. */
export function arenaLayoutOf(arenaBytes: number, keyBytes: number): ArenaLayout {
  const out = keyBytes * 3;
  const batch = out + OUT_BYTES;
  const table = batch + BATCH_BYTES;
  const tableKeys = table + MULTI_GET_MAX * MULTI_GET_ENTRY_BYTES;
  const slots = tableKeys + TABLE_KEY_BYTES;
  const writtenBytes = 2 ** Math.floor(Math.log2(arenaBytes * WRITTEN_KEYS_SHARE));
  const rest = arenaBytes - slots - writtenBytes;
  const slotCount = 2 ** Math.round(Math.log2(rest / (LOG_BYTES_PER_SLOT + 8)));
  return {
    keyBytes, lower: keyBytes, upper: keyBytes * 2, out, outBytes: OUT_BYTES, batch, batchBytes: BATCH_BYTES, table, tableKeys, tableKeyBytes: TABLE_KEY_BYTES,
    slots, slotCount, written: slots + slotCount * 8, writtenBytes, logStart: (slots + slotCount * 8 + writtenBytes) >>> 2, logEnd: (arenaBytes >>> 3) << 1,
  };
}

/** Where a row's value starts, in bytes from the row's start. */
export function valueStartOf(keyLength: number): number {
  return HEADER_BYTES + ((keyLength + 7) & ~7);
}

export function rowWordsOf(keyLength: number, valueLength: number): number {
  return (valueStartOf(keyLength) + ((valueLength + 7) & ~7)) >>> 2;
}

/** Hash of a key that starts at byte 0 and is filled up with zeros. */
export function hashKey(words: Int32Array, keyLength: number): number {
  let hash = keyLength;
  const count = (keyLength + 3) >>> 2;
  for (let i = 0; i < count; i++) {
    hash = Math.imul(hash ^ words[i]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

export function copyBytes(from: Uint8Array, fromOffset: number, to: Uint8Array, toOffset: number, length: number): void {
  if (length > 48) {
    to.set(from.subarray(fromOffset, fromOffset + length), toOffset);
    return;
  }
  for (let i = 0; i < length; i++) to[toOffset + i] = from[fromOffset + i]!;
}
