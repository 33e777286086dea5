// How the bytes of a run are compressed: deflate at its fastest, as `execution.checkpointing.snapshot-compression` asks for it.
// hot path while a compressed snapshot is made. Thread: any; a run of 64 KiB takes well below a millisecond.
import { deflateRawSync, inflateRawSync } from 'node:zlib';

export const COMPRESSED_RUN_BYTES = 64 * 1024;
const FASTEST = { level: 1 };

/** Undefined when it would save nothing. */
export function compressRun(bytes: Uint8Array): Uint8Array | undefined {
  const compressed = deflateRawSync(bytes, FASTEST);
  return compressed.length < bytes.length ? compressed : undefined;
}

/** Undefined when the bytes are not those of a run of this length. */
export function decompressRun(stored: Uint8Array, bytes: number): Uint8Array | undefined {
  let run: Uint8Array;
  try {
    run = inflateRawSync(stored, { maxOutputLength: Math.max(1, bytes) });
  } catch {
    return undefined; // the caller says which file and section
  }
  return run.length === bytes ? run : undefined;
}
