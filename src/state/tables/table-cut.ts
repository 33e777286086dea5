// What a table tells whoever reads it as it was at a cut while it goes on changing. A table has at most one cut; while it
// has none, nothing is told and nothing is paid but one comparison per row. Thread: the slot's.
import type { Segment } from '#state/tables/memory-manager';

export interface TableCut {
  /** Rows below it were in the table at the cut, live or free; later ones are no part of it. */
  readonly rowLimit: number;
  /** A row below rowLimit is about to be written or handed out; also told of rows it knows of. */
  beforeWrite(row: number): void;
  /** As beforeWrite, and its key is about to change too: the row is freed, or taken again. */
  beforeReuse(row: number): void;
  /** The table is about to leave its segments for larger ones. True when the cut keeps them: it releases them at its end. */
  keepMoved(segments: readonly Segment[]): boolean;
  /** All rows are about to be wiped. True when the cut keeps the segments with the rows in them. */
  keepCleared(segments: readonly Segment[]): boolean;
  /** The table gives its memory back before the cut was read: the cut ends here. */
  abort(): void;
}
