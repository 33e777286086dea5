// hot path. Packs puts, deletes, merges and range deletes into registered memory for one RocksDatabase.write. Keys and
// values are copied, so their places may be reused at once. Layout (little-endian), read by native/objects/packed-write.cc:
//
//   uint32 magic 0x3142574d ("MWB1") | uint32 operation count | operations
//   operation: uint32 kind | family index << 8 ; uint32 key length ; uint32 value length ; key ; value ; zeros up to 4 bytes
//   kind: 1 put, 2 delete (no value), 3 merge, 4 delete range (key is its begin, value its end, excluded)
import { RocksDbError } from './errors.js';

export const WRITE_BATCH_MAGIC = 0x3142574d;
const HEADER_BYTES = 8;
const OPERATION_HEADER_BYTES = 12;

export const OPERATIONS = { put: 1, delete: 2, merge: 3, deleteRange: 4 } as const;

export class WriteBatchBuffer {
  /** Where the batch lies in the registered memory. */
  readonly offset: number;
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #end: number;
  #at: number;
  #count = 0;

  /** `offset` and `capacity` in bytes of `bytes`; both and the place of `bytes` itself must be multiples of 4. */
  constructor(bytes: Uint8Array, offset: number, capacity: number) {
    if ((bytes.byteOffset | offset | capacity) % 4 !== 0 || capacity < HEADER_BYTES || offset + capacity > bytes.length) {
      throw new RocksDbError('ROCKSDB_ARGUMENT', `a write batch cannot lie at ${offset} with ${capacity} bytes: use multiples of 4 inside the memory`);
    }
    this.#bytes = bytes;
    this.#words = new Int32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
    this.offset = offset;
    this.#end = offset + capacity;
    this.#at = offset + HEADER_BYTES;
    this.clear();
  }

  get count(): number {
    return this.#count;
  }

  /** Bytes of the batch, header included: what `write` is given. */
  get length(): number {
    return this.#at - this.offset;
  }

  /** false, with nothing added, when there is no room. Offsets are in the same memory. */
  put(family: number, keyOffset: number, keyLength: number, valueOffset: number, valueLength: number): boolean {
    return this.#add(OPERATIONS.put, family, keyOffset, keyLength, valueOffset, valueLength);
  }

  delete(family: number, keyOffset: number, keyLength: number): boolean {
    return this.#add(OPERATIONS.delete, family, keyOffset, keyLength, 0, 0);
  }

  /** Adds to the value by the merge operator of the family. */
  merge(family: number, keyOffset: number, keyLength: number, valueOffset: number, valueLength: number): boolean {
    return this.#add(OPERATIONS.merge, family, keyOffset, keyLength, valueOffset, valueLength);
  }

  deleteRange(family: number, beginOffset: number, beginLength: number, endOffset: number, endLength: number): boolean {
    return this.#add(OPERATIONS.deleteRange, family, beginOffset, beginLength, endOffset, endLength);
  }

  clear(): void {
    this.#at = this.offset + HEADER_BYTES;
    this.#count = 0;
    this.#words[this.offset / 4] = WRITE_BATCH_MAGIC;
    this.#words[(this.offset / 4) + 1] = 0;
  }

  #add(kind: number, family: number, keyOffset: number, keyLength: number, valueOffset: number, valueLength: number): boolean {
    const at = this.#at;
    const next = at + ((OPERATION_HEADER_BYTES + keyLength + valueLength + 3) & ~3);
    if (next > this.#end) return false;
    const word = at / 4;
    const words = this.#words;
    words[next / 4 - 1] = 0;
    words[word] = kind | (family << 8);
    words[word + 1] = keyLength;
    words[word + 2] = valueLength;
    copy(this.#bytes, at + OPERATION_HEADER_BYTES, keyOffset, keyLength);
    copy(this.#bytes, at + OPERATION_HEADER_BYTES + keyLength, valueOffset, valueLength);
    this.#at = next;
    this.#count++;
    words[this.offset / 4 + 1] = this.#count;
    return true;
  }
}

/** Below this a loop beats the native copy (as measured for src/state/tables/blob-heap). */
const LOOP_BYTES_MAX = 32;

function copy(bytes: Uint8Array, to: number, from: number, length: number): void {
  if (length > LOOP_BYTES_MAX) {
    bytes.copyWithin(to, from, from + length);
    return;
  }
  for (let index = 0; index < length; index++) bytes[to + index] = bytes[from + index]!;
}
