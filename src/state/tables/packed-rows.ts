// Chunks of an archive of rows as bytes, and rows read out of them by their ids. hot path while a snapshot runs.
// Thread: the slot's.
//   chunk = | 6 int32: number of the chunk, capacity, rows, heap bytes, whether the heap is ASCII, where the heap starts | frame with its heap
//           | behind each row the id of the next one of its list + 1, int32 by row |
import { createRowView, type RowView } from '#core/codegen/row-view';
import { Batch, layoutOf } from '#core/columns/frame';
import { FrameMemory } from '#core/columns/frame-memory';
import { appendBatch, type FrameFill } from '#core/columns/gather-rows';
import { type Schema, schemaOf } from '#core/columns/schema';
import type { DataOutput } from '#core/serialization/data-output';
import type { TypeInformation } from '#core/types/type-information';
import { StateError } from '#state/errors';

/** row id = chunk << ROWS_SHIFT | row in the chunk. */
export const ROWS_SHIFT = 13;
export const ROWS_MAX = 1 << ROWS_SHIFT;

/** A multiple of 8, since a frame is aligned so. */
const HEADER_BYTES = 24;

export interface ChunkContents {
  /** Number of the chunk in its archive. */
  readonly index: number;
  /** Its rows, `count` and `heapLength` included. */
  readonly batch: Batch;
  /** The links of its rows. */
  readonly links: Int32Array;
}

/** A copy of the chunk without what is not filled. Cost: one copy of its bytes. */
export function packChunk({ index, batch, links }: ChunkContents): Uint8Array {
  const { count, heapLength, isAsciiHeap, layout: { schema, capacity } } = batch;
  const layout = layoutOf(schema, Math.min(capacity, roundedUp(count)));
  const base = HEADER_BYTES;
  const heapTop = base + layout.heapStart;
  const heapEnd = heapTop + ((heapLength + 7) & ~7);
  const memory = FrameMemory.allocate(heapEnd + count * 4);
  const fill: FrameFill = { memory, base, layout, heapEnd, count: 0, heapTop };
  if (!appendBatch(batch, fill)) throw new RangeError('a chunk holds the rows that it was made for');
  memory.i32.set([index, layout.capacity, count, heapLength, isAsciiHeap ? 1 : 0, layout.heapStart]);
  memory.i32.set(links, heapEnd >>> 2);
  return memory.u8;
}

interface UnpackedChunk {
  readonly batch: Batch;
  /** Where its links start in the int32 view of its memory. */
  readonly links: number;
}

export class PackedRows {
  readonly #schema: Schema;
  readonly #view: RowView;
  readonly #packed = new Map<number, Uint8Array>();
  readonly #chunks: (UnpackedChunk | undefined)[] = [];
  #boundChunk = -1;

  /** @param rowType of the archive. @param chunks all that the ids are of, in any order. */
  constructor(rowType: TypeInformation, chunks: Iterable<Uint8Array>) {
    this.#schema = schemaOf(rowType);
    this.#view = createRowView(this.#schema, { decodesBlocks: false })!;
    for (const bytes of chunks) this.#packed.set(new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true), bytes);
  }

  /** The row behind in its list; -1 behind the one that was the last when its chunk was packed. */
  nextOf(id: number): number {
    const { batch, links } = this.#chunk(id >>> ROWS_SHIFT);
    return batch.memory.i32[links + (id & (ROWS_MAX - 1))]! - 1;
  }

  /** Appends the bytes of the row's serializer. */
  encode(id: number, output: DataOutput): void {
    const index = id >>> ROWS_SHIFT;
    if (index !== this.#boundChunk) this.#view.bind(this.#chunk(index).batch, { isSame: false });
    this.#boundChunk = index;
    this.#view.moveTo(id & (ROWS_MAX - 1));
    this.#view.encode(output);
  }

  #chunk(index: number): UnpackedChunk {
    return (this.#chunks[index] ??= this.#unpack(index));
  }

  /** Throws SNAPSHOT_CORRUPT for a chunk that is missing, SNAPSHOT_VERSION_UNSUPPORTED for one that another layout of frames was written in. */
  #unpack(index: number): UnpackedChunk {
    const bytes = this.#packed.get(index);
    if (bytes === undefined) throw new StateError('SNAPSHOT_CORRUPT', `a list refers to rows of chunk ${index}, which the snapshot does not hold; restore from another snapshot`);
    this.#packed.delete(index);
    const memory = FrameMemory.allocate(bytes.length);
    memory.u8.set(bytes);
    const [, capacity, count, heapLength, isAsciiHeap, heapStart] = memory.i32;
    const layout = layoutOf(this.#schema, capacity!);
    if (layout.heapStart !== heapStart) throw new StateError('SNAPSHOT_VERSION_UNSUPPORTED', `archived rows were written with their texts at byte ${heapStart} of a frame, this engine has them at ${layout.heapStart}: restore them with the engine that wrote them`);
    const batch = new Batch(memory, layout);
    batch.base = HEADER_BYTES;
    batch.count = count!;
    batch.heapLength = heapLength!;
    batch.isAsciiHeap = isAsciiHeap === 1;
    return { batch, links: (HEADER_BYTES + heapStart + ((heapLength! + 7) & ~7)) >>> 2 };
  }
}

/** Few capacities, since each has a layout that is kept: at least `rows`, and at least 1. */
function roundedUp(rows: number): number {
  if (rows < 16) return Math.max(1, rows);
  const step = 2 ** (Math.floor(Math.log2(rows)) - 2);
  return Math.ceil(rows / step) * step;
}
