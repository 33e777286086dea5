// What the heap backend needs of each of its cells besides the state interface: reading and writing a row for
// snapshots. Thread: the slot's.
import type { DataInput } from '#core/serialization/data-input';
import type { DataOutput } from '#core/serialization/data-output';
import type { TypeInformation } from '#core/types/type-information';
import type { PresenceBit } from '#state/heap/key-context';
import type { StoredCodec } from '#state/keyed/stored-codec';
import type { ColumnView } from '#state/tables/chunked-cut';
import type { HeldRows } from '#state/tables/row-archive';

/** What a snapshot reads of a cell. */
export interface CutCell {
  readonly presence: PresenceBit;
  /** Index of the column of doubles that holds all there is of the state; undefined where it is no number. */
  readonly column?: number;
  /** Type of the column's values. */
  readonly columnType?: TypeInformation;
  /** False for a present row of which nothing is to be kept: all of it has expired. */
  isKept(row: number): boolean;
  /** Appends the value of a row that isKept. */
  writeRow(row: number, output: DataOutput): void;
  /**
   * Where all there is of the state lies in columns of the key table: appends what they held at a cut.
   * @param columns of doubles, and from `i32Start` on of integers. @param at the row's place in them.
   */
  writeColumns?(columns: readonly ColumnView[], i32Start: number, at: number, output: DataOutput): void;
}

export interface HeapCell extends CutCell {
  /** Where the state is lists of rows that lie beside the key table, as a checkpoint has them. */
  readonly archived?: ArchivedCell;
  /** Reads what writeRow wrote, with the codec it was written by, into the current key. */
  readEntry(input: DataInput, codec: StoredCodec): void;
  release(): void;
}

/** Rows as they lie, and by key the ids of the first and the last one of its list. */
export interface ArchivedCell {
  readonly references: CutCell;
  hold(): HeldRows;
}

/** Fills an array by row with undefined up to and including `row`, so that it stays a packed array. */
export function padRows(values: unknown[], row: number): void {
  for (let length = values.length; length <= row; length++) values.push(undefined);
}
