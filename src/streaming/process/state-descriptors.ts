// Flink's state descriptors as classes: the name under which a user function's state lives, its type and defaults.
// Each is a StateDescriptor (plain data) whose type parameter says what `getState` and its siblings return.
import type { TypeInformation } from '#core/types/type-information';
import type { AggregateFunction, StateTtlConfig } from '#state/keyed/keyed-state';

/** Part that all descriptors share; `name` is unique within the operator. */
class NamedState {
  readonly name: string;
  declare readonly ttl?: StateTtlConfig;

  constructor(name: string) {
    this.name = name;
  }

  /** Sets the time to live, in processing time; call before the state is first asked for. */
  enableTimeToLive(ttl: StateTtlConfig): this {
    (this as { ttl?: StateTtlConfig }).ttl = ttl;
    return this;
  }
}

export class ValueStateDescriptor<T> extends NamedState {
  readonly kind = 'value';
  declare readonly type?: TypeInformation<T>;
  /** What `value()` gives before the first update; null without it. */
  declare readonly defaultValue?: T;

  constructor(name: string, type?: TypeInformation<T>, defaultValue?: T) {
    super(name);
    if (type !== undefined) this.type = type;
    if (defaultValue !== undefined) this.defaultValue = defaultValue;
  }
}

export class ListStateDescriptor<T> extends NamedState {
  readonly kind = 'list';
  /** Of one element. */
  declare readonly type?: TypeInformation<T>;

  constructor(name: string, type?: TypeInformation<T>) {
    super(name);
    if (type !== undefined) this.type = type;
  }
}

export class MapStateDescriptor<K, V> extends NamedState {
  readonly kind = 'map';
  declare readonly keyType?: TypeInformation<K>;
  /** Of a value of the map. */
  declare readonly type?: TypeInformation<V>;

  constructor(name: string, keyType?: TypeInformation<K>, valueType?: TypeInformation<V>) {
    super(name);
    if (keyType !== undefined) this.keyType = keyType;
    if (valueType !== undefined) this.type = valueType;
  }
}

export class ReducingStateDescriptor<T> extends NamedState {
  readonly kind = 'reducing';
  readonly reduce: (a: T, b: T) => T;
  declare readonly type?: TypeInformation<T>;

  constructor(name: string, reduce: (a: T, b: T) => T, type?: TypeInformation<T>) {
    super(name);
    this.reduce = reduce;
    if (type !== undefined) this.type = type;
  }
}

export class AggregatingStateDescriptor<IN, ACC, OUT> extends NamedState {
  readonly kind = 'aggregating';
  readonly aggregate: AggregateFunction<IN, ACC, OUT>;
  /** Of the accumulator. */
  declare readonly type?: TypeInformation<ACC>;

  constructor(name: string, aggregate: AggregateFunction<IN, ACC, OUT>, accumulatorType?: TypeInformation<ACC>) {
    super(name);
    this.aggregate = aggregate;
    const type = accumulatorType ?? aggregate.accumulatorType;
    if (type !== undefined) this.type = type;
  }
}
