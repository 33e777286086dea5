// The rows that one side of a join keeps per join key, in the form that what is known of the side allows: a list where rows are only
// added, one row or a map of rows where unique keys are known, else rows with how often they occur. Rows of outer sides carry how many
// rows of the other side they meet. Invariant: after every call the state is written; rows handed out are not changed, and of rows of a view copies are kept.
import { keptRow, type RowView } from '#core/codegen/row-view';
import { type TypeInformation, Types } from '#core/types/type-information';
import type { ListState, MapState, StateTtlConfig, ValueState } from '#state/keyed/keyed-state';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { ViewListCell } from '#state/keyed/state-cells';
import { isOwnedInState } from '#table/runtime/owned-rows';
import type { TableRow } from '#table/runtime/row-kind';

/** What is known of a side. */
export interface JoinSideShape {
  readonly rowType: TypeInformation;
  /** `list`: no row is ever taken back. `unique`: the join key holds a unique key. `by-key`: a unique key beside it. */
  readonly form: 'list' | 'unique' | 'by-key' | 'bag';
  /** For `by-key`: the unique key of a row. */
  readonly uniqueKey?: { readonly selector: (row: TableRow) => unknown; readonly type: TypeInformation };
  /** Rows are counted against the other side: outer, semi and anti joins. */
  readonly hasMeetings: boolean;
  readonly ttl?: StateTtlConfig | undefined;
}

export interface JoinRow {
  readonly row: TableRow;
  /** How many rows of the other side it meets; 0 where that is not counted. */
  readonly meetings: number;
}

export interface JoinRows {
  /** Set where rows can be read one by one as they lie in state. */
  readonly archived: ViewListCell<TableRow> | undefined;
  /** Every row of the current key, as often as it occurs. */
  rows(): Iterable<JoinRow>;
  /** The same without their meetings. */
  list(): readonly TableRow[];
  /** @param view of the row, where it is one of a view. */
  add(row: TableRow, meetings: number, view?: RowView): void;
  /** Takes one such row away, if it is there. */
  remove(row: TableRow): void;
  /** All occurrences of a row that is there. */
  setMeetings(row: TableRow, meetings: number): void;
  /** Calls `visit` with every key that has rows, current. */
  forEachKey(backend: KeyedStateBackend, visit: () => void): void;
}

export function createListedRows(backend: KeyedStateBackend, name: string, shape: Pick<JoinSideShape, 'rowType' | 'ttl'>): ListedRows {
  return new ListedRows(backend.getState({ kind: 'list', name, type: shape.rowType, ...sharedOptions(shape) }) as ListState<TableRow>, name);
}

function sharedOptions({ rowType, ttl }: Pick<JoinSideShape, 'rowType' | 'ttl'>): { readonly isOwned: boolean; readonly ttl?: StateTtlConfig } {
  return { isOwned: isOwnedInState(rowType), ...(ttl === undefined ? {} : { ttl }) };
}

export function createJoinRows(backend: KeyedStateBackend, name: string, shape: JoinSideShape): JoinRows {
  const entryType: TypeInformation = Types.ROW({ row: shape.rowType, meetings: Types.INT, count: Types.INT });
  const shared = sharedOptions(shape);
  switch (shape.form) {
    case 'list': return createListedRows(backend, name, shape);
    case 'unique': return new SingleRow(backend.getState({ kind: 'value', name, type: entryType, ...shared }) as ValueState<Entry>, name);
    case 'by-key': return new MappedRows(backend.getState({ kind: 'map', name, keyType: shape.uniqueKey!.type, type: entryType, ...shared }) as MapState<unknown, Entry>, name, shape.uniqueKey!.selector);
    case 'bag': return new MappedRows(backend.getState({ kind: 'map', name, keyType: shape.rowType, type: entryType, ...shared }) as MapState<unknown, Entry>, name, undefined);
  }
}

const NO_ROWS: readonly never[] = Object.freeze([]);

interface Entry extends JoinRow {
  readonly count: number;
}

/** Rows that are only added, or replaced all at once. */
export class ListedRows implements JoinRows {
  readonly archived: ViewListCell<TableRow> | undefined;
  readonly #state: ListState<TableRow>;
  readonly #name: string;

  constructor(state: ListState<TableRow>, name: string) {
    this.#state = state;
    this.archived = 'addView' in state ? (state as ViewListCell<TableRow>) : undefined;
    this.#name = name;
  }

  *rows(): Iterable<JoinRow> {
    for (const row of this.#state.get()) yield { row, meetings: 0 };
  }

  list(): readonly TableRow[] {
    return this.#state.get();
  }

  /** @param rows that `list` gave. */
  keepOnly(rows: readonly TableRow[]): void {
    if (rows.length === 0) this.#state.clear();
    else this.#state.update([...rows]);
  }

  add(row: TableRow, _meetings: number, view: RowView | undefined): void {
    if (view === undefined || this.archived === undefined) this.#state.add(keptRow(row));
    else this.archived.addView(view);
  }

  remove(): void {}

  setMeetings(): void {}

  forEachKey(backend: KeyedStateBackend, visit: () => void): void {
    backend.applyToKeys(this.#name, visit);
  }
}

class SingleRow implements JoinRows {
  readonly archived = undefined;
  readonly #state: ValueState<Entry>;
  readonly #name: string;

  constructor(state: ValueState<Entry>, name: string) {
    this.#state = state;
    this.#name = name;
  }

  rows(): Iterable<JoinRow> {
    const entry = this.#state.value();
    return entry === null ? NO_ROWS : [entry];
  }

  list(): readonly TableRow[] {
    const entry = this.#state.value();
    return entry === null ? NO_ROWS : [entry.row];
  }

  add(row: TableRow, meetings: number): void {
    this.#state.update({ row: keptRow(row), meetings, count: 1 });
  }

  remove(): void {
    this.#state.clear();
  }

  setMeetings(row: TableRow, meetings: number): void {
    this.#state.update({ row, meetings, count: 1 });
  }

  forEachKey(backend: KeyedStateBackend, visit: () => void): void {
    backend.applyToKeys(this.#name, visit);
  }
}

class MappedRows implements JoinRows {
  readonly archived = undefined;
  readonly #state: MapState<unknown, Entry>;
  readonly #name: string;
  /** Undefined: the row is its own key and may occur several times. */
  readonly #keyOf: ((row: TableRow) => unknown) | undefined;

  constructor(state: MapState<unknown, Entry>, name: string, keyOf: ((row: TableRow) => unknown) | undefined) {
    this.#state = state;
    this.#name = name;
    this.#keyOf = keyOf;
  }

  *rows(): Iterable<JoinRow> {
    for (const entry of [...this.#state.values()]) for (let i = 0; i < entry.count; i++) yield entry;
  }

  list(): readonly TableRow[] {
    let rows: TableRow[] | undefined;
    for (const { row, count } of this.#state.values()) for (let i = 0; i < count; i++) (rows ??= []).push(row);
    return rows ?? NO_ROWS;
  }

  add(added: TableRow, meetings: number): void {
    const row = keptRow(added);
    const key = this.#key(row);
    const count = this.#keyOf === undefined ? (this.#state.get(key)?.count ?? 0) : 0;
    this.#state.put(key, { row, meetings, count: count + 1 });
  }

  remove(row: TableRow): void {
    const key = this.#key(row);
    const entry = this.#state.get(key);
    if (entry === null) return;
    if (entry.count > 1) this.#state.put(key, { ...entry, count: entry.count - 1 });
    else this.#state.remove(key);
  }

  setMeetings(row: TableRow, meetings: number): void {
    const key = this.#key(row);
    const entry = this.#state.get(key);
    if (entry !== null) this.#state.put(key, { ...entry, meetings });
  }

  forEachKey(backend: KeyedStateBackend, visit: () => void): void {
    backend.applyToKeys(this.#name, visit);
  }

  #key(row: TableRow): unknown {
    return this.#keyOf === undefined ? row : this.#keyOf(row);
  }
}
