// Value state whose descriptor has a default: a key without a value reads a fresh copy of it. Thread: the slot's.
import type { ValueState } from '#state/keyed/keyed-state';
import type { ValueCopier } from '#state/keyed/value-copier';

export class ValueWithDefault<T> implements ValueState<T> {
  readonly #inner: ValueState<T>;
  readonly #defaultValue: T;
  readonly #copy: ValueCopier;

  constructor(inner: ValueState<T>, defaultValue: T, copy: ValueCopier) {
    this.#inner = inner;
    this.#defaultValue = defaultValue;
    this.#copy = copy;
  }

  value(): T | null {
    return this.#inner.value() ?? (this.#copy(this.#defaultValue) as T);
  }

  update(value: T | null): void {
    this.#inner.update(value);
  }

  clear(): void {
    this.#inner.clear();
  }
}
