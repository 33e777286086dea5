// Chunks of an archive of rows as bytes, and rows read out of them by their ids. hot path while a snapshot runs.
// Thread: the slot's.
//   chunk = | 6 int32: number of the chunk, capacity, rows, heap bytes, whether the heap is ASCII, where the heap starts | frame with its heap
//           | behind each row the id of the next one of its list + 1, int32 by row |
import { createRowView, type RowView } from '#core/codegen/row-view';
import { Batch, layoutOf } from '#core/columns/frame';
import { FrameMemory } from '#core/columns/frame-memory';
import { appendBatch, type FrameFill } from '#core/columns/gather-rows';
import { type Schema, schemaOf } from '#core/columns/schema';
import { DataOutput } from '#core/serialization/data-output';
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
  const layout = layoutOf(schema, Math.min(capacity, Math.max(1, roundedRows(count, Math.ceil))));
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
  /** By row: the id of the next one of its list + 1. */
  readonly links: Int32Array;
  /** The bytes of the rows' serializer, one row behind the other, and where each starts; behind the last one, where it ends. */
  readonly bytes: Uint8Array;
  readonly offsets: Int32Array;
}

export class PackedRows {
  readonly #schema: Schema;
  readonly #view: RowView;
  readonly #output = new DataOutput();
  readonly #packed = new Map<number, Uint8Array>();
  readonly #chunks: (UnpackedChunk | undefined)[] = [];

  /** @param rowType of the archive. @param chunks all that the ids are of, in any order. */
  constructor(rowType: TypeInformation, chunks: Iterable<Uint8Array>) {
    this.#schema = schemaOf(rowType);
    this.#view = createRowView(this.#schema, { decodesBlocks: false })!;
    for (const bytes of chunks) this.#packed.set(new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true), bytes);
  }

  /** The row behind in its list; -1 behind the one that was the last when its chunk was packed. */
  nextOf(id: number): number {
    return this.#chunk(id >>> ROWS_SHIFT).links[id & (ROWS_MAX - 1)]! - 1;
  }

  /** Appends the bytes of the row's serializer. */
  encode(id: number, output: DataOutput): void {
    const { bytes, offsets } = this.#chunk(id >>> ROWS_SHIFT);
    const row = id & (ROWS_MAX - 1);
    output.writeBytes(bytes, offsets[row]!, offsets[row + 1]! - offsets[row]!);
  }

  #chunk(index: number): UnpackedChunk {
    return (this.#chunks[index] ??= this.#unpack(index));
  }

  /**
   * All its rows at once, since lists go back and forth between chunks (measured: 600,000 rows are restored in four fifths of the time
   * that a view bound row by row takes).
   * Throws SNAPSHOT_CORRUPT for a chunk that is missing, SNAPSHOT_VERSION_UNSUPPORTED for one that another layout of frames was written in.
   */
  #unpack(index: number): UnpackedChunk {
    const packed = this.#packed.get(index);
    if (packed === undefined) throw new StateError('SNAPSHOT_CORRUPT', `a list refers to rows of chunk ${index}, which the snapshot does not hold; restore from another snapshot`);
    this.#packed.delete(index);
    const batch = this.#batchOf(packed);
    const { memory, count, heapLength, layout } = batch;
    const output = this.#output;
    const offsets = new Int32Array(count + 1);
    this.#view.bind(batch, { isSame: false });
    for (let row = 0; row < count; row++) {
      this.#view.moveTo(row);
      this.#view.encode(output);
      offsets[row + 1] = output.length;
    }
    const links = (HEADER_BYTES + layout.heapStart + ((heapLength + 7) & ~7)) >>> 2;
    const chunk = { links: memory.i32.slice(links, links + count), bytes: output.toBytes(), offsets };
    output.reset();
    return chunk;
  }

  #batchOf(packed: Uint8Array): Batch {
    const memory = FrameMemory.allocate(packed.length);
    memory.u8.set(packed);
    const [, capacity, count, heapLength, isAsciiHeap, heapStart] = memory.i32;
    const layout = layoutOf(this.#schema, capacity!);
    if (layout.heapStart !== heapStart) throw new StateError('SNAPSHOT_VERSION_UNSUPPORTED', `archived rows were written with their texts at byte ${heapStart} of a frame, this engine has them at ${layout.heapStart}: restore them with the engine that wrote them`);
    return Object.assign(new Batch(memory, layout), { base: HEADER_BYTES, count, heapLength, isAsciiHeap: isAsciiHeap === 1 });
  }
}

/** One of few capacities, since each has a layout that is kept. @param round to a whole number of steps: floor or ceil. */
export function roundedRows(rows: number, round: (steps: number) => number): number {
  if (rows < 16) return rows;
  const step = 2 ** (Math.floor(Math.log2(rows)) - 2);
  return round(rows / step) * step;
}
