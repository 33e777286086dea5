// Nexmark events recorded ahead in shared memory: sealed frames of NEXMARK_EVENT, one behind the other in pieces. Whoever reads them
// neither generates nor parses anything. Invariant: nobody writes to a recording that was published. Thread: the one that records;
// any thread may read.
import { createRowWriter } from '#core/codegen/row-writer';
import { Batch, FRAME_HEADER_BYTES, FrameHeader, layoutOf, sealFrame } from '#core/columns/frame';
import { FrameMemory } from '#core/columns/frame-memory';
import { schemaOf } from '#core/columns/schema';
import { NEXMARK_EVENT, type NexmarkEvent } from '#connectors/nexmark/event';
import type { Clock } from '#platform/clock/clock';
import type { Files } from '#platform/files/files';
import type { SharedMemory } from '#platform/shared-memory/shared-memory';
import { ReadStatus, type RowSourceReader, type Source, type SourceReader } from '#streaming/source/source';

const SCHEMA = schemaOf(NEXMARK_EVENT);
/** Rows and bytes of text of a frame are those of the batches that generating sources fill. */
const FRAME_ROWS = 512;
const FRAME_HEAP_BYTES = 256 * 1024;
const FRAME_BYTES_MAX = layoutOf(SCHEMA, FRAME_ROWS).heapStart + FRAME_HEAP_BYTES;
const PIECE_BYTES = 64 * FRAME_BYTES_MAX;

/** Where frames go, and what sources need of the host. */
export interface RecordingHost {
  readonly clock: Clock;
  readonly files: Files;
  readonly sharedMemory: SharedMemory;
}

/**
 * Reads a bounded source to its end, in the order of a single subtask.
 * @returns pieces of shared memory, the caller's to publish and release.
 * @throws PlatformError SHARED_MEMORY_EXHAUSTED, and what the source throws.
 */
export function recordNexmarkEvents(source: Source<NexmarkEvent, any, any>, { clock, files, sharedMemory }: RecordingHost): readonly SharedArrayBuffer[] { // any: sources have splits of their own
  const splits: unknown[] = [];
  const enumerator = source.createEnumerator({
    parallelism: 1, files, clock, assignSplit: (split) => splits.push(split), signalNoMoreSplits: () => undefined, setIsProcessingBacklog: () => undefined,
  }, undefined);
  const reader = source.createReader({ subtaskIndex: 0, parallelism: 1, files, clock, requestSplit: () => undefined, wake: () => undefined, count: () => undefined });
  enumerator.start();
  enumerator.addReader(0);
  reader.start();
  reader.addSplits(splits);
  reader.notifyNoMoreSplits();
  const pieces = new RecordingPieces(sharedMemory);
  try {
    fillAll(reader, pieces);
  } finally {
    reader.close();
    enumerator.close();
  }
  return pieces.buffers;
}

function fillAll(reader: SourceReader<NexmarkEvent, unknown>, pieces: RecordingPieces): void {
  const batch = Batch.allocate(FrameMemory.allocate(FRAME_BYTES_MAX), SCHEMA, FRAME_ROWS);
  const fill = reader.kind === 'columns' ? () => reader.fill(batch) : rowFill(reader, batch);
  let status: ReadStatus = ReadStatus.MORE;
  while (status !== ReadStatus.END) {
    status = fill();
    if (batch.count > 0) pieces.append(batch);
  }
}

/** Rows into the batch; one that found no room is the first of the next. */
function rowFill(reader: RowSourceReader<NexmarkEvent, unknown>, batch: Batch): () => ReadStatus {
  const writer = createRowWriter(SCHEMA);
  const events: NexmarkEvent[] = [];
  const times: number[] = [];
  let next = 0;
  return () => {
    let status: ReadStatus = ReadStatus.MORE;
    if (next === events.length) {
      next = events.length = times.length = 0;
      status = reader.poll({
        get room() { return FRAME_ROWS - events.length; },
        collect(event, time) {
          events.push(event);
          times.push(time);
        },
      });
    }
    writer.open(batch.memory, batch.base, batch.layout, FRAME_BYTES_MAX);
    while (next < events.length && writer.append(events[next], times[next]!)) next++;
    writer.finish(batch);
    return next < events.length ? ReadStatus.MORE : status;
  };
}

class RecordingPieces {
  readonly buffers: SharedArrayBuffer[] = [];
  readonly #memory: SharedMemory;
  #piece: Uint8Array = new Uint8Array(0);
  #top = 0;

  constructor(memory: SharedMemory) {
    this.#memory = memory;
  }

  append(batch: Batch): void {
    const bytes = sealFrame(batch, 0, 0);
    if (this.#top + bytes + FRAME_HEADER_BYTES > this.#piece.length) {
      const buffer = this.#memory.allocate(PIECE_BYTES);
      this.buffers.push(buffer);
      this.#piece = new Uint8Array(buffer);
      this.#top = 0;
    }
    this.#piece.set(batch.memory.u8.subarray(batch.base, batch.base + bytes), this.#top);
    this.#top += bytes;
  }
}

/** The frames of a recording by number; each thread that reads makes its own. */
export class RecordedFrames {
  readonly #memories: FrameMemory[] = [];
  readonly #pieceOf: number[] = [];
  readonly #bases: number[] = [];

  /** @param pieces as recordNexmarkEvents gave them. Cost: one read per frame. */
  constructor(pieces: readonly SharedArrayBuffer[]) {
    for (const [piece, buffer] of pieces.entries()) {
      const memory = new FrameMemory(buffer);
      this.#memories.push(memory);
      // A piece ends with zeroes: no frame has no bytes.
      for (let base = 0, bytes = 0; (bytes = memory.i32[(base >>> 2) + FrameHeader.BYTE_LENGTH]!) > 0; base += bytes) {
        this.#pieceOf.push(piece);
        this.#bases.push(base);
      }
    }
  }

  get count(): number {
    return this.#bases.length;
  }

  memory(index: number): FrameMemory {
    return this.#memories[this.#pieceOf[index]!]!;
  }

  base(index: number): number {
    return this.#bases[index]!;
  }
}
