// Avro's object container files: a header with the schema, then blocks of records, each packed by itself and ended by the file's
// sync marker. Read and written block by block, synchronously. Thread: the slot's.
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { exactOf } from '#core/columns/exact-integer';
import type * as avsc from 'avsc';
import type * as hyparquetCompressors from 'hyparquet-compressors';
import { ConnectorError } from '#connectors/errors';
import { END_OF_FILE, type BulkReader } from '#connectors/files/record-format';
import type { PartEncoder } from '#connectors/files/part-file-writer';
import { loadLibrary } from '#table/formats/bulk-format';
import type { AvroJson } from '#table/formats/avro-schema';
import type { Files, ReadHandle } from '#platform/files/files';

const MAGIC = Buffer.from('Obj\u0001', 'latin1');
const SYNC_BYTES = 16;
const PIECE_BYTES = 256 * 1024;
/** A larger block is a sign of a damaged file. */
const BLOCK_BYTES_MAX = 1024 * 1024 * 1024;
const BLOCK_BYTES = 64 * 1024;

export const AVRO_CODECS = ['snappy', 'null', 'deflate'] as const;
export type AvroCodec = (typeof AVRO_CODECS)[number];

type Record_ = Record<string, unknown>;

/** The library's type of a schema; longs are exact integers. */
export function avroType(schema: AvroJson): avsc.Type {
  const { Type, types } = loadLibrary('avsc') as typeof avsc;
  const long = types.LongType.__with({
    fromBuffer: (buffer: Buffer) => exactOf(buffer.readBigInt64LE()),
    toBuffer(value: number | bigint) {
      const buffer = Buffer.alloc(8);
      buffer.writeBigInt64LE(BigInt(value));
      return buffer;
    },
    fromJSON: Number, toJSON: Number, isValid: (value: unknown) => typeof value === 'bigint' || Number.isSafeInteger(value), compare: (a: number, b: number) => (a < b ? -1 : a > b ? 1 : 0),
  });
  return Type.forSchema(schema as avsc.Schema, { registry: { long: long as unknown as avsc.Type }, wrapUnions: 'auto' } as never);
}

export class AvroFileReader<T> implements BulkReader<T> {
  readonly #path: string;
  readonly #handle: ReadHandle;
  readonly #type: avsc.Type;
  readonly #toRow: (record: Record_) => T;
  readonly #codec: string;
  readonly #sync: Buffer;
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;
  #fileOffset = 0;
  #block: Buffer = Buffer.alloc(0);
  #blockAt = 0;
  #left = 0;

  /** @param createDecoder of the schema of the file. */
  constructor(files: Files, path: string, createDecoder: (schema: AvroJson) => (record: Record_) => T) {
    this.#path = path;
    this.#handle = files.openReadSync(path);
    try {
      if (!this.#take(MAGIC.length).equals(MAGIC)) this.#fail('it does not begin with Avro\'s mark');
      const metadata = this.#metadata();
      this.#sync = Buffer.from(this.#take(SYNC_BYTES));
      this.#codec = metadata.get('avro.codec')?.toString() ?? 'null';
      const schema = JSON.parse(metadata.get('avro.schema')?.toString() ?? this.#fail('its header has no schema')) as AvroJson;
      this.#type = avroType(schema);
      this.#toRow = createDecoder(schema);
    } catch (failure) {
      this.#handle.closeSync();
      throw failure;
    }
  }

  next(): T | typeof END_OF_FILE {
    while (this.#left === 0) if (!this.#readBlock()) return END_OF_FILE;
    const { value, offset } = this.#type.decode(this.#block, this.#blockAt) as { readonly value: Record_; readonly offset: number };
    if (offset < 0) this.#fail('a block ends within a record');
    this.#blockAt = offset;
    this.#left--;
    return this.#toRow(value);
  }

  skip(count: number): void {
    for (let left = count; left > 0; left--) {
      while (this.#left === 0) if (!this.#readBlock()) return;
      if (left >= this.#left) {
        left -= this.#left - 1;
        this.#left = 0;
        continue;
      }
      this.#blockAt = this.#type.decode(this.#block, this.#blockAt).offset;
      this.#left--;
    }
  }

  close(): void {
    this.#handle.closeSync();
  }

  #metadata(): ReadonlyMap<string, Buffer> {
    const entries = new Map<string, Buffer>();
    for (let count = this.#long(); count !== 0; count = this.#long()) {
      // A negative count is followed by the block's size.
      if (count < 0) this.#long();
      for (let index = Math.abs(count); index > 0; index--) {
        const key = this.#take(this.#length()).toString();
        entries.set(key, Buffer.from(this.#take(this.#length())));
      }
    }
    return entries;
  }

  #readBlock(): boolean {
    if (!this.#has(1)) return false;
    this.#left = this.#long();
    const packed = this.#take(this.#length());
    this.#block = this.#unpacked(packed);
    this.#blockAt = 0;
    if (!this.#take(SYNC_BYTES).equals(this.#sync)) this.#fail('a block does not end with the file\'s marker');
    return true;
  }

  #unpacked(packed: Buffer): Buffer {
    switch (this.#codec) {
      case 'null': return Buffer.from(packed);
      case 'deflate': return inflateRawSync(packed);
      case 'snappy': {
        const { decompressSnappy } = loadLibrary('hyparquet-compressors') as typeof hyparquetCompressors;
        const data = packed.subarray(0, packed.length - 4);
        const unpacked = Buffer.from(decompressSnappy(Uint8Array.from(data), snappyLength(data)));
        if (crc32(unpacked) !== packed.readUInt32BE(packed.length - 4)) this.#fail('the checksum of a block is wrong');
        return unpacked;
      }
      case 'zstandard': return Buffer.from((loadLibrary('hyparquet-compressors') as typeof hyparquetCompressors).decompressZstd(packed));
      default: return this.#fail(`it is packed with ${this.#codec}, which is not read: ${AVRO_CODECS.join(', ')} and zstandard are`);
    }
  }

  #length(): number {
    const length = this.#long();
    return length >= 0 && length <= BLOCK_BYTES_MAX ? length : this.#fail(`a length of ${length} bytes stands in it`);
  }

  /** Zigzag, seven bits a byte, the lowest first. */
  #long(): number {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#take(1)[0]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
      if (shift > 63n) this.#fail('a number in it does not end');
    }
    return Number((value >> 1n) ^ -(value & 1n));
  }

  #take(bytes: number): Buffer {
    if (!this.#has(bytes)) this.#fail('it is cut short');
    const taken = this.#buffer.subarray(this.#at, this.#at + bytes);
    this.#at += bytes;
    return taken;
  }

  #has(bytes: number): boolean {
    if (this.#buffer.length - this.#at >= bytes) return true;
    const rest = this.#buffer.subarray(this.#at);
    const piece = Buffer.alloc(rest.length + Math.max(PIECE_BYTES, bytes));
    rest.copy(piece);
    const read = this.#handle.readRangeSync(this.#fileOffset, piece.subarray(rest.length));
    this.#fileOffset += read;
    this.#buffer = piece.subarray(0, rest.length + read);
    this.#at = 0;
    return this.#buffer.length >= bytes;
  }

  #fail(problem: string): never {
    throw new ConnectorError('FILE_RECORD_MALFORMED', `${this.#path}: ${problem}: check that it is an Avro file, and whole`, { context: { path: this.#path } });
  }
}

function snappyLength(packed: Uint8Array): number {
  let length = 0;
  for (let index = 0, factor = 1; ; index++, factor *= 128) {
    length += (packed[index]! & 0x7f) * factor;
    if (packed[index]! < 0x80) return length;
  }
}

export class AvroFileEncoder<T> implements PartEncoder<T> {
  readonly #type: avsc.Type;
  readonly #toRecord: (row: T) => Record_;
  readonly #codec: AvroCodec;
  readonly #sync: Buffer;
  readonly #complete: Buffer[] = [];
  #records: Buffer[] = [];
  #bytes = 0;

  /** @param sync sixteen bytes that the data does not hold by chance. */
  constructor(schema: AvroJson, toRecord: (row: T) => Record_, codec: AvroCodec, sync: Buffer) {
    this.#type = avroType(schema);
    this.#toRecord = toRecord;
    this.#codec = codec;
    this.#sync = sync;
    const entries = Object.entries({ 'avro.schema': JSON.stringify(schema), 'avro.codec': codec });
    const text = (value: string): Buffer => Buffer.concat([zigzag(Buffer.byteLength(value)), Buffer.from(value)]);
    this.#complete.push(MAGIC, zigzag(entries.length), ...entries.flatMap(([key, value]) => [text(key), text(value)]), zigzag(0), sync);
  }

  get pendingBytes(): number {
    return this.#bytes;
  }

  add(row: T): void {
    const bytes = this.#type.toBuffer(this.#toRecord(row));
    this.#records.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes >= BLOCK_BYTES) this.#endBlock();
  }

  take(): Uint8Array {
    return this.#complete.length === 0 ? new Uint8Array(0) : Buffer.concat(this.#complete.splice(0));
  }

  finish(): Uint8Array {
    if (this.#records.length > 0) this.#endBlock();
    return this.take();
  }

  #endBlock(): void {
    const packed = this.#packed(Buffer.concat(this.#records));
    this.#complete.push(zigzag(this.#records.length), zigzag(packed.length), packed, this.#sync);
    this.#records = [];
    this.#bytes = 0;
  }

  #packed(block: Buffer): Buffer {
    if (this.#codec === 'null') return block;
    if (this.#codec === 'deflate') return deflateRawSync(block);
    const { snappyCompress } = loadLibrary('hyparquet-writer/src/snappy.js') as { snappyCompress(input: Uint8Array): Uint8Array };
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32(block));
    return Buffer.concat([snappyCompress(block), checksum]);
  }
}

function zigzag(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value * 2;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}
