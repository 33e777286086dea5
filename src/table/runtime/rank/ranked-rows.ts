// The rows of a top-N's current key in their order: in the form that the backend keeps, or as the list that a value is. hot path.
import { keptRow, type RowView } from '#core/codegen/row-view';
import { Types, type TypeInformation } from '#core/types/type-information';
import type { ElementOrder, StateTtlConfig, ValueState } from '#state/keyed/keyed-state';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { OrderedRowsCell } from '#state/keyed/state-cells';
import { isOwnedInState } from '#table/runtime/owned-rows';
import type { TableRow } from '#table/runtime/row-kind';

export interface RankedRowsShape {
  readonly rowType: TypeInformation;
  readonly compare: (a: TableRow, b: TableRow) => number;
  /** Undefined where the order is by no number. */
  readonly order: ElementOrder | undefined;
  readonly equal: (a: TableRow, b: TableRow) => boolean;
  readonly ttl: StateTtlConfig | undefined;
}

export interface RankedRows {
  /** Before the rows of a key that became current are asked for. */
  begin(): void;
  /** When they have changed. */
  commit(): void;
  count(): number;
  at(index: number): TableRow;
  /** Where the row belongs: equal ones stay before it. */
  positionOf(row: TableRow): number;
  /** Where an equal row is, or -1. */
  indexOf(row: TableRow): number;
  insert(index: number, row: TableRow, view: RowView | undefined): void;
  remove(index: number): void;
}

export function createRankedRows(backend: KeyedStateBackend, name: string, { rowType, compare, order, equal, ttl }: RankedRowsShape): RankedRows {
  const state = backend.getState({ kind: 'value', name, type: Types.LIST(rowType), ttl, order, isOwned: isOwnedInState(rowType) }) as ValueState<TableRow[]>;
  return 'positionOf' in state ? new OrderedRankedRows(state as OrderedRowsCell<TableRow>, equal) : new ListedRankedRows(state, compare, equal);
}

class OrderedRankedRows implements RankedRows {
  readonly #cell: OrderedRowsCell<TableRow>;
  readonly #equal: (a: TableRow, b: TableRow) => boolean;

  constructor(cell: OrderedRowsCell<TableRow>, equal: (a: TableRow, b: TableRow) => boolean) {
    this.#cell = cell;
    this.#equal = equal;
  }

  begin(): void {}

  commit(): void {}

  count(): number {
    return this.#cell.count();
  }

  at(index: number): TableRow {
    return this.#cell.at(index);
  }

  positionOf(row: TableRow): number {
    return this.#cell.positionOf(row);
  }

  indexOf(row: TableRow): number {
    return this.#cell.indexOf(row, this.#equal);
  }

  insert(index: number, row: TableRow, view: RowView | undefined): void {
    this.#cell.insert(index, row, view);
  }

  remove(index: number): void {
    this.#cell.remove(index);
  }
}

class ListedRankedRows implements RankedRows {
  readonly #state: ValueState<TableRow[]>;
  readonly #compare: (a: TableRow, b: TableRow) => number;
  readonly #equal: (a: TableRow, b: TableRow) => boolean;
  #rows: TableRow[] = [];

  constructor(state: ValueState<TableRow[]>, compare: (a: TableRow, b: TableRow) => number, equal: (a: TableRow, b: TableRow) => boolean) {
    this.#state = state;
    this.#compare = compare;
    this.#equal = equal;
  }

  begin(): void {
    this.#rows = this.#state.value() ?? [];
  }

  commit(): void {
    if (this.#rows.length === 0) this.#state.clear();
    else this.#state.update(this.#rows);
  }

  count(): number {
    return this.#rows.length;
  }

  at(index: number): TableRow {
    return this.#rows[index]!;
  }

  positionOf(row: TableRow): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(this.#rows[middle]!, row) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  indexOf(row: TableRow): number {
    return this.#rows.findIndex((other) => this.#equal(other, row));
  }

  insert(index: number, row: TableRow): void {
    this.#rows.splice(index, 0, keptRow(row));
  }

  remove(index: number): void {
    this.#rows.splice(index, 1);
  }
}
