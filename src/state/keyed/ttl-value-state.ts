// Value cell with time to live over a value cell of TtlValues. Thread: the slot's.
import type { TtlValue, ValueCell } from '#state/keyed/state-cells';
import type { TtlPolicy } from '#state/keyed/ttl-policy';
import type { ValueCopier } from '#state/keyed/value-copier';

export class TtlValueState<T> implements ValueCell<T> {
  readonly #cell: ValueCell<TtlValue>;
  readonly #policy: TtlPolicy;
  readonly #copy: ValueCopier;

  constructor(cell: ValueCell<TtlValue>, policy: TtlPolicy, copy: ValueCopier) {
    this.#cell = cell;
    this.#policy = policy;
    this.#copy = copy;
  }

  value(): T | null {
    const stored = this.#cell.value();
    if (stored === null) return null;
    if (this.#policy.isExpired(stored, this.#policy.nowMs())) {
      this.#cell.clear();
      return this.#policy.isExpiredVisible ? (stored.value as T) : null;
    }
    if (this.#policy.isRefreshedByReads) this.#cell.updateOwned(this.#policy.stamp(stored.value));
    return stored.value as T;
  }

  update(value: T | null): void {
    if (value === null) this.#cell.clear();
    else this.updateOwned(this.#copy(value) as T);
  }

  updateOwned(value: T): void {
    this.#cell.updateOwned(this.#policy.stamp(value));
  }

  clear(): void {
    this.#cell.clear();
  }
}
