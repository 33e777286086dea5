// hot path. A cursor over entries as iterators write them and SST files take them. Layout (little-endian), written by
// native/objects/bounded-iterator.cc:  uint32 key length ; uint32 value length ; key ; value ; zeros up to 4 bytes
import { RocksDbError } from './errors.js';

const ENTRY_HEADER_BYTES = 8;

export function packedEntryBytes(keyLength: number, valueLength: number): number {
  return (ENTRY_HEADER_BYTES + keyLength + valueLength + 3) & ~3;
}

export class PackedEntries {
  keyOffset = 0;
  keyLength = 0;
  valueOffset = 0;
  valueLength = 0;
  readonly #words: Int32Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    if (bytes.byteOffset % 4 !== 0) throw new RocksDbError('ROCKSDB_ARGUMENT', 'packed entries are read from memory that begins at a multiple of 4');
    this.#words = new Int32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
  }

  /** Where the next entry begins, in bytes. */
  get offset(): number {
    return this.#at;
  }

  /** `offset` is a multiple of 4. */
  rewind(offset: number): void {
    this.#at = offset;
  }

  /** Moves to the next entry; the caller counts them. */
  advance(): void {
    const word = this.#at / 4;
    this.keyLength = this.#words[word]!;
    this.valueLength = this.#words[word + 1]!;
    this.keyOffset = this.#at + ENTRY_HEADER_BYTES;
    this.valueOffset = this.keyOffset + this.keyLength;
    this.#at += packedEntryBytes(this.keyLength, this.valueLength);
  }
}
