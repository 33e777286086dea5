// Source of records made by a user's function of the record's index, so that reading again gives the same records.
// Enumerator: JobMaster's thread; readers: slots.
import { requireOption } from '#connectors/errors';
import { DataGeneratorReader } from '#connectors/datagen/reader';
import type { DataGeneratorOptions } from '#connectors/datagen/options';
import { interleavedSplits, type InterleavedSplit } from '#connectors/splits/interleaved-range';
import { StaticSplitEnumerator, type RemainingSplits } from '#connectors/splits/static-split-enumerator';
import type { TypeInformation } from '#core/types/type-information';
import type { Boundedness, Source, SourceReaderContext, SplitEnumerator, SplitEnumeratorContext } from '#streaming/source/source';

/** Indexes that stay together in one split. */
const BLOCK_RECORDS = 100;

export class DataGeneratorSource<T> implements Source<T, InterleavedSplit, RemainingSplits<InterleavedSplit>> {
  readonly name = 'Data Generator Source';
  readonly boundedness: Boundedness;
  readonly producedType: TypeInformation<T> | undefined;
  readonly #generate: (index: number) => T;
  readonly #count: number;
  readonly #ratePerSecond: number;

  /** @param generate makes record `index`, 0 <= index < count. @param count Infinity for an endless stream. */
  constructor(generate: (index: number) => T, count: number, options: DataGeneratorOptions<T> = {}) {
    requireOption(count === Number.POSITIVE_INFINITY || (Number.isSafeInteger(count) && count >= 0), this.name, 'count', count, 'an integer not below 0, or Infinity');
    this.#ratePerSecond = options.ratePerSecond ?? Number.POSITIVE_INFINITY;
    requireOption(this.#ratePerSecond > 0, this.name, 'ratePerSecond', options.ratePerSecond, 'a number above 0');
    this.#generate = generate;
    this.#count = count;
    this.producedType = options.type;
    this.boundedness = count === Number.POSITIVE_INFINITY ? 'continuous-unbounded' : 'bounded';
  }

  createEnumerator(context: SplitEnumeratorContext<InterleavedSplit>, checkpoint: RemainingSplits<InterleavedSplit> | undefined): SplitEnumerator<InterleavedSplit, RemainingSplits<InterleavedSplit>> {
    const end = this.#count === Number.POSITIVE_INFINITY ? null : this.#count;
    return new StaticSplitEnumerator(context, checkpoint, () => interleavedSplits('datagen', context.parallelism, BLOCK_RECORDS, end));
  }

  createReader(context: SourceReaderContext): DataGeneratorReader<T> {
    return new DataGeneratorReader(context, this.#generate, this.#ratePerSecond / context.parallelism);
  }
}
