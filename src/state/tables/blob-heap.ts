// Byte strings of any length in slabs of managed memory, with free lists per size class for replaced ones. hot path
// Invariant: a reference stays valid until its blob is freed, replaced or the heap cleared; blobs never move. While a
// snapshot holds the heap no byte of a blob that was there changes: what replaces it lies elsewhere, and its place is
// used again when the hold ends.
// Thread: the slot's.
//   reference = slab index << 15 | offset in slab >>> 3          (32 bits: up to 16 GiB)
//   blob      = | length: int32 | bytes … |, rounded up to its class: multiples of 8 to 128, then four per power of two
import { assert } from '#core/assert';
import type { MemoryManager, Segment } from '#state/tables/memory-manager';
import { f64ViewOf, i32ViewOf, u8ViewOf } from '#state/tables/segment-views';

/** The reference of no blob. */
export const NO_BLOB = -1;

const SLAB_BITS = 15;
const SLAB_GRANULES = 1 << SLAB_BITS;
const SLAB_BYTES = SLAB_GRANULES * 8;
/** The first slab is smaller: a table of a few rows takes a few KiB. Later ones double up to SLAB_BYTES. */
const FIRST_SLAB_BYTES = 4096;
const SLABS_MAX = 1 << 16;
const HEADER_BYTES = 4;
const SMALL_BYTES = 128;
const SMALL_CLASSES = SMALL_BYTES / 8;
/** Blobs above this get a slab of their own. */
const SHARED_BLOB_BYTES_MAX = SLAB_BYTES / 4;
/** Copying byte by byte beats a native call up to about this length. */
const SHORT_COPY_BYTES = 48;

/** Class of a blob of `bytes` with its header. */
function blobClassOf(bytes: number): number {
  if (bytes <= SMALL_BYTES) return (bytes + 7) >>> 3;
  const power = 31 - Math.clz32(bytes - 1);
  return SMALL_CLASSES + 1 + (power - 7) * 4 + ((bytes - 1) >>> (power - 2)) - 4;
}

function blobClassBytes(blobClass: number): number {
  if (blobClass <= SMALL_CLASSES) return blobClass * 8;
  const index = blobClass - SMALL_CLASSES - 1;
  const power = 7 + (index >>> 2);
  // No `**`: with an exponent that is no constant it is a call.
  return (5 + (index & 3)) * (1 << (power - 2));
}

/** The blobs of a heap as they were when it was held. */
export class HeldBlobs {
  readonly #bytes: readonly Uint8Array[];
  readonly #words: readonly Int32Array[];
  readonly #onRelease: () => void;
  #isReleased = false;

  constructor(bytes: readonly Uint8Array[], words: readonly Int32Array[], onRelease: () => void) {
    this.#bytes = bytes;
    this.#words = words;
    this.#onRelease = onRelease;
  }

  lengthOf(reference: number): number {
    return this.#words[reference >>> SLAB_BITS]![(reference & (SLAB_GRANULES - 1)) * 2]!;
  }

  bytesOf(reference: number): Uint8Array {
    return this.#bytes[reference >>> SLAB_BITS]!;
  }

  offsetOf(reference: number): number {
    return (reference & (SLAB_GRANULES - 1)) * 8 + HEADER_BYTES;
  }

  /** Nothing may be read any more. Idempotent. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#onRelease();
  }
}

export class BlobHeap {
  /** Live bytes, headers and rounding included. */
  usedBytes = 0;
  readonly #memory: MemoryManager;
  readonly #owner: string;
  readonly #segments: (Segment | undefined)[] = [];
  readonly #bytes: Uint8Array[] = [];
  readonly #words: Int32Array[] = [];
  readonly #doubles: Float64Array[] = [];
  /** Free blobs per class; the freed blob's header holds nothing. */
  readonly #free: number[][] = [];
  readonly #freeSlabs: number[] = [];
  /** The slab that new blobs are cut from, and how far it is used. */
  #current = -1;
  #bump = 0;
  /** Present while a snapshot holds the heap. */
  #hold: Hold | undefined;

  constructor(memory: MemoryManager, owner: string) {
    this.#memory = memory;
    this.#owner = owner;
  }

  /** Stores source[offset .. offset + length); returns its reference. */
  write(source: Uint8Array, offset: number, length: number): number {
    const reference = this.#take(blobClassOf(length + HEADER_BYTES), length + HEADER_BYTES);
    this.#fill(reference, source, offset, length);
    return reference;
  }

  /** A blob of `length` bytes, which hold anything: the caller fills them before a snapshot holds the heap. */
  allocate(length: number): number {
    const reference = this.#take(blobClassOf(length + HEADER_BYTES), length + HEADER_BYTES);
    this.#words[reference >>> SLAB_BITS]![(reference & (SLAB_GRANULES - 1)) * 2] = length;
    return reference;
  }

  /** As write, in place of `reference` where the new bytes are of the same class; returns the new reference. */
  replace(reference: number, source: Uint8Array, offset: number, length: number): number {
    if (reference !== NO_BLOB) {
      const oldBytes = this.lengthOf(reference) + HEADER_BYTES;
      if (blobClassOf(oldBytes) === blobClassOf(length + HEADER_BYTES) && this.isChangeable(reference)) {
        this.#fill(reference, source, offset, length);
        return reference;
      }
      this.free(reference);
    }
    return this.write(source, offset, length);
  }

  /**
   * Keeps every blob that is there, and its bytes, until the hold is released. Cost: O(slabs); while it lasts, replaced
   * and freed blobs take memory on. One hold at a time.
   */
  hold(): HeldBlobs {
    assert(this.#hold === undefined, `blobs of ${this.#owner} are held once at a time`);
    const hold: Hold = { fresh: [], freed: [], segments: [] };
    this.#hold = hold;
    return new HeldBlobs(this.#bytes.slice(), this.#words.slice(), () => this.#endHold(hold));
  }

  /** Whether the blob's bytes may be written in place; else a changed copy must take its place (replace). */
  isChangeable(reference: number): boolean {
    return this.#hold === undefined || isFresh(this.#hold, reference);
  }

  free(reference: number): void {
    if (!this.isChangeable(reference)) {
      this.#hold!.freed.push(reference);
      return;
    }
    const blobClass = blobClassOf(this.lengthOf(reference) + HEADER_BYTES);
    const bytes = blobClassBytes(blobClass);
    this.usedBytes -= bytes;
    if (bytes > SHARED_BLOB_BYTES_MAX) {
      this.#releaseSlab(reference >>> SLAB_BITS);
      return;
    }
    let list = this.#free[blobClass];
    if (list === undefined) list = this.#free[blobClass] = [];
    list.push(reference);
  }

  lengthOf(reference: number): number {
    return this.#words[reference >>> SLAB_BITS]![(reference & (SLAB_GRANULES - 1)) * 2]!;
  }

  /** The slab that holds the blob; valid until the blob is freed. Read only. */
  bytesOf(reference: number): Uint8Array {
    return this.#bytes[reference >>> SLAB_BITS]!;
  }

  /** Where the blob starts in bytesOf(reference): 4 behind a multiple of 8. */
  offsetOf(reference: number): number {
    return (reference & (SLAB_GRANULES - 1)) * 8 + HEADER_BYTES;
  }

  /** The same slab as 32-bit integers. */
  wordsOf(reference: number): Int32Array {
    return this.#words[reference >>> SLAB_BITS]!;
  }

  /** The same slab as doubles. */
  doublesOf(reference: number): Float64Array {
    return this.#doubles[reference >>> SLAB_BITS]!;
  }

  equals(reference: number, source: Uint8Array, offset: number, length: number): boolean {
    if (this.lengthOf(reference) !== length) return false;
    const bytes = this.#bytes[reference >>> SLAB_BITS]!;
    const start = (reference & (SLAB_GRANULES - 1)) * 8 + HEADER_BYTES;
    for (let i = 0; i < length; i++) if (bytes[start + i] !== source[offset + i]) return false;
    return true;
  }

  /** Whether the blob is words[start .. end), which lie little-endian as the blob does. */
  equalsWords(reference: number, words: Int32Array, start: number, end: number): boolean {
    const blob = this.#words[reference >>> SLAB_BITS]!;
    const at = (reference & (SLAB_GRANULES - 1)) * 2;
    if (blob[at] !== (end - start) * 4) return false;
    for (let i = start; i < end; i++) if (blob[at + 1 + i - start] !== words[i]) return false;
    return true;
  }

  /** Frees all blobs; keeps the largest shared slab for what comes next, unless a snapshot holds the heap. */
  clear(): void {
    if (this.#hold !== undefined) {
      this.#leaveSlabs(this.#hold);
      return;
    }
    const kept = this.#current;
    for (let slab = 0; slab < this.#segments.length; slab++) if (slab !== kept && this.#segments[slab] !== undefined) this.#releaseSlab(slab);
    this.#free.length = 0;
    this.#bump = 0;
    this.usedBytes = 0;
  }

  /** Gives all memory back; the heap may be used again afterwards. */
  release(): void {
    this.#current = -1;
    this.clear();
    this.#forgetSlabs();
  }

  /** The hold gets all slabs; the heap starts anew. */
  #leaveSlabs(hold: Hold): void {
    for (const segment of this.#segments) if (segment !== undefined) hold.segments.push(segment);
    hold.freed.length = 0;
    hold.fresh.length = 0;
    // What comes now was not there when the heap was held.
    this.#hold = undefined;
    this.#forgetSlabs();
    this.#free.length = 0;
    this.#current = -1;
    this.#bump = 0;
    this.usedBytes = 0;
  }

  #endHold(hold: Hold): void {
    if (this.#hold === hold) this.#hold = undefined;
    for (const reference of hold.freed) this.free(reference);
    for (const segment of hold.segments) this.#memory.release(segment);
  }

  #forgetSlabs(): void {
    this.#segments.length = 0;
    this.#bytes.length = 0;
    this.#words.length = 0;
    this.#doubles.length = 0;
    this.#freeSlabs.length = 0;
  }

  #take(blobClass: number, neededBytes: number): number {
    const bytes = blobClassBytes(blobClass);
    if (bytes < neededBytes) assert(false, `a blob class of ${bytes} bytes holds ${neededBytes}`);
    this.usedBytes += bytes;
    if (bytes > SHARED_BLOB_BYTES_MAX) return this.#marked((this.#addSlab(neededBytes) * SLAB_GRANULES) | 0);
    const recycled = this.#free[blobClass]?.pop();
    if (recycled !== undefined) return this.#marked(recycled);
    if (this.#current === -1 || this.#bump + bytes > Math.min(this.#bytes[this.#current]!.length, SLAB_BYTES)) this.#openSlab(bytes);
    const reference = (this.#current << SLAB_BITS) | (this.#bump >>> 3);
    this.#bump += bytes;
    return this.#marked(reference);
  }

  /** Remembers while the heap is held that the blob is new. */
  #marked(reference: number): number {
    const hold = this.#hold;
    if (hold === undefined) return reference;
    const marks = (hold.fresh[reference >>> SLAB_BITS] ??= new Uint8Array(SLAB_GRANULES / 8));
    const granule = reference & (SLAB_GRANULES - 1);
    marks[granule >>> 3]! |= 1 << (granule & 7);
    return reference;
  }

  #fill(reference: number, source: Uint8Array, offset: number, length: number): void {
    const slab = reference >>> SLAB_BITS;
    const bytes = this.#bytes[slab]!;
    const granule = reference & (SLAB_GRANULES - 1);
    this.#words[slab]![granule * 2] = length;
    const start = granule * 8 + HEADER_BYTES;
    if (length > SHORT_COPY_BYTES) bytes.set(source.subarray(offset, offset + length), start);
    else for (let i = 0; i < length; i++) bytes[start + i] = source[offset + i]!;
  }

  #openSlab(bytes: number): void {
    const last = this.#current === -1 ? FIRST_SLAB_BYTES / 2 : this.#bytes[this.#current]!.length;
    this.#current = this.#addSlab(Math.max(Math.min(last * 2, SLAB_BYTES), bytes));
    this.#bump = 0;
  }

  #addSlab(bytes: number): number {
    const segment = this.#memory.allocate(bytes, this.#owner);
    const slab = this.#freeSlabs.pop() ?? this.#segments.length;
    assert(slab < SLABS_MAX, `a blob heap has fewer than ${SLABS_MAX} slabs`);
    this.#segments[slab] = segment;
    this.#bytes[slab] = u8ViewOf(segment);
    this.#words[slab] = i32ViewOf(segment);
    this.#doubles[slab] = f64ViewOf(segment);
    return slab;
  }

  #releaseSlab(slab: number): void {
    this.#memory.release(this.#segments[slab]!);
    this.#segments[slab] = undefined;
    this.#freeSlabs.push(slab);
  }
}

/** What a heap keeps while a snapshot holds it. */
interface Hold {
  /** Per slab one bit per granule: a blob that starts there was written since. */
  readonly fresh: (Uint8Array | undefined)[];
  /** Blobs that were there and are freed when the hold ends. */
  readonly freed: number[];
  /** Slabs of a heap that was cleared since. */
  readonly segments: Segment[];
}

function isFresh(hold: Hold, reference: number): boolean {
  const marks = hold.fresh[reference >>> SLAB_BITS];
  const granule = reference & (SLAB_GRANULES - 1);
  return marks !== undefined && (marks[granule >>> 3]! & (1 << (granule & 7))) !== 0;
}
