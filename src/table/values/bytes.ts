// Bytes and texts: UTF-8 as Java decodes it, hex, base64, comparison.
import { Buffer } from 'node:buffer';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** UTF-8; what is none becomes U+FFFD. */
export const bytesText = (bytes: Uint8Array): string => decoder.decode(bytes);
export const textBytes = (text: string): Uint8Array => encoder.encode(text);

export const bytesHex = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
export const hexBytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

export const bytesBase64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
export const base64Bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

/** Unsigned, the shorter one first where it is the other's beginning. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = left[index]! - right[index]!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Cut or filled with zeros to a BINARY's length; only cut for VARBINARY. */
export function fitBytes(bytes: Uint8Array, length: number, { isFixed }: { readonly isFixed: boolean }): Uint8Array {
  if (bytes.length === length || (bytes.length < length && !isFixed)) return bytes;
  if (bytes.length > length) return bytes.slice(0, length);
  const filled = new Uint8Array(length);
  filled.set(bytes);
  return filled;
}
