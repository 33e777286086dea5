// A file in pieces, packed or plain, over the ReadHandle of either twin: synchronously for slots, as an async iterable
// for the others. Invariant: the handle is closed at the end, on error, and when the reader is left early.
import { assert } from '#core/assert';
import type { Chunks, ReadHandle, ReadStreamOptions } from '#platform/files/files';
import { createSyncGunzip, type SyncGunzip } from '#platform/files/gunzip';

const CHUNK_BYTES = 64 * 1024;

export class FileChunks implements Chunks {
  readonly #handle: ReadHandle;
  readonly #chunkBytes: number;
  readonly #gunzip: SyncGunzip | undefined;
  /** Packed bytes are read into the same buffer again and again. */
  readonly #packed: Uint8Array;
  #offset = 0;
  #isAtEnd = false;
  #isClosed = false;

  constructor(handle: ReadHandle, options: ReadStreamOptions = {}) {
    this.#handle = handle;
    this.#chunkBytes = chunkBytesOf(options);
    this.#gunzip = options.gunzip === true ? createSyncGunzip(handle.path, this.#chunkBytes) : undefined;
    this.#packed = new Uint8Array(this.#gunzip === undefined ? 0 : CHUNK_BYTES);
  }

  next(): Uint8Array | undefined {
    if (this.#isClosed) return undefined;
    try {
      const chunk = this.#gunzip === undefined ? this.#nextPlain() : this.#nextUnpacked(this.#gunzip);
      if (chunk === undefined) this.close();
      return chunk;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#gunzip?.close();
    this.#handle.closeSync();
  }

  #nextPlain(): Uint8Array | undefined {
    const chunk = new Uint8Array(this.#chunkBytes);
    const bytes = this.#handle.readRangeSync(this.#offset, chunk);
    this.#offset += bytes;
    return bytes === 0 ? undefined : chunk.subarray(0, bytes);
  }

  #nextUnpacked(gunzip: SyncGunzip): Uint8Array | undefined {
    for (;;) {
      const chunk = gunzip.pull();
      if (chunk !== undefined || this.#isAtEnd) return chunk;
      const bytes = this.#handle.readRangeSync(this.#offset, this.#packed);
      this.#offset += bytes;
      this.#isAtEnd = bytes === 0;
      if (this.#isAtEnd) gunzip.finish();
      else gunzip.push(this.#packed.subarray(0, bytes));
    }
  }
}

/** Reads asynchronously, unpacks on the calling thread (a 64 KiB piece at a time, some hundred microseconds). */
export async function* streamChunks(open: () => Promise<ReadHandle>, options: ReadStreamOptions = {}): AsyncGenerator<Uint8Array> {
  const chunkBytes = chunkBytesOf(options);
  const handle = await open();
  const gunzip = options.gunzip === true ? createSyncGunzip(handle.path, chunkBytes) : undefined;
  try {
    for (let offset = 0; ; ) {
      const chunk = new Uint8Array(gunzip === undefined ? chunkBytes : CHUNK_BYTES);
      const bytes = await handle.readRange(offset, chunk);
      offset += bytes;
      if (gunzip === undefined) {
        if (bytes > 0) yield chunk.subarray(0, bytes);
      } else {
        if (bytes === 0) gunzip.finish();
        else gunzip.push(chunk.subarray(0, bytes));
        for (let piece = gunzip.pull(); piece !== undefined; piece = gunzip.pull()) yield piece;
      }
      if (bytes === 0) return;
    }
  } finally {
    gunzip?.close();
    await handle.close();
  }
}

function chunkBytesOf(options: ReadStreamOptions): number {
  const chunkBytes = options.chunkBytes ?? CHUNK_BYTES;
  assert(Number.isInteger(chunkBytes) && chunkBytes > 0, `a piece has at least one byte, got ${chunkBytes}`);
  return chunkBytes;
}
