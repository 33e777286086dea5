// hashCode of Java values, bit for bit: DataStream keys must fall into the key groups Flink puts them in. hot path
// Every function returns an int32 and depends on the value only. Thread: any; the scratch views are per thread.
import { assert } from '#core/assert';

const scratchF64 = new Float64Array(1);
const scratchI64 = new BigInt64Array(scratchF64.buffer);
const scratchI32 = new Int32Array(scratchF64.buffer);
const TWO_32 = 4294967296;
const NAN_HASH = 0x7ff80000;
const TRUE_HASH = 1231;
const FALSE_HASH = 1237;

scratchI64[0] = 1n;
assert(scratchI32[0] === 1, 'the machine is little-endian');

/** String.hashCode over UTF-16 units. Cost: one step per unit. */
export function hashString(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

/**
 * hashString of the text that the UTF-8 bytes [offset, offset + length) encode, without decoding it.
 * The bytes must be well-formed UTF-8, as writers of string columns guarantee.
 */
export function hashUtf8(bytes: Uint8Array, offset: number, length: number): number {
  let hash = 0;
  const end = offset + length;
  for (let at = offset; at < end; ) {
    const lead = bytes[at++]!;
    if (lead < 0x80) {
      hash = (Math.imul(hash, 31) + lead) | 0;
    } else if (lead < 0xe0) {
      hash = (Math.imul(hash, 31) + (((lead & 0x1f) << 6) | (bytes[at++]! & 0x3f))) | 0;
    } else if (lead < 0xf0) {
      hash = (Math.imul(hash, 31) + (((lead & 0x0f) << 12) | ((bytes[at]! & 0x3f) << 6) | (bytes[at + 1]! & 0x3f))) | 0;
      at += 2;
    } else {
      const code = (((lead & 0x07) << 18) | ((bytes[at]! & 0x3f) << 12) | ((bytes[at + 1]! & 0x3f) << 6) | (bytes[at + 2]! & 0x3f)) - 0x10000;
      at += 3;
      hash = (Math.imul(hash, 31) + (0xd800 | (code >> 10))) | 0;
      hash = (Math.imul(hash, 31) + (0xdc00 | (code & 0x3ff))) | 0;
    }
  }
  return hash;
}

/** Long.hashCode of an integer within ±2^53, exact. */
export function hashLong(value: number): number {
  const low = value | 0;
  return low === value ? low ^ (low >> 31) : low ^ (Math.floor(value / TWO_32) | 0);
}

/** Long.hashCode of the low 64 bits. */
export function hashBigInt(value: bigint): number {
  scratchI64[0] = value;
  return scratchI32[0]! ^ scratchI32[1]!;
}

/** Double.hashCode: all NaNs are one, 0 and -0 differ. */
export function hashDouble(value: number): number {
  if (value !== value) return NAN_HASH;
  scratchF64[0] = value;
  return scratchI32[0]! ^ scratchI32[1]!;
}

export function hashBoolean(value: boolean): number {
  return value ? TRUE_HASH : FALSE_HASH;
}

/** Arrays.hashCode(byte[]): bytes are signed. */
export function hashBytes(bytes: Uint8Array): number {
  let hash = 1;
  for (let i = 0; i < bytes.length; i++) hash = (Math.imul(hash, 31) + ((bytes[i]! << 24) >> 24)) | 0;
  return hash;
}
