// Reducing state over a value cell, for every backend. The value added is copied, so what the reduce function returns is
// made of things the state owns and enters without another copy. Thread: the slot's.
import type { ReducingState } from '#state/keyed/keyed-state';
import type { ValueCell } from '#state/keyed/state-cells';
import type { ValueCopier } from '#state/keyed/value-copier';

export class ReducingOverValue<T> implements ReducingState<T> {
  readonly #cell: ValueCell<T>;
  readonly #reduce: (a: T, b: T) => T;
  readonly #copy: ValueCopier;

  constructor(cell: ValueCell<T>, reduce: (a: T, b: T) => T, copy: ValueCopier) {
    this.#cell = cell;
    this.#reduce = reduce;
    this.#copy = copy;
  }

  get(): T | null {
    return this.#cell.value();
  }

  add(value: T): void {
    const current = this.#cell.value();
    const added = this.#copy(value) as T;
    this.#cell.updateOwned(current === null ? added : this.#reduce(current, added));
  }

  clear(): void {
    this.#cell.clear();
  }
}
