// A table as it was at a cut for readers that need values of JavaScript: each row is saved before it is first written or
// handed out, and all others in row order, some at a time. What saving does (serialise) would have to be done on this thread
// anyway, so a row that is wanted early costs nothing more. Made in O(1). hot path while a snapshot runs. Thread: the
// slot's. Invariant: every row that was live at the cut is saved once, before it changes.
import type { Segment } from '#state/tables/memory-manager';
import type { RowColumns } from '#state/tables/row-columns';
import type { TableCut } from '#state/tables/table-cut';

/** Marks are made for this many rows at a time, where rows are saved out of turn. */
const MARKS_SHIFT = 13;
const MARKS_MASK = (1 << MARKS_SHIFT) - 1;
/** Rows saved between two looks at the clock: values may be large. */
const ROWS_PER_LOOK = 32;

export class RowByRowCut implements TableCut {
  readonly rowLimit: number;
  readonly #columns: RowColumns;
  readonly #save: (row: number) => void;
  /** Rows saved out of turn. */
  readonly #saved: (Uint8Array | undefined)[] = [];
  /** Rows below have been saved. */
  #cursor = 0;

  /** @param save is told each row that was live at the cut, while the table still holds it as it was. */
  constructor(columns: RowColumns, save: (row: number) => void) {
    this.rowLimit = columns.rowLimit;
    this.#columns = columns;
    this.#save = save;
    columns.startCut(this);
  }

  beforeWrite(row: number): void {
    if (row < this.#cursor) return;
    let marks = this.#saved[row >>> MARKS_SHIFT];
    if (marks === undefined) marks = this.#saved[row >>> MARKS_SHIFT] = new Uint8Array(1 << MARKS_SHIFT);
    if (marks[row & MARKS_MASK] !== 0) return;
    marks[row & MARKS_MASK] = 1;
    if (this.#columns.isLive(row)) this.#save(row);
  }

  beforeReuse(row: number): void {
    this.beforeWrite(row);
  }

  /** Saves rows in row order while `hasTime` holds, at least some. True when all are saved. */
  saveWhile(hasTime: () => boolean): boolean {
    const columns = this.#columns;
    do {
      const end = Math.min(this.rowLimit, this.#cursor + ROWS_PER_LOOK);
      for (let row = this.#cursor; row < end; row++) {
        if (columns.isLive(row) && !this.#isSaved(row)) this.#save(row);
        this.#cursor = row + 1;
      }
    } while (this.#cursor < this.rowLimit && hasTime());
    if (this.#cursor < this.rowLimit) return false;
    columns.endCut(this);
    return true;
  }

  keepMoved(): boolean {
    return false;
  }

  /** Rows of a cleared table have to be saved at once; tables that are cleared often are replaced instead. */
  keepCleared(_segments: readonly Segment[]): boolean {
    this.saveWhile(() => true);
    return false;
  }

  /** Nothing is saved any more. Idempotent. */
  abort(): void {
    this.#cursor = this.rowLimit;
    this.#columns.endCut(this);
  }

  #isSaved(row: number): boolean {
    const marks = this.#saved[row >>> MARKS_SHIFT];
    return marks !== undefined && marks[row & MARKS_MASK] !== 0;
  }
}
