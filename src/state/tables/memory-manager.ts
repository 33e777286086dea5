// Hands out a slot's managed memory by size class, recycles it and accounts it per owner; when it is full, segments
// come from a separate allocation charged to task off-heap, and after that the allocation fails.
// Invariant: every byte below a region's bump pointer is either in one live segment or in one free list.
// Thread: the slot's. Contents of a segment are undefined; its owner clears what it reads.
import { assert } from '#core/assert';
import { FrameMemory } from '#core/columns/frame-memory';
import { StateError } from '#state/errors';

export interface Segment {
  readonly memory: FrameMemory;
  /** Byte offset in `memory`, a multiple of 64. */
  readonly offset: number;
  /** Usable bytes: the size class, at least what was asked. */
  readonly bytes: number;
  readonly owner: string;
  /** Charged to task off-heap instead of managed memory. */
  readonly isOffHeap: boolean;
}

export interface MemoryManagerOptions {
  /** Bytes that may be handed out of the shared buffer. */
  readonly budgetBytes: number;
  /** Bytes that may be taken beyond it, charged to task off-heap; 0 unless given. */
  readonly offHeapBudgetBytes?: number;
}

interface Region {
  readonly memory: FrameMemory;
  readonly limit: number;
  bump: number;
}

interface FreeBlock {
  readonly region: number;
  readonly offset: number;
}

const CLASS_BYTES_MIN = 64;
/** Classes 64, 128, 192, 256, 384, … up to 2 GiB: two per power of two; 96 is left out, so all are multiples of 64. */
const CLASS_COUNT = 51;
const CLASS_OF_96_BYTES = 1;
/** A region's views address at most 4 GiB; larger buffers are cut into regions of this size. */
const REGION_BYTES_MAX = 2 ** 32 - 65536;
/** Unshared managers take buffers of at least this size. */
const LAZY_REGION_BYTES = 1 << 20;

/** Bytes of size class `index`. */
export function classBytesOf(index: number): number {
  const power = CLASS_BYTES_MIN * 2 ** (index >>> 1);
  return (index & 1) === 0 ? power : power * 1.5;
}

/** The smallest class that holds `bytes`. */
export function classOf(bytes: number): number {
  if (bytes <= CLASS_BYTES_MIN) return 0;
  const power = Math.ceil(Math.log2(bytes / CLASS_BYTES_MIN));
  const half = power * 2 - 1;
  return half > CLASS_OF_96_BYTES && classBytesOf(half) >= bytes ? half : power * 2;
}

export class MemoryManager {
  readonly budgetBytes: number;
  readonly offHeapBudgetBytes: number;
  readonly #isLazy: boolean;
  readonly #regions: Region[] = [];
  readonly #free: FreeBlock[][] = [];
  readonly #usedByOwner = new Map<string, number>();
  #regionBytes = 0;
  #usedBytes = 0;
  #offHeapBytes = 0;
  #peakBytes = 0;

  /** @param buffer the slot's managed memory, or undefined to allocate private buffers as they are needed. */
  constructor(buffer: ArrayBufferLike | undefined, options: MemoryManagerOptions) {
    const { budgetBytes, offHeapBudgetBytes = 0 } = options;
    assert(budgetBytes >= 0 && offHeapBudgetBytes >= 0, `memory budgets are not negative, got ${budgetBytes} and ${offHeapBudgetBytes}`);
    assert(buffer === undefined || budgetBytes <= buffer.byteLength, `budget of ${budgetBytes} bytes lies within the buffer of ${buffer?.byteLength}`);
    this.budgetBytes = budgetBytes;
    this.offHeapBudgetBytes = offHeapBudgetBytes;
    this.#isLazy = buffer === undefined;
    for (let index = 0; index < CLASS_COUNT; index++) this.#free.push([]);
    if (buffer !== undefined) this.#cutRegions(buffer);
  }

  /** Private memory, allocated as it is needed: for tests and for jobs that run inline. */
  static unshared(budgetBytes: number): MemoryManager {
    return new MemoryManager(undefined, { budgetBytes });
  }

  /** Bytes of live segments in managed memory. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Bytes of live segments charged to task off-heap. */
  get offHeapBytes(): number {
    return this.#offHeapBytes;
  }

  /** The most bytes ever live at once, off-heap included. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  /** Live bytes by owner, off-heap included; for metrics and messages. */
  usedBytesByOwner(): ReadonlyMap<string, number> {
    return this.#usedByOwner;
  }

  /**
   * A segment of at least `bytes`, contents undefined. Cost: O(1), O(free blocks) when memory is nearly full.
   * Throws MANAGED_MEMORY_EXHAUSTED (StateError) when neither managed nor off-heap memory has room.
   */
  allocate(bytes: number, owner: string): Segment {
    assert(bytes >= 0, `a segment has a size, got ${bytes}`);
    const sizeClass = classOf(bytes);
    if (sizeClass >= CLASS_COUNT) this.#failExhausted(bytes, owner);
    const classBytes = classBytesOf(sizeClass);
    const block = this.#take(sizeClass, classBytes);
    return block === undefined ? this.#allocateOffHeap(bytes, classBytes, owner) : this.#segmentOf(block, classBytes, owner);
  }

  /** As allocate, but of managed memory only, and undefined when that has no room. */
  tryAllocate(bytes: number, owner: string): Segment | undefined {
    assert(bytes >= 0, `a segment has a size, got ${bytes}`);
    const sizeClass = classOf(bytes);
    if (sizeClass >= CLASS_COUNT) return undefined;
    const classBytes = classBytesOf(sizeClass);
    const block = this.#take(sizeClass, classBytes);
    return block === undefined ? undefined : this.#segmentOf(block, classBytes, owner);
  }

  /** Gives a segment back; nothing may point into it afterwards. */
  release(segment: Segment): void {
    this.#charge(segment.owner, -segment.bytes);
    if (segment.isOffHeap) {
      this.#offHeapBytes -= segment.bytes;
      return;
    }
    const region = this.#regions.findIndex((candidate) => candidate.memory === segment.memory);
    assert(region >= 0, 'a released segment belongs to this manager');
    this.#usedBytes -= segment.bytes;
    this.#free[classOf(segment.bytes)]!.push({ region, offset: segment.offset });
  }

  #segmentOf(block: FreeBlock, classBytes: number, owner: string): Segment {
    this.#usedBytes += classBytes;
    this.#charge(owner, classBytes);
    return { memory: this.#regions[block.region]!.memory, offset: block.offset, bytes: classBytes, owner, isOffHeap: false };
  }

  #cutRegions(buffer: ArrayBufferLike): void {
    const total = this.budgetBytes - (this.budgetBytes % CLASS_BYTES_MIN);
    for (let start = 0; start < total; start += REGION_BYTES_MAX) {
      const limit = Math.min(REGION_BYTES_MAX, total - start);
      this.#regions.push({ memory: new FrameMemory(buffer, start, limit), limit, bump: 0 });
    }
    this.#regionBytes = total;
  }

  #take(sizeClass: number, classBytes: number): FreeBlock | undefined {
    const recycled = this.#free[sizeClass]!.pop();
    if (recycled !== undefined) return recycled;
    for (let region = this.#regions.length - 1; region >= 0; region--) {
      const { bump, limit } = this.#regions[region]!;
      if (bump + classBytes > limit) continue;
      this.#regions[region]!.bump = bump + classBytes;
      return { region, offset: bump };
    }
    if (this.#isLazy && this.#addLazyRegion(classBytes)) return this.#take(sizeClass, classBytes);
    return this.#split(sizeClass, classBytes) ?? (this.#coalesce() ? this.#split(sizeClass, classBytes) : undefined);
  }

  /** Buffers are of the kind that native code may hold on to: they can be neither moved nor detached. */
  #addLazyRegion(classBytes: number): boolean {
    const limit = Math.min(Math.max(LAZY_REGION_BYTES, classBytes), this.budgetBytes - this.#regionBytes);
    if (limit < classBytes) return false;
    const whole = limit - (limit % CLASS_BYTES_MIN);
    this.#regions.push({ memory: new FrameMemory(new SharedArrayBuffer(whole)), limit: whole, bump: 0 });
    this.#regionBytes += whole;
    return true;
  }

  /** Takes the front of a larger free block; the rest goes back as blocks of smaller classes. */
  #split(sizeClass: number, classBytes: number): FreeBlock | undefined {
    for (let larger = sizeClass; larger < CLASS_COUNT; larger++) {
      const block = this.#free[larger]!.pop();
      if (block === undefined) continue;
      this.#freeRange(block.region, block.offset + classBytes, block.offset + classBytesOf(larger));
      return block;
    }
    return undefined;
  }

  /** Frees [start, end) as the fewest blocks of whole classes. */
  #freeRange(region: number, start: number, end: number): void {
    let offset = start;
    while (offset < end) {
      let fit = Math.min(classOf(end - offset), CLASS_COUNT - 1);
      if (classBytesOf(fit) > end - offset) fit--;
      if (fit === CLASS_OF_96_BYTES) fit--;
      this.#free[fit]!.push({ region, offset });
      offset += classBytesOf(fit);
    }
  }

  /** Merges neighbouring free blocks, so that a class can be found among many small ones. True when it freed anything larger. */
  #coalesce(): boolean {
    const ranges: { region: number; start: number; end: number }[] = [];
    for (let index = 0; index < CLASS_COUNT; index++) {
      const bytes = classBytesOf(index);
      for (const block of this.#free[index]!) ranges.push({ region: block.region, start: block.offset, end: block.offset + bytes });
      this.#free[index] = [];
    }
    this.#regions.forEach((region, index) => {
      if (region.bump < region.limit) ranges.push({ region: index, start: region.bump, end: region.limit });
      region.bump = region.limit;
    });
    ranges.sort((a, b) => a.region - b.region || a.start - b.start);
    let merged = 0;
    for (let i = 0; i < ranges.length; ) {
      const first = ranges[i]!;
      let end = first.end;
      for (i++; i < ranges.length && ranges[i]!.region === first.region && ranges[i]!.start === end; i++, merged++) end = ranges[i]!.end;
      this.#freeRange(first.region, first.start, end);
    }
    return merged > 0;
  }

  #allocateOffHeap(bytes: number, classBytes: number, owner: string): Segment {
    const rounded = bytes + (CLASS_BYTES_MIN - 1) - ((bytes + CLASS_BYTES_MIN - 1) % CLASS_BYTES_MIN);
    const taken = this.#offHeapBytes + classBytes <= this.offHeapBudgetBytes ? classBytes : Math.max(rounded, CLASS_BYTES_MIN);
    if (this.#offHeapBytes + taken > this.offHeapBudgetBytes) this.#failExhausted(bytes, owner);
    this.#offHeapBytes += taken;
    this.#charge(owner, taken);
    return { memory: new FrameMemory(new SharedArrayBuffer(taken)), offset: 0, bytes: taken, owner, isOffHeap: true };
  }

  #charge(owner: string, bytes: number): void {
    const used = (this.#usedByOwner.get(owner) ?? 0) + bytes;
    assert(used >= 0, `owner ${owner} gives back no more than it holds`);
    if (used === 0) this.#usedByOwner.delete(owner);
    else this.#usedByOwner.set(owner, used);
    this.#peakBytes = Math.max(this.#peakBytes, this.#usedBytes + this.#offHeapBytes);
  }

  #failExhausted(bytes: number, owner: string): never {
    throw new StateError(
      'MANAGED_MEMORY_EXHAUSTED',
      `state of ${owner} needs ${bytes} more bytes, but ${this.#usedBytes} of the slot's ${this.budgetBytes} bytes of managed memory and ${this.#offHeapBytes} of ${this.offHeapBudgetBytes} bytes of task off-heap memory are in use: ` +
        'raise taskmanager.memory.managed.size, or set state.backend.type to rocksdb, which keeps state on disk',
      { context: { owner, bytes, usedBytes: this.#usedBytes, budgetBytes: this.budgetBytes, offHeapBytes: this.#offHeapBytes, offHeapBudgetBytes: this.offHeapBudgetBytes } },
    );
  }
}
