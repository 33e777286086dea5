// The rows that a query has at this moment: changes applied, in the order in which rows came. Rows are a bag: of equal ones the
// oldest goes first.
import type { ResultRow } from '#table/api/table-result';
import { RowKind } from '#table/runtime/row-kind';
import type { RowType } from '#table/types/logical-type';
import { jsonOfValue } from '#table/values/json-value';

export class MaterializedRows {
  readonly #rowType: RowType;
  readonly #places = new Map<string, number[]>();
  /** By place, so in order. */
  readonly #rows = new Map<number, readonly unknown[]>();
  #next = 0;

  constructor(rowType: RowType) {
    this.#rowType = rowType;
  }

  get count(): number {
    return this.#rows.size;
  }

  apply({ kind, values }: ResultRow): void {
    const key = JSON.stringify(values.map((value, index) => jsonOfValue(this.#rowType.fields[index]!.type, value)));
    const places = this.#places.get(key);
    if (kind === RowKind.INSERT || kind === RowKind.UPDATE_AFTER) {
      const place = this.#next++;
      if (places === undefined) this.#places.set(key, [place]);
      else places.push(place);
      this.#rows.set(place, values);
      return;
    }
    const place = places?.shift();
    if (place === undefined) return;
    this.#rows.delete(place);
    if (places!.length === 0) this.#places.delete(key);
  }

  /** The oldest row goes, when there are more than are kept. */
  dropOldest(): void {
    const [first] = this.#rows;
    if (first !== undefined) this.apply({ kind: RowKind.DELETE, values: first[1] });
  }

  /** Oldest first. */
  rows(): IterableIterator<readonly unknown[]> {
    return this.#rows.values();
  }

  /** At most `count` of the newest, oldest first. */
  newest(count: number): readonly (readonly unknown[])[] {
    return [...this.#rows.values()].slice(-count);
  }
}
