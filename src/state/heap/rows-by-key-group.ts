// The rows of a key table in key-group order, so that a snapshot writes each group's bytes in one go. Thread: the slot's.
import { assert } from '#core/assert';
import type { KeyGroupRange } from '#state/keyed/keyed-state';
import type { KeyTable } from '#state/tables/key-table';

export interface RowsByKeyGroup {
  /** Rows, group by group, in row order within a group. */
  readonly rows: Int32Array;
  /** Where the rows of group range.start + i start in `rows`; one more entry for the end. */
  readonly starts: Int32Array;
}

/** Cost: one key hash per row. */
export function rowsByKeyGroup(table: KeyTable, range: KeyGroupRange, keyGroupOf: (key: unknown) => number): RowsByKeyGroup {
  const starts = new Int32Array(range.end - range.start + 2);
  const groups = new Int32Array(table.columns.rowLimit);
  table.forEachRow((row) => {
    const keyGroup = keyGroupOf(table.keyAt(row));
    assert(keyGroup >= range.start && keyGroup <= range.end, `a key of group ${keyGroup} lies in the subtask's groups ${range.start} to ${range.end}`);
    groups[row] = keyGroup - range.start;
    starts[keyGroup - range.start + 1]!++;
  });
  for (let i = 1; i < starts.length; i++) starts[i] = starts[i]! + starts[i - 1]!;
  const next = starts.slice();
  const rows = new Int32Array(table.size);
  table.forEachRow((row) => {
    rows[next[groups[row]!]!++] = row;
  });
  return { rows, starts };
}
