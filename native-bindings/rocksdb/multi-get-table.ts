// hot path. The table of a multi-get in registered memory: the caller writes the keys' places, C++ the results. Per key 16
// bytes (little-endian), read by native/objects/column-family.cc:
//
//   uint32 key offset, from keysOffset | uint32 key length | int32 result | uint32 value offset, from valuesOffset
//   result: length of the value, -1 not found, below -1: it needs bytesNeeded(result) and found no room
//   values start at multiples of 8 from valuesOffset
import { RocksDbError } from './errors.js';

export const MULTI_GET_ENTRY_BYTES = 16;

export class MultiGetTable {
  readonly offset: number;
  readonly #words: Int32Array;
  readonly #first: number;

  /** `offset` in bytes of `bytes`, a multiple of 4 as the place of `bytes` itself. */
  constructor(bytes: Uint8Array, offset: number) {
    if ((bytes.byteOffset | offset) % 4 !== 0) throw new RocksDbError('ROCKSDB_ARGUMENT', `a multi-get table cannot lie at ${offset}: use a multiple of 4`);
    this.#words = new Int32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
    this.offset = offset;
    this.#first = offset / 4;
  }

  setKey(index: number, keyOffset: number, keyLength: number): void {
    this.#words[this.#first + index * 4] = keyOffset;
    this.#words[this.#first + index * 4 + 1] = keyLength;
  }

  result(index: number): number {
    return this.#words[this.#first + index * 4 + 2]!;
  }

  /** From valuesOffset; meaningful where the result is a length. */
  valueOffset(index: number): number {
    return this.#words[this.#first + index * 4 + 3]! >>> 0;
  }
}
