// Reads the tables of an aligned window operator back. Key groups may come from subtasks that had fired up to different
// times (one was in the middle of a firing): what one of them still owed is worked out here and becomes due at once.
import type { TypeInformation } from '#core/types/type-information';
import type { RestoredOperatorState } from '#state/snapshot/operator-snapshot';
import type { KeyTable } from '#state/tables/key-table';
import type { SliceTables } from '#state/tables/slice-tables';
import { UndeclaredKeys } from '#streaming/window/undeclared-keys';
import { StreamingError } from '#streaming/errors';
import { deepCopy } from '#streaming/task/deep-copy';
import type { Accumulation } from '#streaming/window/accumulation';
import type { WindowGeometry } from '#streaming/window/window-geometry';
import { readWindowRows, type RestoredRows, type WindowRow } from '#streaming/window/window-rows';

export interface RestoredAligned {
  readonly firedTime: number;
  readonly due: WindowRow[];
}

export interface AlignedRestoring {
  readonly section: string;
  readonly keyType: TypeInformation | undefined;
  readonly geometry: WindowGeometry;
  readonly accumulation: Accumulation;
  /** Filled with what was kept. */
  readonly tables: SliceTables<KeyTable>;
}

/** Throws WINDOW_STATE_INCOMPATIBLE, and as readWindowRows. */
export function restoreAligned(restored: RestoredOperatorState, restoring: AlignedRestoring): RestoredAligned {
  const { section, keyType, geometry, accumulation, tables } = restoring;
  const groups = readWindowRows(restored, section, { keyType, accumulatorType: accumulation.type });
  const firedTime = groups.reduce((latest, group) => Math.max(latest, group.firedTime), Number.NEGATIVE_INFINITY);
  const due: WindowRow[] = [];
  for (const group of groups) {
    const kept = group.rows.filter((row) => row.flag === 0);
    due.push(...group.rows.filter((row) => row.flag !== 0));
    due.push(...owed(kept, group, firedTime, geometry, accumulation));
    for (const row of kept) insert(row, geometry, tables);
  }
  // Taken from the end: latest windows first in the list.
  due.sort((a, b) => b.to - a.to);
  return { firedTime, due };
}

function insert(row: WindowRow, geometry: WindowGeometry, tables: SliceTables<KeyTable>): void {
  if (row.to - row.from !== geometry.tableMs) {
    throw new StreamingError('WINDOW_STATE_INCOMPATIBLE', `the restored window state is cut into ${row.to - row.from} ms but this operator needs ${geometry.tableMs} ms: keep the window's size and slide, or give the operator a new uid`);
  }
  const table = tables.tableOf(row.from);
  table.any[table.findOrInsert(row.key)] = row.accumulator;
}

/** Windows that other key groups have fired and this one has not. */
function owed(rows: readonly WindowRow[], group: RestoredRows, firedTime: number, geometry: WindowGeometry, accumulation: Accumulation): WindowRow[] {
  const due: WindowRow[] = [];
  const ends = new Set<number>();
  for (const row of rows) {
    for (let end = geometry.nextEndOf(row.from, group.firedTime); end - 1 <= firedTime && end <= geometry.lastEndOf(row.from); end += geometry.slideMs) ends.add(end);
  }
  for (const end of [...ends].sort((a, b) => a - b)) {
    const start = end - geometry.sizeMs;
    const byKey = new UndeclaredKeys<{ row: WindowRow; accumulator: unknown }>();
    for (const row of rows.filter((candidate) => candidate.from >= start && candidate.to <= end).sort((a, b) => a.from - b.from)) {
      const seen = byKey.get(row.key);
      if (seen === undefined) byKey.set(row.key, { row, accumulator: deepCopy(row.accumulator) });
      else seen.accumulator = accumulation.merge!(seen.accumulator, row.accumulator);
    }
    for (const { row, accumulator } of byKey.values()) due.push({ key: row.key, from: start, to: end, accumulator, flag: 1 });
  }
  return due;
}
