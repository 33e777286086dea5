// hot path. A forward scan between two bounds. It sees the state as it was when it was opened. Entries leave packed
// (packed-entries.ts), many per call.
import type { AddonFunctions, Handle } from './addon-functions.js';

export interface IteratorOptions {
  /** Where the bounds lie in the registered memory (copied at once); a length of -1 or left out: no bound. */
  readonly lowerOffset?: number;
  readonly lowerLength?: number;
  /** The first key that is not given any more. */
  readonly upperOffset?: number;
  readonly upperLength?: number;
  /** Values come with length 0. */
  readonly isKeysOnly?: boolean;
  /** Blocks that the scan reads stay in the cache; false keeps large scans from emptying it. true. */
  readonly isCacheFilled?: boolean;
}

const KEYS_ONLY = 1;
const CACHE_FILLED = 2;

export class BoundedIterator {
  readonly #native: AddonFunctions;
  readonly #handle: Handle;

  constructor(native: AddonFunctions, family: Handle, options: IteratorOptions) {
    const flags = (options.isKeysOnly === true ? KEYS_ONLY : 0) | (options.isCacheFilled === false ? 0 : CACHE_FILLED);
    this.#native = native;
    this.#handle = native.iteratorOpen(family, options.lowerOffset ?? 0, options.lowerLength ?? -1, options.upperOffset ?? 0, options.upperLength ?? -1, flags);
  }

  /** The next entry is the first whose key is not below the given one, within the bounds. */
  seek(keyOffset: number, keyLength: number): void {
    this.#native.iteratorSeek(this.#handle, keyOffset, keyLength);
  }

  /**
   * Writes up to `countMax` entries at `outOffset`, as many as fit. Gives their count, 0 at the end, or below -1 when
   * already the next one needs `bytesNeeded(result)`; nothing is skipped then.
   */
  next(countMax: number, outOffset: number, outCapacity: number): number {
    return this.#native.iteratorNext(this.#handle, countMax, outOffset, outCapacity);
  }

  /** Idempotent. */
  close(): void {
    this.#native.iteratorClose(this.#handle);
  }
}
