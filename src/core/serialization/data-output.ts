// Growable byte buffer that serializers write into; little-endian. hot path
// Invariant: bytes [0, length) are what was written; the buffer behind may move on growth, so views are short-lived.
// Thread: that of its owner; one owner at a time.
import { Buffer } from 'node:buffer';
import { assert } from '#core/assert';

const INITIAL_BYTES = 256;
/** Strings up to this many UTF-16 units are tried byte by byte: 20 against 70 ns at 8 units, level at 24 to 32 (Node 20). */
const SHORT_STRING_UNITS = 24;
const UTF8_BYTES_PER_UNIT_MAX = 3;
/** Longer strings are counted before they are written, so that room for three bytes per unit is not asked for in vain. */
const GUESSED_STRING_UNITS_MAX = 4096;
const VAR_UINT_BYTES_MAX = 8;
/** Copying byte by byte beats a view and a native copy up to about this length. */
const SHORT_COPY_BYTES = 48;

/** Integers of at most so many bytes are written and read as numbers, all of whose steps are exact. */
export const SHORT_INTEGER_BYTES = 6;
const SHORT_INTEGER_LIMIT = 2 ** (SHORT_INTEGER_BYTES * 8 - 1);

export class DataOutput {
  #bytes: Buffer;
  #view: DataView;
  #length = 0;

  constructor(initialBytes = INITIAL_BYTES) {
    assert(initialBytes > 0, `a data output starts with a positive size, got ${initialBytes}`);
    this.#bytes = Buffer.from(new ArrayBuffer(initialBytes));
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written since the last reset. */
  get length(): number {
    return this.#length;
  }

  /** Starts again at 0 and keeps the memory. */
  reset(): void {
    this.#length = 0;
  }

  writeByte(value: number): void {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
  }

  writeBoolean(value: boolean): void {
    const at = this.#reserve(1);
    this.#bytes[at] = value ? 1 : 0;
  }

  writeInt32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setInt32(at, value, true);
  }

  writeUint32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value, true);
  }

  /** @param value integer in [0, 2^53): 7 bits per byte, low bits first, 1 to 8 bytes. */
  writeVarUint(value: number): void {
    let at = this.#reserve(8);
    const bytes = this.#bytes;
    while (value >= 0x80) {
      bytes[at++] = (value % 0x80) | 0x80;
      value = value < 0x8000_0000 ? value >>> 7 : Math.floor(value / 0x80);
    }
    bytes[at++] = value;
    this.#length = at;
  }

  /** NaN is written with one bit pattern, so equal values give equal bytes. */
  writeFloat64(value: number): void {
    const at = this.#reserve(8);
    if (value === value) {
      this.#view.setFloat64(at, value, true);
    } else {
      this.#view.setUint32(at, 0, true);
      this.#view.setUint32(at + 4, 0x7ff80000, true);
    }
  }

  /** @param value wraps to 64 bits. */
  writeBigInt64(value: bigint): void {
    const at = this.#reserve(8);
    this.#view.setBigInt64(at, value, true);
  }

  /** @param value an exact integer of 64 bits. */
  writeInt64(value: number | bigint): void {
    const at = this.#reserve(8);
    if (typeof value === 'number') {
      const high = Math.floor(value / 4294967296);
      this.#view.setInt32(at, (value - high * 4294967296) | 0, true);
      this.#view.setInt32(at + 4, high, true);
    } else {
      this.#view.setBigInt64(at, value, true);
    }
  }

  /** @param value an exact integer. Length in bytes, then its two's complement, lowest byte first, as short as can be. */
  writeInteger(value: number | bigint): void {
    if (typeof value === 'number' && value >= -SHORT_INTEGER_LIMIT && value < SHORT_INTEGER_LIMIT) this.#writeShortInteger(value);
    else this.writeSized(integerBytes(BigInt(value)));
  }

  /** The bytes of integerBytes without bigints: 40 to 70 ns against 470 to 520. */
  #writeShortInteger(value: number): void {
    const start = this.#reserve(1 + SHORT_INTEGER_BYTES);
    const bytes = this.#bytes;
    let at = start + 1;
    let rest = value;
    let isDone = value === 0;
    while (!isDone) {
      const next = Math.floor(rest / 256);
      const byte = rest - next * 256;
      bytes[at++] = byte;
      rest = next;
      isDone = (rest === 0 && byte < 0x80) || (rest === -1 && byte >= 0x80);
    }
    bytes[start] = at - start - 1;
    this.#length = at;
  }

  /** Length in bytes as var-uint, then UTF-8. A lone surrogate becomes U+FFFD. */
  writeString(text: string): void {
    const units = text.length;
    if (units <= SHORT_STRING_UNITS) {
      const at = this.#reserve(1 + units);
      const bytes = this.#bytes;
      let i = 0;
      for (; i < units; i++) {
        const unit = text.charCodeAt(i);
        if (unit >= 0x80) break;
        bytes[at + 1 + i] = unit;
      }
      if (i === units) {
        bytes[at] = units;
        return;
      }
      this.#length = at;
    }
    this.#writeLongString(text);
  }

  /** Raw bytes without a length. */
  writeBytes(source: Uint8Array, offset = 0, length = source.length - offset): void {
    if (offset < 0 || length < 0 || offset + length > source.length) assert(false, `bytes [${offset}, ${offset + length}) lie in the source of ${source.length}`);
    const at = this.#reserve(length);
    const bytes = this.#bytes;
    if (length > SHORT_COPY_BYTES) {
      bytes.set(length === source.length ? source : source.subarray(offset, offset + length), at);
      return;
    }
    for (let i = 0; i < length; i++) bytes[at + i] = source[offset + i]!;
  }

  /** Length as var-uint, then the bytes. */
  writeSized(source: Uint8Array): void {
    this.writeVarUint(source.length);
    this.writeBytes(source);
  }

  /** A copy of what was written, owned by the caller. */
  toBytes(): Uint8Array {
    return new Uint8Array(this.#bytes.buffer.slice(0, this.#length) as ArrayBuffer);
  }

  /** What was written, without a copy: valid until the next write or reset. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Copies what was written to `target` from `offset` on, without making a view when it is short. */
  copyTo(target: Uint8Array, offset: number): void {
    const length = this.#length;
    const bytes = this.#bytes;
    if (offset + length > target.length) assert(false, `${length} bytes fit at ${offset} of ${target.length}`);
    if (length > SHORT_COPY_BYTES) {
      target.set(bytes.subarray(0, length), offset);
      return;
    }
    for (let i = 0; i < length; i++) target[offset + i] = bytes[i]!;
  }

  #writeLongString(text: string): void {
    const units = text.length;
    if (units > GUESSED_STRING_UNITS_MAX) {
      const byteLength = Buffer.byteLength(text, 'utf8');
      this.writeVarUint(byteLength);
      const at = this.#reserve(byteLength);
      const written = this.#bytes.write(text, at, byteLength, 'utf8');
      assert(written === byteLength, `a string takes the bytes that were counted: ${written} of ${byteLength}`);
      return;
    }
    // One native call: the prefix is guessed from an ASCII text's length; the bytes move when the guess was too short.
    const guess = varUintBytes(units);
    const at = this.#reserve(VAR_UINT_BYTES_MAX + units * UTF8_BYTES_PER_UNIT_MAX);
    const written = this.#bytes.write(text, at + guess, 'utf8');
    const prefix = varUintBytes(written);
    if (prefix !== guess) this.#bytes.copyWithin(at + prefix, at + guess, at + guess + written);
    this.#length = at;
    this.writeVarUint(written);
    this.#length += written;
  }

  /** Makes room and advances; returns where to write. */
  #reserve(count: number): number {
    const at = this.#length;
    const end = at + count;
    if (end > this.#bytes.length) this.#grow(end);
    this.#length = end;
    return at;
  }

  #grow(needed: number): void {
    const grown = Buffer.from(new ArrayBuffer(Math.max(needed, this.#bytes.length * 2)));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Bytes of a var-uint below 2^21. */
function varUintBytes(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : 3;
}

/** Canonical: equal integers have equal bytes. Zero has none. */
function integerBytes(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  let isDone = value === 0n;
  while (!isDone) {
    const byte = Number(BigInt.asUintN(8, rest));
    rest >>= 8n;
    bytes.push(byte);
    isDone = (rest === 0n && byte < 0x80) || (rest === -1n && byte >= 0x80);
  }
  return Uint8Array.from(bytes);
}
