// List state of an operator: a JS array of values it owns. Thread: the slot's.
import type { ListState } from '#state/keyed/keyed-state';
import type { ValueCopier } from '#state/keyed/value-copier';

export class OperatorList<T> implements ListState<T> {
  readonly #copy: ValueCopier;
  #values: T[] = [];

  constructor(copy: ValueCopier) {
    this.#copy = copy;
  }

  /** The stored list itself: it changes with the state. */
  get(): readonly T[] {
    return this.#values;
  }

  add(value: T): void {
    this.#values.push(this.#copy(value) as T);
  }

  addAll(values: readonly T[]): void {
    for (const value of values) this.add(value);
  }

  update(values: readonly T[]): void {
    this.#values = values.map((value) => this.#copy(value) as T);
  }

  clear(): void {
    this.#values = [];
  }
}
