// Source of Nexmark events that were recorded ahead in shared memory (recording.ts). A split's position is a frame; a frame is handed
// out whole and where it lies. Enumerator: JobMaster's thread; readers: slots.
import { openFrame, type Batch } from '#core/columns/frame';
import { schemaOf } from '#core/columns/schema';
import { requireOption } from '#connectors/errors';
import { NEXMARK_EVENT, type NexmarkEvent } from '#connectors/nexmark/event';
import { RecordedFrames } from '#connectors/nexmark/recording';
import { interleavedSplits, type InterleavedSplit } from '#connectors/splits/interleaved-range';
import { InterleavedReader } from '#connectors/splits/interleaved-reader';
import { StaticSplitEnumerator, type RemainingSplits } from '#connectors/splits/static-split-enumerator';
import { NodeSharedMemory } from '#platform/shared-memory/node-shared-memory';
import type { SharedMemory } from '#platform/shared-memory/shared-memory';
import { ReadStatus, type ColumnSourceReader, type Source, type SplitEnumerator, type SplitEnumeratorContext } from '#streaming/source/source';

/** Frames per block: about as many events as a block of the generator has. */
const BLOCK_FRAMES = 16;
const SCHEMA = schemaOf(NEXMARK_EVENT);

export interface NexmarkRecordedSourceOptions {
  /** Into how many splits the events go. Default: the parallelism. With 1, rows keep the order of the recording. */
  readonly splits?: number;
  readonly sharedMemory?: SharedMemory;
}

export class NexmarkRecordedSource implements Source<NexmarkEvent, InterleavedSplit, RemainingSplits<InterleavedSplit>> {
  readonly name = 'Nexmark Recorded Source';
  readonly boundedness = 'bounded';
  readonly producedType = NEXMARK_EVENT;
  readonly #frames: RecordedFrames;
  readonly #splits: number | undefined;

  /** @param recording the name it was published under. Throws CONNECTOR_OPTION_INVALID when there is none. */
  constructor(recording: string, options: NexmarkRecordedSourceOptions = {}) {
    const pieces = (options.sharedMemory ?? new NodeSharedMemory()).published(recording);
    requireOption(pieces !== undefined, this.name, 'recording', recording, 'the name of events recorded in this process (millrace nexmark --source recorded)');
    this.#frames = new RecordedFrames(pieces!);
    this.#splits = options.splits;
  }

  createEnumerator(context: SplitEnumeratorContext<InterleavedSplit>, checkpoint: RemainingSplits<InterleavedSplit> | undefined): SplitEnumerator<InterleavedSplit, RemainingSplits<InterleavedSplit>> {
    return new StaticSplitEnumerator(context, checkpoint, () => interleavedSplits('nexmark-recorded', this.#splits ?? context.parallelism, BLOCK_FRAMES, this.#frames.count));
  }

  createReader(): NexmarkRecordedReader {
    return new NexmarkRecordedReader(this.#frames);
  }
}

class NexmarkRecordedReader extends InterleavedReader implements ColumnSourceReader<InterleavedSplit> {
  readonly kind = 'columns';
  readonly nextPollMs = Number.POSITIVE_INFINITY;
  splitId = '';
  readonly #frames: RecordedFrames;

  constructor(frames: RecordedFrames) {
    super();
    this.#frames = frames;
  }

  fill(batch: Batch): ReadStatus {
    batch.count = 0;
    const cursor = this.cursors.next();
    if (cursor !== undefined) {
      this.splitId = cursor.split.id;
      openFrame(batch, this.#frames.memory(cursor.position), this.#frames.base(cursor.position), SCHEMA);
      cursor.moveTo(cursor.position + 1);
    }
    return this.cursors.next() === undefined ? this.statusWithoutCursor : ReadStatus.MORE;
  }
}
