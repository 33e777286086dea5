// Aggregating state over a value cell that holds the accumulator, for every backend. The accumulator belongs to the
// state and may be changed in place by `add`. An input is not copied, as in Flink: an accumulator that keeps its inputs
// as they are shares them with the stream. Thread: the slot's.
import type { AggregateFunction, AggregatingState } from '#state/keyed/keyed-state';
import type { ValueCell } from '#state/keyed/state-cells';

export class AggregatingOverValue<IN, ACC, OUT> implements AggregatingState<IN, OUT> {
  readonly #cell: ValueCell<ACC>;
  readonly #aggregate: AggregateFunction<IN, ACC, OUT>;

  constructor(cell: ValueCell<ACC>, aggregate: AggregateFunction<IN, ACC, OUT>) {
    this.#cell = cell;
    this.#aggregate = aggregate;
  }

  get(): OUT | null {
    const accumulator = this.#cell.value();
    return accumulator === null ? null : this.#aggregate.getResult(accumulator);
  }

  add(value: IN): void {
    const accumulator = this.#cell.value() ?? this.#aggregate.createAccumulator();
    this.#cell.updateOwned(this.#aggregate.add(value, accumulator));
  }

  clear(): void {
    this.#cell.clear();
  }
}
