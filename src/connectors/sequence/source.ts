// Source of the whole numbers from … to, both ends in; each split is one range of them. Enumerator: JobMaster's thread;
// readers: slots.
import { requireOption } from '#connectors/errors';
import { SequenceSourceReader } from '#connectors/sequence/reader';
import { interleavedSplits, type InterleavedSplit } from '#connectors/splits/interleaved-range';
import { StaticSplitEnumerator, type RemainingSplits } from '#connectors/splits/static-split-enumerator';
import { Types } from '#core/types/type-information';
import type { Source, SplitEnumerator, SplitEnumeratorContext } from '#streaming/source/source';

export class SequenceSource implements Source<number, InterleavedSplit, RemainingSplits<InterleavedSplit>> {
  readonly name = 'Sequence Source';
  readonly boundedness = 'bounded';
  readonly producedType = Types.LONG;
  readonly from: number;
  readonly to: number;

  /** Throws CONNECTOR_OPTION_INVALID unless from <= to are exact integers. */
  constructor(from: number, to: number) {
    requireOption(Number.isSafeInteger(from), this.name, 'from', from, 'an exact integer');
    requireOption(Number.isSafeInteger(to) && to >= from && Number.isSafeInteger(to - from + 1), this.name, 'to', to, `an exact integer not below from (${from})`);
    this.from = from;
    this.to = to;
  }

  createEnumerator(context: SplitEnumeratorContext<InterleavedSplit>, checkpoint: RemainingSplits<InterleavedSplit> | undefined): SplitEnumerator<InterleavedSplit, RemainingSplits<InterleavedSplit>> {
    const count = this.to - this.from + 1;
    // One block per split, so a split is a contiguous range.
    return new StaticSplitEnumerator(context, checkpoint, () => interleavedSplits('sequence', context.parallelism, Math.ceil(count / context.parallelism), count));
  }

  createReader(): SequenceSourceReader {
    return new SequenceSourceReader(this.from);
  }
}
