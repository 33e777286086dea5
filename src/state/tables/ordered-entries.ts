// Short lists of pairs of a number and a reference, ascending by the number, one block of managed memory each: what is looked for and
// what is found lie beside each other, where linked rows would be a cache miss each. hot path. Thread: the slot's.
// Bench: `millrace nexmark --query q19 --api sql`. Invariant: numbers never descend; a block has at least one entry.
//   block = blob of | count: int32 | numbers: float64 by place | references: int32 by place |, with room for a power of two
import { BlobHeap, NO_BLOB } from '#state/tables/blob-heap';
import type { MemoryManager } from '#state/tables/memory-manager';

const ROOM_MIN = 2;
const COUNT_BYTES = 4;
const ENTRY_BYTES = 12;
/** Up to so many places are moved by a loop, more by a call. */
const LOOP_MAX = 32;

export class OrderedEntries {
  readonly #blocks: BlobHeap;

  constructor(memory: MemoryManager, owner: string) {
    this.#blocks = new BlobHeap(memory, owner);
  }

  /** Of a block, or of NO_BLOB, which has none. */
  countOf(block: number): number {
    return block === NO_BLOB ? 0 : this.#blocks.wordsOf(block)[countAt(this.#blocks, block)]!;
  }

  /** The reference at a place below the count. */
  entryAt(block: number, index: number): number {
    const blocks = this.#blocks;
    return blocks.wordsOf(block)[countAt(blocks, block) + 1 + 2 * roomOf(blocks, block) + index]!;
  }

  replaceEntry(block: number, index: number, entry: number): void {
    const blocks = this.#blocks;
    blocks.wordsOf(block)[countAt(blocks, block) + 1 + 2 * roomOf(blocks, block) + index] = entry;
  }

  /** First place whose number is not below. */
  lowerBound(block: number, number: number): number {
    return this.#boundOf(block, number, false);
  }

  /** First place whose number is above. */
  upperBound(block: number, number: number): number {
    return this.#boundOf(block, number, true);
  }

  /** Puts an entry at a place that the order has for it; returns the block, which may be another one. @param block NO_BLOB for a list of its own. */
  insert(block: number, index: number, number: number, entry: number): number {
    const blocks = this.#blocks;
    const count = this.countOf(block);
    const own = block === NO_BLOB || count === roomOf(blocks, block) ? this.#moved(block, count) : block;
    const words = blocks.wordsOf(own);
    const numbers = blocks.doublesOf(own);
    const first = countAt(blocks, own);
    const firstNumber = (first + 1) >>> 1;
    const firstEntry = first + 1 + 2 * roomOf(blocks, own);
    moveUp(numbers, firstNumber + index, firstNumber + count);
    moveUp(words, firstEntry + index, firstEntry + count);
    numbers[firstNumber + index] = number;
    words[firstEntry + index] = entry;
    words[first] = count + 1;
    return own;
  }

  /** Returns the block, NO_BLOB when it was the last entry. */
  remove(block: number, index: number): number {
    const blocks = this.#blocks;
    const words = blocks.wordsOf(block);
    const first = countAt(blocks, block);
    const count = words[first]!;
    if (count === 1) {
      blocks.free(block);
      return NO_BLOB;
    }
    const firstEntry = first + 1 + 2 * roomOf(blocks, block);
    const firstNumber = (first + 1) >>> 1;
    moveDown(blocks.doublesOf(block), firstNumber + index, firstNumber + count);
    moveDown(words, firstEntry + index, firstEntry + count);
    words[first] = count - 1;
    return block;
  }

  /** Gives all memory back. */
  release(): void {
    this.#blocks.release();
  }

  /** @param isBehindEqual whether equal numbers come before the place. */
  #boundOf(block: number, number: number, isBehindEqual: boolean): number {
    let low = 0;
    let high = this.countOf(block);
    if (high === 0) return 0;
    const numbers = this.#blocks.doublesOf(block);
    const start = (countAt(this.#blocks, block) + 1) >>> 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = numbers[start + middle]!;
      if (other < number || (isBehindEqual && other === number)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** A block with twice the room. */
  #moved(block: number, count: number): number {
    const blocks = this.#blocks;
    const room = Math.max(ROOM_MIN, count * 2);
    const moved = blocks.allocate(COUNT_BYTES + room * ENTRY_BYTES);
    if (block === NO_BLOB) return moved;
    const [from, to] = [blocks.wordsOf(block), blocks.wordsOf(moved)];
    const [fromStart, toStart] = [countAt(blocks, block) + 1, countAt(blocks, moved) + 1];
    copyWords(from, fromStart, to, toStart, 2 * count);
    copyWords(from, fromStart + 2 * roomOf(blocks, block), to, toStart + 2 * room, count);
    blocks.free(block);
    return moved;
  }
}

/** Where the block's count is among the words of its slab; its numbers start behind it. */
function countAt(blocks: BlobHeap, block: number): number {
  return blocks.offsetOf(block) >>> 2;
}

function roomOf(blocks: BlobHeap, block: number): number {
  return ((blocks.lengthOf(block) - COUNT_BYTES) / ENTRY_BYTES) | 0;
}

function copyWords(source: Int32Array, from: number, target: Int32Array, to: number, count: number): void {
  if (count > LOOP_MAX) target.set(source.subarray(from, from + count), to);
  else for (let i = 0; i < count; i++) target[to + i] = source[from + i]!;
}

/** [from, to) one place up. */
function moveUp(values: Float64Array | Int32Array, from: number, to: number): void {
  if (to - from > LOOP_MAX) values.copyWithin(from + 1, from, to);
  else for (let i = to; i > from; i--) values[i] = values[i - 1]!;
}

/** (at, to) one place down. */
function moveDown(values: Float64Array | Int32Array, at: number, to: number): void {
  if (to - at > LOOP_MAX) values.copyWithin(at, at + 1, to);
  else for (let i = at + 1; i < to; i++) values[i - 1] = values[i]!;
}
