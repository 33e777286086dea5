// The batch that all kernels read: memory, and where each column of a Nexmark event lies in it (element indexes of row 0).
import { Batch } from '#core/columns/frame';
import { FrameMemory } from '#core/columns/frame-memory';
import { schemaOf } from '#core/columns/schema';
import { NEXMARK_EVENT } from '#connectors/nexmark/event';

/** Bytes of text that a row may take on average; a batch that is full earlier has fewer rows. */
const HEAP_BYTES_PER_ROW = 320;

export class NexmarkBatch {
  readonly batch: Batch;
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  readonly u8: Uint8Array;
  readonly heapStart: number;
  readonly #places = new Map<string, number>();
  readonly #lengths = new Map<string, number>();

  /** In shared memory, as the engine's batches are. */
  constructor(rows: number) {
    const schema = schemaOf(NEXMARK_EVENT);
    const bytes = Math.ceil((1024 + rows * (schema.rowBytes + HEAP_BYTES_PER_ROW) + 16 * schema.columns.length) / 4096) * 4096;
    const memory = new FrameMemory(new SharedArrayBuffer(bytes));
    this.batch = Batch.allocate(memory, schema, rows);
    this.i32 = memory.i32;
    this.f64 = memory.f64;
    this.u8 = memory.u8;
    this.heapStart = this.batch.layout.heapStart;
    for (const { index, path } of schema.columns) {
      const column = this.batch.layout.columns[index]!;
      this.#places.set(path.join('.'), column.data >>> (column.kind === 'f64' ? 3 : 2));
      this.#lengths.set(path.join('.'), column.lengths >>> 2);
    }
  }

  /** Element index of row 0 of a column: its numbers, or the offsets of its texts. */
  place(path: string): number {
    return this.#places.get(path)!;
  }

  /** Element index (int32) of row 0's length of a text column. */
  lengths(path: string): number {
    return this.#lengths.get(path)!;
  }
}

/** What the blackhole sink makes of a text: its length and both ends. */
export function textDigest(u8: Uint8Array, start: number, length: number): number {
  return length === 0 ? 0 : (length + u8[start]! * 31 + u8[start + length - 1]! * 961) | 0;
}
