// Source of the elements of an array of the program; one split, so one reader has them all, in order.
// Enumerator: JobMaster's thread; reader: slot.
import { CollectionSourceReader } from '#connectors/collection/reader';
import { interleavedSplits, type InterleavedSplit } from '#connectors/splits/interleaved-range';
import { StaticSplitEnumerator, type RemainingSplits } from '#connectors/splits/static-split-enumerator';
import type { TypeInformation } from '#core/types/type-information';
import type { Source, SplitEnumerator, SplitEnumeratorContext } from '#streaming/source/source';

export class CollectionSource<T> implements Source<T, InterleavedSplit, RemainingSplits<InterleavedSplit>> {
  readonly name = 'Collection Source';
  readonly boundedness = 'bounded';
  readonly producedType: TypeInformation<T> | undefined;
  readonly #values: readonly T[];

  /** The program is run again in each slot and must give the same values there. */
  constructor(values: readonly T[], type?: TypeInformation<T>) {
    this.#values = values;
    this.producedType = type;
  }

  createEnumerator(context: SplitEnumeratorContext<InterleavedSplit>, checkpoint: RemainingSplits<InterleavedSplit> | undefined): SplitEnumerator<InterleavedSplit, RemainingSplits<InterleavedSplit>> {
    const count = this.#values.length;
    return new StaticSplitEnumerator(context, checkpoint, () => interleavedSplits('collection', 1, Math.max(count, 1), count));
  }

  createReader(): CollectionSourceReader<T> {
    return new CollectionSourceReader(this.#values);
  }
}
