// Windows of a time attribute. A TIMESTAMP_LTZ is cut into windows by the wall clock of the session's zone, so its times are shifted
// there and back; a TIMESTAMP has no zone. All times in ms, ends exclusive.
import type { WindowSpec } from '#table/logical/logical-plan';
import { timeZoneOf, toEpochMs, toLocalMs } from '#table/values/time-zone';

export interface WindowTimes {
  /** Epoch ms (or ms without zone) to the line on which windows lie. */
  readonly toLocal: (time: number) => number;
  /** Back, for timers. */
  readonly toEpoch: (local: number) => number;
}

export function windowTimesOf(isZoned: boolean, zoneName: string): WindowTimes {
  if (!isZoned || zoneName === 'UTC') return { toLocal: (time) => time, toEpoch: (local) => local };
  const zone = timeZoneOf(zoneName);
  return { toLocal: (time) => toLocalMs(time, zone), toEpoch: (local) => toEpochMs(local, zone) };
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by;

/** Start of the last window that begins at or before `time`, windows beginning every `slideMs`. */
export function windowStartOf(time: number, slideMs: number, offsetMs: number): number {
  return time - modulo(time - offsetMs, slideMs);
}

/** The windows that a row at `time` is in, as [start, end]: earliest end first. Not for sessions. */
export function windowsOf(spec: Pick<WindowSpec, 'window' | 'sizeMs' | 'slideMs' | 'offsetMs'>, time: number): (readonly [number, number])[] {
  const { window, sizeMs, slideMs, offsetMs } = spec;
  const windows: (readonly [number, number])[] = [];
  if (window === 'CUMULATE') {
    const start = windowStartOf(time, sizeMs, offsetMs);
    for (let end = windowStartOf(time, slideMs, offsetMs) + slideMs; end <= start + sizeMs; end += slideMs) windows.push([start, end]);
    return windows;
  }
  for (let start = windowStartOf(time, slideMs, offsetMs); start > time - sizeMs; start -= slideMs) windows.push([start, start + sizeMs]);
  return windows.reverse();
}
