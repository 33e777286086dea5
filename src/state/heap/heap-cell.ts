// What the heap backend needs of each of its cells besides the state interface: reading and writing a row for
// snapshots. Thread: the slot's.
import type { DataInput } from '#core/serialization/data-input';
import type { DataOutput } from '#core/serialization/data-output';
import type { TypeInformation } from '#core/types/type-information';
import type { PresenceBit } from '#state/heap/key-context';
import type { StoredCodec } from '#state/keyed/stored-codec';

export interface HeapCell {
  readonly presence: PresenceBit;
  /** Index of the column of doubles that holds all there is of the state; undefined where values are JS values. */
  readonly column?: number;
  /** Type of the column's values. */
  readonly columnType?: TypeInformation;
  /** False for a present row of which nothing is to be kept: all of it has expired. */
  isKept(row: number): boolean;
  /** Appends the value of a row that isKept. */
  writeRow(row: number, output: DataOutput): void;
  /** Where there is a column: appends the value that it held for a row at a cut. */
  writeColumnValue?(value: number, output: DataOutput): void;
  /** Reads what writeRow wrote, with the codec it was written by, into the current key. */
  readEntry(input: DataInput, codec: StoredCodec): void;
  release(): void;
}

/** Fills an array by row with undefined up to and including `row`, so that it stays a packed array. */
export function padRows(values: unknown[], row: number): void {
  for (let length = values.length; length <= row; length++) values.push(undefined);
}
