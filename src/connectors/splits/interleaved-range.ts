// A stream of numbered elements cut into blocks that go round the splits: split i of n has blocks i, i + n, … So all
// splits advance through the stream together, and a split's position is one number.

export interface InterleavedSplit {
  readonly id: string;
  readonly index: number;
  readonly splitCount: number;
  readonly blockSize: number;
  /** Next element, counted from 0 over the whole stream; always inside one of the split's blocks, or at or behind `end`. */
  readonly position: number;
  /** Elements of the whole stream; null = unbounded. */
  readonly end: number | null;
}

export function interleavedSplits(prefix: string, splitCount: number, blockSize: number, end: number | null): readonly InterleavedSplit[] {
  return Array.from({ length: splitCount }, (_, index) => ({ id: `${prefix}-${index}`, index, splitCount, blockSize, position: index * blockSize, end }));
}

/** Mutable position in a split. */
export class InterleavedCursor {
  readonly split: InterleavedSplit;
  position: number;

  constructor(split: InterleavedSplit) {
    this.split = split;
    this.position = split.position;
  }

  get end(): number {
    return this.split.end ?? Number.POSITIVE_INFINITY;
  }

  get isAtEnd(): boolean {
    return this.position >= this.end;
  }

  /** First element behind the block that holds `position`, at most the end of the stream. */
  get blockEnd(): number {
    return Math.min(Math.floor(this.position / this.split.blockSize) * this.split.blockSize + this.split.blockSize, this.end);
  }

  /** Moves to `position` in the current block; at the block's end to the split's next block. */
  moveTo(position: number): void {
    if (position === this.position) return;
    const isBlockEnd = position % this.split.blockSize === 0;
    this.position = isBlockEnd ? position + (this.split.splitCount - 1) * this.split.blockSize : position;
  }

  snapshot(): InterleavedSplit {
    return { ...this.split, position: this.position };
  }
}
