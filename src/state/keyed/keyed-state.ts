// Keyed state as operators and user functions see it: the narrow interfaces of both backends. Per-key access here;
// window and SQL operators use the tables of state/tables through their batch access.
// Thread: the slot's. A value handed out may be mutated only if object reuse is safe for the backend (it is not on heap).
import type { TypeInformation } from '#core/types/type-information';

export type StateKind = 'value' | 'list' | 'map' | 'reducing' | 'aggregating';

/** Time to live, processing time only, as Flink's StateTtlConfig. */
export interface StateTtlConfig {
  readonly ttlMs: number;
  readonly update: 'on-create-and-write' | 'on-read-and-write';
  readonly visibility: 'never-return-expired' | 'return-expired-if-not-cleaned-up';
}

/** The order of the elements of a value that is a list: by a number each, and where equal numbers do not say enough, by comparison. */
export interface ElementOrder<T = any> { // any: rows of every relation
  /** Ascending in the order of the elements; never NaN. */
  numberOf(element: T): number;
  /** Whether elements of the same such number are equal to the order. */
  isDecidedBy(number: number): boolean;
  /** Negative where `a` comes first. */
  compare(a: T, b: T): number;
}

interface DescriptorBase {
  readonly name: string;
  readonly ttl?: StateTtlConfig | undefined;
  /** What enters the state is shared with nobody and of its type, so that it is kept as it is: for operators of the engine's own. */
  readonly isOwned?: boolean;
}

/**
 * `type` undefined means ANY: the value lives as a JS object on heap and as msgpackr bytes in snapshots.
 * `order` of an owned value that is a list: a backend may give an OrderedRowsCell, whose elements are put in and taken out one by one.
 */
export type StateDescriptor =
  | (DescriptorBase & { readonly kind: 'value'; readonly type?: TypeInformation; readonly defaultValue?: unknown; readonly order?: ElementOrder | undefined })
  | (DescriptorBase & { readonly kind: 'list'; readonly type?: TypeInformation })
  | (DescriptorBase & { readonly kind: 'map'; readonly keyType?: TypeInformation; readonly type?: TypeInformation })
  | (DescriptorBase & { readonly kind: 'reducing'; readonly type?: TypeInformation; readonly reduce: (a: any, b: any) => any }) // any: user's value type
  | (DescriptorBase & { readonly kind: 'aggregating'; readonly type?: TypeInformation; readonly aggregate: AggregateFunction<any, any, any> }); // any: user's types

/** Flink's AggregateFunction. `merge` is needed only where accumulators meet: session windows and shared slices. */
export interface AggregateFunction<IN, ACC, OUT> {
  createAccumulator(): ACC;
  add(value: IN, accumulator: ACC): ACC;
  getResult(accumulator: ACC): OUT;
  merge?(a: ACC, b: ACC): ACC;
  /** Declared type of the accumulator; undeclared accumulators live as JS values. */
  readonly accumulatorType?: TypeInformation<ACC>;
  readonly resultType?: TypeInformation<OUT>;
}

export interface ValueState<T> {
  /** The value of the current key, the descriptor's default, or null. */
  value(): T | null;
  update(value: T | null): void;
  clear(): void;
}

export interface ListState<T> {
  get(): readonly T[];
  add(value: T): void;
  addAll(values: readonly T[]): void;
  update(values: readonly T[]): void;
  clear(): void;
}

export interface MapState<K, V> {
  get(key: K): V | null;
  put(key: K, value: V): void;
  remove(key: K): void;
  has(key: K): boolean;
  entries(): IterableIterator<[K, V]>;
  keys(): IterableIterator<K>;
  values(): IterableIterator<V>;
  isEmpty(): boolean;
  clear(): void;
}

export interface ReducingState<T> {
  get(): T | null;
  add(value: T): void;
  clear(): void;
}

export interface AggregatingState<IN, OUT> {
  get(): OUT | null;
  add(value: IN): void;
  clear(): void;
}

export type AnyState = ValueState<any> | ListState<any> | MapState<any, any> | ReducingState<any> | AggregatingState<any, any>; // any: one of the user's states

/** Key groups of a subtask, both ends included. */
export interface KeyGroupRange {
  readonly start: number;
  readonly end: number;
}
