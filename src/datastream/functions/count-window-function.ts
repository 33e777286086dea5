// One count window per key at a time. Invariant: 0 <= count < size between elements; the accumulator is there when count > 0.
import { Types, type TypeInformation } from '#core/types/type-information';
import type { ValueState } from '#state/keyed/keyed-state';
import { KeyedProcessFunction, type Collector, type KeyedProcessContext } from '#streaming/process/process-functions';
import type { RuntimeContext } from '#streaming/process/runtime-context';
import { ValueStateDescriptor } from '#streaming/process/state-descriptors';

export interface CountWindowDefinition<T, ACC, R> {
  readonly size: number;
  /** Accumulator null = the window's first record. */
  readonly add: (value: T, accumulator: ACC | null) => ACC;
  readonly finish: (accumulator: ACC) => R;
  readonly accumulatorType: TypeInformation<ACC> | undefined;
}

export class CountWindowFunction<K, T, ACC, R> extends KeyedProcessFunction<K, T, R> {
  readonly #definition: CountWindowDefinition<T, ACC, R>;
  #count!: ValueState<number>;
  #accumulator!: ValueState<ACC>;

  constructor(definition: CountWindowDefinition<T, ACC, R>) {
    super();
    this.#definition = definition;
  }

  override open(context: RuntimeContext): void {
    this.#count = context.getState(new ValueStateDescriptor('count', Types.LONG));
    this.#accumulator = context.getState(new ValueStateDescriptor('window-contents', this.#definition.accumulatorType));
  }

  processElement(value: T, _context: KeyedProcessContext<K>, out: Collector<R>): void {
    const { size, add, finish } = this.#definition;
    const accumulator = add(value, this.#accumulator.value());
    const count = (this.#count.value() ?? 0) + 1;
    if (count < size) {
      this.#accumulator.update(accumulator);
      this.#count.update(count);
      return;
    }
    this.#accumulator.clear();
    this.#count.clear();
    out.collect(finish(accumulator));
  }
}
