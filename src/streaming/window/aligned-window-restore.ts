// Reads the tables of an aligned window operator back. Key groups may come from subtasks that had fired up to different
// times (one was in the middle of a firing, or had seen other watermarks before an unaligned barrier): the operator goes on
// from the earliest, since rows that were under way may still belong there, and is told which groups are ahead of it.
import type { TypeInformation } from '#core/types/type-information';
import type { RestoredOperatorState } from '#state/snapshot/operator-snapshot';
import type { Accumulation } from '#streaming/window/accumulation';
import { FiredAhead } from '#streaming/window/fired-ahead';
import { checkGeometry, checkTableMs } from '#streaming/window/keyed-window-restore';
import type { WindowGeometry } from '#streaming/window/window-geometry';
import { readWindowRows, type WindowRow } from '#streaming/window/window-rows';

export const ALIGNED_WINDOW_SECTION = 'window/tables';
/** Flag of a snapshot row that was due and not yet emitted. */
export const DUE = 1;

export interface RestoredAligned {
  readonly firedTime: number;
  readonly due: WindowRow[];
  readonly ahead: FiredAhead | undefined;
  /** By key group. */
  readonly firedTimes: ReadonlyMap<number, number>;
}

export interface AlignedRestoring {
  readonly keyType: TypeInformation | undefined;
  readonly maxParallelism: number;
  readonly geometry: WindowGeometry;
  readonly accumulation: Accumulation;
  /** Is given each row of an open table, and up to when its key group had fired. */
  readonly insert: (row: WindowRow, firedTime: number) => void;
}

/** Throws WINDOW_STATE_INCOMPATIBLE, and as readWindowRows. */
export function restoreAligned(restored: RestoredOperatorState, restoring: AlignedRestoring): RestoredAligned {
  const { keyType, maxParallelism, geometry, accumulation, insert } = restoring;
  checkGeometry(restored, geometry);
  const groups = readWindowRows(restored, ALIGNED_WINDOW_SECTION, { keyType, accumulatorType: accumulation.type });
  const firedTimes = new Map(groups.map(({ keyGroup, firedTime }) => [keyGroup, firedTime] as const));
  const firedTime = groups.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...firedTimes.values());
  const due: WindowRow[] = [];
  for (const group of groups) {
    for (const row of group.rows) {
      if (row.flag === DUE) {
        due.push(row);
        continue;
      }
      checkTableMs(row.to - row.from, geometry);
      insert(row, group.firedTime);
    }
  }
  // Taken from the end: latest windows first in the list.
  due.sort((a, b) => b.to - a.to);
  const times = new Map([...firedTimes].filter(([, time]) => time > firedTime));
  return { firedTime, due, firedTimes, ahead: times.size === 0 ? undefined : new FiredAhead(times, keyType, maxParallelism) };
}
