// What readers of splits have in common that read one after the other, or each in its own way: the names of splits, those that have
// been read, and whether more will come. Thread: the slot's.

export abstract class SplitReader<SplitT extends { readonly id: string }> {
  /** No split will be assigned any more. */
  protected isLastSplitKnown = false;
  #finished: string[] = [];

  start(): void {}

  notifyNoMoreSplits(): void {
    this.isLastSplitKnown = true;
  }

  splitIdOf(split: SplitT): string {
    return split.id;
  }

  takeFinishedSplits(): readonly string[] {
    const finished = this.#finished;
    this.#finished = [];
    return finished;
  }

  protected markFinished(split: SplitT): void {
    this.#finished.push(split.id);
  }
}
