// What a backend must store per key: a value, a list or a map. Every other state, and time to live, is built over these
// (build-state.ts). Invariant: what enters through an `...Owned` method is not shared with anyone and is kept as it is;
// through the others it is copied first. Thread: the slot's.
import type { RowView } from '#core/codegen/row-view';
import type { TypeInformation } from '#core/types/type-information';
import type { ElementOrder, ListState, MapState, ValueState } from '#state/keyed/keyed-state';

export interface ValueCell<T> extends ValueState<T> {
  updateOwned(value: T): void;
}

export interface ListCell<T> extends ListState<T> {
  addOwned(value: T): void;
  updateOwned(values: T[]): void;
}

/** A list of rows that takes them where they lie. */
export interface ViewListCell<T> extends ListCell<T> {
  /** Adds the row that the view stands at, which is added once. */
  addView(view: RowView): void;
  /** Id of the first row of the current key, or -1. */
  first(): number;
  /** Id of the row behind in its list, or -1. Whatever key is current. */
  next(id: number): number;
  /** The row: valid until another one of the state is asked for, since it may be one of a view. */
  at(id: number): T;
  /** The row as an object that may be kept. */
  read(id: number): T;
}

/** A value that is a list of rows in an order, of which rows come and go one by one. */
export interface OrderedRowsCell<T> extends ValueCell<T[]> {
  /** Rows of the current key. */
  count(): number;
  /** The row at a place of the current key's list, which nobody changes. */
  at(index: number): T;
  /** Where the row belongs: behind all that do not come after it. */
  positionOf(row: T): number;
  /** Where an equal row is, or -1. */
  indexOf(row: T, equal: (a: T, b: T) => boolean): number;
  /** @param view of the row, where it is one of a view. */
  insert(index: number, row: T, view?: RowView): void;
  remove(index: number): void;
}

export interface MapCell<K, V> extends MapState<K, V> {
  putOwned(key: K, value: V): void;
}

/** A value of a state with time to live, with the time of its last access that counts (epoch ms). */
export class TtlValue {
  readonly value: unknown;
  readonly lastAccessMs: number;

  constructor(value: unknown, lastAccessMs: number) {
    this.value = value;
    this.lastAccessMs = lastAccessMs;
  }
}

export interface CellSpecification {
  readonly name: string;
  /** What the value is to the state: `value`, `reduced`, `accumulator`, `element` or `mapValue`. A snapshot keeps it, so kinds are not mixed up. */
  readonly role: string;
  /** Of the value, element or map value; undefined = any. Never of the TtlValue around it. */
  readonly type: TypeInformation | undefined;
  /** Of a map's keys. */
  readonly keyType?: TypeInformation | undefined;
  /** Set when the cell holds TtlValues: these are dropped from snapshots this many ms after their last access. */
  readonly ttlMs: number | undefined;
  /** Nothing that enters is shared with anyone: it need not be copied. */
  readonly isOwned: boolean;
  /** Of a value that is a list. */
  readonly order?: ElementOrder | undefined;
}

/** Implemented by each backend. */
export interface CellFactory {
  createValueCell(specification: CellSpecification): ValueCell<any>; // any: the user's value type
  createListCell(specification: CellSpecification): ListCell<any>; // any: as above
  createMapCell(specification: CellSpecification): MapCell<any, any>; // any: as above
}
