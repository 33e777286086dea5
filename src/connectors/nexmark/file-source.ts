// Source of recorded Nexmark events: one JSON object a line (events.ndjson, plain or gzip). The lines go round the splits
// in blocks, so every split is in order of event time and all advance together; each reader passes over the others' lines.
import { MalformedRecords, checkOnMalformed, type OnMalformed } from '#connectors/files/malformed-records';
import { NEXMARK_EVENT, type NexmarkEvent } from '#connectors/nexmark/event';
import { NexmarkFileReader } from '#connectors/nexmark/file-reader';
import { requireOption } from '#connectors/errors';
import { interleavedSplits, type InterleavedSplit } from '#connectors/splits/interleaved-range';
import { StaticSplitEnumerator, type RemainingSplits } from '#connectors/splits/static-split-enumerator';
import type { Source, SourceReaderContext, SplitEnumerator, SplitEnumeratorContext } from '#streaming/source/source';

export interface NexmarkFileSourceOptions {
  readonly onMalformed?: OnMalformed;
  /** Lines per block. Default 500. */
  readonly blockLines?: number;
  /** Into how many splits the file goes, each for one subtask. Default: the parallelism. With 1, rows keep the order of the file. */
  readonly splits?: number;
}

export class NexmarkFileSource implements Source<NexmarkEvent, InterleavedSplit, RemainingSplits<InterleavedSplit>> {
  readonly name = 'Nexmark File Source';
  readonly boundedness = 'bounded';
  readonly producedType = NEXMARK_EVENT;
  readonly path: string;
  readonly #onMalformed: OnMalformed;
  readonly #blockLines: number;
  readonly #splits: number | undefined;

  constructor(path: string, options: NexmarkFileSourceOptions = {}) {
    this.path = path;
    this.#onMalformed = checkOnMalformed(this.name, options.onMalformed);
    this.#blockLines = options.blockLines ?? 500;
    this.#splits = options.splits;
    requireOption(Number.isInteger(this.#blockLines) && this.#blockLines > 0, this.name, 'blockLines', this.#blockLines, 'a positive integer');
    requireOption(options.splits === undefined || (Number.isInteger(options.splits) && options.splits > 0), this.name, 'splits', options.splits, 'a positive integer');
  }

  /** Throws PlatformError FILE_NOT_FOUND when the job starts and there is no such file. */
  createEnumerator(context: SplitEnumeratorContext<InterleavedSplit>, checkpoint: RemainingSplits<InterleavedSplit> | undefined): SplitEnumerator<InterleavedSplit, RemainingSplits<InterleavedSplit>> {
    context.files.sizeSync(this.path);
    return new StaticSplitEnumerator(context, checkpoint, () => interleavedSplits('nexmark-file', this.#splits ?? context.parallelism, this.#blockLines, null));
  }

  createReader(context: SourceReaderContext): NexmarkFileReader {
    return new NexmarkFileReader(context.files, this.path, new MalformedRecords(this.#onMalformed, (metric, by) => context.count(metric, by)));
  }
}
