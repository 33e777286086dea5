// What was under way in one channel when an unaligned barrier overtook it, as bytes for a snapshot: frames as they lay in
// the ring (input side) or waited before it (output side), and what is needed to read them. Pure; any thread.
//   bytes = | header bytes: u32 | header: JSON, UTF-8 | frames, one after another |
// Invariant: of one old channel the input side's frames come before the output side's.
import { Buffer } from 'node:buffer';
import type { TypeInformation } from '#core/types/type-information';

export interface InFlightHeader {
  readonly producer: number;
  readonly consumer: number;
  readonly producerParallelism: number;
  readonly consumerParallelism: number;
  readonly side: 'input' | 'output';
  /** Of the frames; null when a schema frame among them tells it. */
  readonly type: TypeInformation | null;
  /** Rows of the first frame that had been processed. */
  readonly skipRows: number;
}

export interface InFlightChannel extends InFlightHeader {
  readonly frames: readonly Uint8Array[];
}

export function encodeInFlight({ frames, ...header }: InFlightChannel): Uint8Array {
  const text = Buffer.from(JSON.stringify({ ...header, lengths: frames.map((frame) => frame.length) }));
  const prefix = new DataView(new ArrayBuffer(4));
  prefix.setUint32(0, text.length, true);
  const bytes = Buffer.concat([new Uint8Array(prefix.buffer), text, ...frames]);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Frames point into `bytes`. */
export function decodeInFlight(bytes: Uint8Array): InFlightChannel {
  const headerBytes = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const { lengths, ...header } = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + 4, headerBytes).toString('utf8')) as InFlightHeader & { readonly lengths: readonly number[] };
  let at = 4 + headerBytes;
  return { ...header, frames: lengths.map((length) => bytes.subarray(at, (at += length))) };
}
