// hot path. Reads splits of the generated stream into column batches: per fill one or a few calls of the generated loop.
// A reader with several splits (after a restore at lower parallelism) always goes on with the one that lags most.
// Invariant: with outOfOrderGroupSize 1 dateTime never decreases within a split. Thread: the slot's.
import { assert } from '#core/assert';
import type { Batch, FrameLayout } from '#core/columns/frame';
import { schemaOf, type Schema } from '#core/columns/schema';
import type { TypeInformation } from '#core/types/type-information';
import { EventSequence } from '#connectors/nexmark/event-sequence';
import { FillState, createFillLoop, type NexmarkFillLoop } from '#connectors/nexmark/fill-loop';
import type { NexmarkConfig } from '#connectors/nexmark/options';
import { highKey } from '#connectors/nexmark/random-words';
import type { InterleavedCursor, InterleavedSplit } from '#connectors/splits/interleaved-range';
import { InterleavedReader } from '#connectors/splits/interleaved-reader';
import { ReadStatus, type ColumnSourceReader } from '#streaming/source/source';

const NUMBERS_PER_HIGH_KEY = 2 ** 32;

export class NexmarkSourceReader extends InterleavedReader implements ColumnSourceReader<InterleavedSplit> {
  readonly kind = 'columns';
  readonly nextPollMs = Number.POSITIVE_INFINITY;
  /** Heap bytes that a batch must have for at least one row. */
  readonly rowHeapBytesMax: number;
  splitId = '';
  readonly #sequence: EventSequence;
  readonly #schema: Schema;
  readonly #loop: NexmarkFillLoop;
  readonly #state = new Float64Array(3);
  #layout: FrameLayout | undefined;
  #places = new Int32Array(0);

  constructor(config: NexmarkConfig, producedType: TypeInformation) {
    super();
    this.#sequence = new EventSequence(config);
    this.#schema = schemaOf(producedType);
    const loop = createFillLoop(config, this.#schema);
    this.#loop = loop.fill;
    this.rowHeapBytesMax = loop.rowHeapBytesMax;
  }

  fill(batch: Batch): ReadStatus {
    assert(batch.layout.schema === this.#schema, 'a Nexmark batch has the schema of the produced type');
    assert(batch.heapBytesMax >= this.rowHeapBytesMax, `a Nexmark batch has ${this.rowHeapBytesMax} bytes of heap for a row, got ${batch.heapBytesMax}`);
    const state = this.#state;
    state.fill(0);
    const cursor = this.cursors.next();
    if (cursor !== undefined) this.#fillFrom(cursor, batch, state);
    batch.count = state[FillState.ROW]!;
    batch.heapLength = state[FillState.HEAP_BYTES]!;
    batch.isAsciiHeap = true;
    if (this.cursors.next() !== undefined) return ReadStatus.MORE;
    return this.statusWithoutCursor;
  }

  /** Fills until the batch is full or the split ends; goes on over the split's blocks. */
  #fillFrom(cursor: InterleavedCursor, batch: Batch, state: Float64Array): void {
    this.splitId = cursor.split.id;
    const capacity = batch.layout.capacity;
    while (state[FillState.ROW]! < capacity && !cursor.isAtEnd) {
      const before = cursor.position;
      const made = this.#fillPiece(before, cursor.blockEnd, batch, state);
      if (made === before) return;
      cursor.moveTo(made);
    }
  }

  /** Makes places [from, to) of the stream as far as they fit; returns the first place not made. */
  #fillPiece(from: number, to: number, batch: Batch, state: Float64Array): number {
    const { firstEventNumber, outOfOrderGroupSize } = this.#sequence.config;
    if (outOfOrderGroupSize === 1) {
      const first = from + firstEventNumber;
      const pieceEnd = Math.min(to + firstEventNumber, (Math.floor(first / NUMBERS_PER_HIGH_KEY) + 1) * NUMBERS_PER_HIGH_KEY);
      this.#run(first, pieceEnd, batch, state);
      return state[FillState.NEXT_EVENT]! - firstEventNumber;
    }
    for (let place = from; place < to; place++) {
      if (state[FillState.ROW]! >= batch.layout.capacity) return place;
      const eventNumber = this.#sequence.numberAt(place);
      this.#run(eventNumber, eventNumber + 1, batch, state);
      if (state[FillState.NEXT_EVENT] === eventNumber) return place;
    }
    return to;
  }

  #run(from: number, to: number, batch: Batch, state: Float64Array): void {
    const { memory, base, layout } = batch;
    if (layout !== this.#layout) this.#usePlaces(layout);
    state[FillState.NEXT_EVENT] = from;
    this.#loop(to, layout.capacity, batch.heapBytesMax, memory.i32, memory.f64, base, this.#places, state, highKey(from));
  }

  #usePlaces(layout: FrameLayout): void {
    this.#layout = layout;
    this.#places = Int32Array.from([layout.eventTimes, layout.heapStart, ...layout.columns.flatMap((column) => [column.validity, column.data, column.lengths])]);
  }
}
