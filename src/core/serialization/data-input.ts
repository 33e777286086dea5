// Reads what DataOutput wrote; little-endian. hot path
// Invariant: start <= at <= end; a read that would pass the end throws SERIALIZATION_TRUNCATED and reads nothing.
// Thread: that of its owner. The bytes are not copied and must not change while they are read.
import { exactOf } from '#core/columns/exact-integer';
import { Buffer } from 'node:buffer';
import { assert } from '#core/assert';
import { SHORT_INTEGER_BYTES } from '#core/serialization/data-output';
import { SerializationError } from '#core/errors/serialization-errors';

/** Strings up to this many bytes are built from char codes when they are ASCII; longer ones decode natively: level at 10 (Node 20). */
const SHORT_STRING_BYTES = 8;

export class DataInput {
  #source: Uint8Array;
  #bytes: Buffer;
  #view: DataView;
  #start = 0;
  #end = 0;
  /** From the start of the source, unlike `position`. */
  #at = 0;

  /** @param offset first byte to read. @param length bytes that may be read; positions count from `offset`. */
  constructor(bytes: Uint8Array, offset = 0, length = bytes.length - offset) {
    this.#source = bytes;
    this.#bytes = Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.reset(bytes, offset, length);
  }

  /** Reads another stretch. Cheap while `bytes` is the same object: making the views costs about 0.2 µs. */
  reset(bytes: Uint8Array, offset = 0, length = bytes.length - offset): void {
    // The message is made only when it is needed: as an argument it would be made for every value that is read.
    if (!(offset >= 0 && length >= 0 && offset + length <= bytes.length)) assert(false, `input [${offset}, ${offset + length}) lies in the source of ${bytes.length}`);
    if (bytes !== this.#source) {
      this.#source = bytes;
      this.#bytes = Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length);
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    this.#start = offset;
    this.#at = offset;
    this.#end = offset + length;
  }

  /** Offset of the next byte, from the start of this input. */
  get position(): number {
    return this.#at - this.#start;
  }

  get remaining(): number {
    return this.#end - this.#at;
  }

  readByte(): number {
    return this.#bytes[this.#take(1)]!;
  }

  readBoolean(): boolean {
    return this.#bytes[this.#take(1)] !== 0;
  }

  readInt32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  readUint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  readVarUint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.#take(1)]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  }

  readFloat64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  readBigInt64(): bigint {
    return this.#view.getBigInt64(this.#take(8), true);
  }

  readInt64(): number | bigint {
    const at = this.#take(8);
    const high = this.#view.getInt32(at + 4, true);
    const value = high * 4294967296 + this.#view.getUint32(at, true);
    return Number.isSafeInteger(value) ? value : this.#view.getBigInt64(at, true);
  }

  readInteger(): number | bigint {
    const length = this.readVarUint();
    if (length <= SHORT_INTEGER_BYTES) return this.#readShortInteger(length);
    const bytes = this.readBytes(length);
    let value = 0n;
    for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    return exactOf(BigInt.asIntN(length * 8, value));
  }

  #readShortInteger(length: number): number {
    const at = this.#take(length);
    const bytes = this.#bytes;
    let value = 0;
    for (let i = at + length - 1; i >= at; i--) value = value * 256 + bytes[i]!;
    return length > 0 && bytes[at + length - 1]! >= 0x80 ? value - 256 ** length : value;
  }

  readString(): string {
    const length = this.readVarUint();
    const at = this.#take(length);
    const bytes = this.#bytes;
    if (length <= SHORT_STRING_BYTES) {
      let text = '';
      let i = 0;
      for (; i < length; i++) {
        const byte = bytes[at + i]!;
        if (byte >= 0x80) break;
        text += String.fromCharCode(byte);
      }
      if (i === length) return text;
    }
    return bytes.toString('utf8', at, at + length);
  }

  /** A copy of the next `length` bytes. */
  readBytes(length: number): Uint8Array {
    const at = this.#take(length);
    const copy = new Uint8Array(length);
    copy.set(this.#bytes.subarray(at, at + length));
    return copy;
  }

  /** The next `length` bytes without a copy: valid as long as the source is. */
  readView(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** What writeSized wrote, copied. */
  readSized(): Uint8Array {
    return this.readBytes(this.readVarUint());
  }

  #take(count: number): number {
    const at = this.#at;
    if (!(at + count <= this.#end)) this.#failTruncated(count);
    this.#at = at + count;
    return at;
  }

  #failTruncated(count: number): never {
    const length = this.#end - this.#start;
    throw new SerializationError(
      'SERIALIZATION_TRUNCATED',
      `${count} bytes are needed at position ${this.position} but only ${this.remaining} of ${length} are left: the data is cut short or of another type`,
      { context: { position: this.position, needed: count, length } },
    );
  }
}
