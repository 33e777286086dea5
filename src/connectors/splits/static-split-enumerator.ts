// Enumerator of sources whose splits are all known at the start: split i goes to reader i % parallelism when that
// reader registers, then no more come. Invariant: every split is either remaining here or with a reader.
// Thread: the JobMaster's.
import type { SplitEnumerator, SplitEnumeratorContext } from '#streaming/source/source';

export interface IndexedSplit {
  readonly id: string;
  readonly index: number;
}

/** Splits that no reader has got yet. */
export interface RemainingSplits<SplitT> {
  readonly remaining: readonly SplitT[];
}

export class StaticSplitEnumerator<SplitT extends IndexedSplit> implements SplitEnumerator<SplitT, RemainingSplits<SplitT>> {
  readonly #context: SplitEnumeratorContext<SplitT>;
  #remaining: SplitT[];

  /** @param checkpoint of an earlier attempt; without one, `createSplits` says what there is to read. */
  constructor(context: SplitEnumeratorContext<SplitT>, checkpoint: RemainingSplits<SplitT> | undefined, createSplits: () => readonly SplitT[]) {
    this.#context = context;
    this.#remaining = [...(checkpoint === undefined ? createSplits() : checkpoint.remaining)];
  }

  start(): void {}

  addReader(subtask: number): void {
    const isOwn = (split: SplitT): boolean => split.index % this.#context.parallelism === subtask;
    const own = this.#remaining.filter(isOwn);
    this.#remaining = this.#remaining.filter((split) => !isOwn(split));
    for (const split of own) this.#context.assignSplit(split, subtask);
    this.#context.signalNoMoreSplits(subtask);
  }

  handleSplitRequest(subtask: number): void {
    this.#context.signalNoMoreSplits(subtask);
  }

  addSplitsBack(splits: readonly SplitT[]): void {
    this.#remaining.push(...splits);
  }

  snapshot(): RemainingSplits<SplitT> {
    return { remaining: [...this.#remaining] };
  }

  close(): void {}
}
