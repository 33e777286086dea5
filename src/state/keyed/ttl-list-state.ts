// List cell with a time to live per element over a list cell of TtlValues. Thread: the slot's.
import type { ListCell, TtlValue } from '#state/keyed/state-cells';
import type { TtlPolicy } from '#state/keyed/ttl-policy';
import type { ValueCopier } from '#state/keyed/value-copier';

export class TtlListState<T> implements ListCell<T> {
  readonly #cell: ListCell<TtlValue>;
  readonly #policy: TtlPolicy;
  readonly #copy: ValueCopier;

  constructor(cell: ListCell<TtlValue>, policy: TtlPolicy, copy: ValueCopier) {
    this.#cell = cell;
    this.#policy = policy;
    this.#copy = copy;
  }

  /** A fresh array; drops what has expired. */
  get(): readonly T[] {
    const stored = this.#cell.get();
    const nowMs = this.#policy.nowMs();
    const live = stored.filter((element) => !this.#policy.isExpired(element, nowMs));
    const visible = this.#policy.isExpiredVisible ? stored : live;
    const values = visible.map((element) => element.value as T);
    if (this.#policy.isRefreshedByReads && live.length > 0) this.#cell.updateOwned(live.map((element) => this.#policy.stamp(element.value)));
    else if (live.length < stored.length) this.#cell.updateOwned(live);
    return values;
  }

  add(value: T): void {
    this.addOwned(this.#copy(value) as T);
  }

  addOwned(value: T): void {
    this.#cell.addOwned(this.#policy.stamp(value));
  }

  addAll(values: readonly T[]): void {
    for (const value of values) this.add(value);
  }

  update(values: readonly T[]): void {
    this.updateOwned(values.map((value) => this.#copy(value) as T));
  }

  updateOwned(values: T[]): void {
    this.#cell.updateOwned(values.map((value) => this.#policy.stamp(value)));
  }

  clear(): void {
    this.#cell.clear();
  }
}
