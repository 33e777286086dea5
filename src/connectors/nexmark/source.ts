// Source of generated Nexmark events. Events are a pure function of seed and number, so a split is a position and
// reading again gives the same events. Enumerator: JobMaster's thread; readers: slots.
import { NexmarkSourceReader } from '#connectors/nexmark/reader';
import { resolveNexmarkOptions, type NexmarkConfig, type NexmarkSourceOptions } from '#connectors/nexmark/options';
import { columnsRead, projectedEventType } from '#connectors/nexmark/projection';
import type { NexmarkEvent } from '#connectors/nexmark/event';
import { interleavedSplits, type InterleavedSplit } from '#connectors/splits/interleaved-range';
import { StaticSplitEnumerator, type RemainingSplits } from '#connectors/splits/static-split-enumerator';
import type { FieldTree } from '#core/codegen/field-tree';
import type { TypeInformation } from '#core/types/type-information';
import type { Boundedness, Source, SplitEnumerator, SplitEnumeratorContext } from '#streaming/source/source';

export class NexmarkSource implements Source<NexmarkEvent, InterleavedSplit, RemainingSplits<InterleavedSplit>> {
  readonly name = 'Nexmark Source';
  readonly boundedness: Boundedness;
  /** NEXMARK_EVENT, or, with `columns`, the same record without the others. */
  readonly producedType: TypeInformation<NexmarkEvent>;
  readonly config: NexmarkConfig;
  readonly #options: NexmarkSourceOptions;

  /** Throws CONNECTOR_OPTION_INVALID. */
  constructor(options: NexmarkSourceOptions = {}) {
    this.#options = options;
    this.config = resolveNexmarkOptions(options);
    this.producedType = projectedEventType(options.columns);
    this.boundedness = this.config.events === Number.POSITIVE_INFINITY ? 'continuous-unbounded' : 'bounded';
  }

  createEnumerator(context: SplitEnumeratorContext<InterleavedSplit>, checkpoint: RemainingSplits<InterleavedSplit> | undefined): SplitEnumerator<InterleavedSplit, RemainingSplits<InterleavedSplit>> {
    const { events, blockEvents } = this.config;
    const end = events === Number.POSITIVE_INFINITY ? null : events;
    return new StaticSplitEnumerator(context, checkpoint, () => interleavedSplits('nexmark', context.parallelism, blockEvents, end));
  }

  createReader(): NexmarkSourceReader {
    return new NexmarkSourceReader(this.config, this.producedType);
  }

  narrowedTo(reads: FieldTree): NexmarkSource {
    if (this.#options.isPushDown !== true || this.#options.columns !== undefined) return this;
    const columns = columnsRead(reads);
    return columns === undefined ? this : new NexmarkSource({ ...this.#options, columns });
  }
}
