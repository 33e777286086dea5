// Reads the tables of an aligned window operator back. Key groups may come from subtasks that had fired up to different
// times (one was in the middle of a firing, or had seen other watermarks before an unaligned barrier): the operator goes on
// from the earliest, since rows that were under way may still belong there, and is told which groups are ahead of it.
import type { TypeInformation } from '#core/types/type-information';
import type { RestoredOperatorState } from '#state/snapshot/operator-snapshot';
import type { KeyTable } from '#state/tables/key-table';
import type { SliceTables } from '#state/tables/slice-tables';
import { StreamingError } from '#streaming/errors';
import type { Accumulation } from '#streaming/window/accumulation';
import { FiredAhead } from '#streaming/window/fired-ahead';
import type { WindowGeometry } from '#streaming/window/window-geometry';
import { readWindowRows, type WindowRow } from '#streaming/window/window-rows';

export interface RestoredAligned {
  readonly firedTime: number;
  readonly due: WindowRow[];
  readonly ahead: FiredAhead | undefined;
}

export interface AlignedRestoring {
  readonly section: string;
  readonly keyType: TypeInformation | undefined;
  readonly maxParallelism: number;
  readonly geometry: WindowGeometry;
  readonly accumulation: Accumulation;
  /** Filled with what was kept. */
  readonly tables: SliceTables<KeyTable>;
}

/** Throws WINDOW_STATE_INCOMPATIBLE, and as readWindowRows. */
export function restoreAligned(restored: RestoredOperatorState, restoring: AlignedRestoring): RestoredAligned {
  const { section, keyType, maxParallelism, geometry, accumulation, tables } = restoring;
  const groups = readWindowRows(restored, section, { keyType, accumulatorType: accumulation.type });
  const firedTime = groups.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...groups.map((group) => group.firedTime));
  const due: WindowRow[] = [];
  for (const { rows } of groups) {
    due.push(...rows.filter((row) => row.flag !== 0));
    for (const row of rows) if (row.flag === 0) insert(row, geometry, tables);
  }
  // Taken from the end: latest windows first in the list.
  due.sort((a, b) => b.to - a.to);
  const times = new Map(groups.flatMap((group) => (group.firedTime > firedTime ? [[group.keyGroup, group.firedTime] as const] : [])));
  return { firedTime, due, ahead: times.size === 0 ? undefined : new FiredAhead(times, keyType, maxParallelism) };
}

function insert(row: WindowRow, geometry: WindowGeometry, tables: SliceTables<KeyTable>): void {
  if (row.to - row.from !== geometry.tableMs) {
    throw new StreamingError('WINDOW_STATE_INCOMPATIBLE', `the restored window state is cut into ${row.to - row.from} ms but this operator needs ${geometry.tableMs} ms: keep the window's size and slide, or give the operator a new uid`);
  }
  const table = tables.tableOf(row.from);
  table.any[table.findOrInsert(row.key)] = row.accumulator;
}
