// Windows that were saved as keyed state, for operators that keep them in tables; and the check that windows were cut as they are now.
// Thread: the slot's, when an operator opens.
import { createSerializer } from '#core/serialization/create-serializer';
import { Types } from '#core/types/type-information';
import type { MapState } from '#state/keyed/keyed-state';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import { STATE_SECTION_PREFIX } from '#state/keyed/state-section';
import type { OperatorSection, RestoredOperatorState } from '#state/snapshot/operator-snapshot';
import { readTimers } from '#state/timers/timer-sections';
import { StreamingError } from '#streaming/errors';
import { CONTENTS_STATE, type KeyedWindowContents } from '#streaming/window/keyed-window-contents';
import type { WindowGeometry } from '#streaming/window/window-geometry';

/** Name of the timers at which windows in keyed state fire. */
export const WINDOW_TIMERS = 'window-timers';
const GEOMETRY_SECTION = 'window/geometry';

/** Width of a table in ms, beside contents that tell their start only. */
export function geometrySection({ tableMs }: WindowGeometry): OperatorSection {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, tableMs);
  return { name: GEOMETRY_SECTION, version: 1, mode: 'union', items: [bytes] };
}

/** Throws WINDOW_STATE_INCOMPATIBLE. */
export function checkGeometry(restored: RestoredOperatorState, geometry: WindowGeometry): void {
  for (const { bytes } of restored.operator(GEOMETRY_SECTION)) checkTableMs(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(0), geometry);
}

/** Throws WINDOW_STATE_INCOMPATIBLE. @param restoredMs width of a restored table. */
export function checkTableMs(restoredMs: number, { tableMs }: WindowGeometry): void {
  if (restoredMs === tableMs) return;
  throw new StreamingError('WINDOW_STATE_INCOMPATIBLE', `the restored window state is cut into ${restoredMs} ms but this operator needs ${tableMs} ms: keep the window's size and slide, or give the operator a new uid`);
}

export function hasKeyedWindows(restored: RestoredOperatorState): boolean {
  return restored.keyedNames.includes(STATE_SECTION_PREFIX + CONTENTS_STATE);
}

/** Takes all windows out of keyed state. `move` is called with each key current, before its contents go. */
export function takeKeyedWindows(backend: KeyedStateBackend, contents: KeyedWindowContents, move: (key: unknown, windows: readonly number[]) => void): void {
  const keys: unknown[] = [];
  backend.applyToKeys(CONTENTS_STATE, (key, state) => {
    keys.push(key);
    move(key, [...(state as MapState<number, unknown>).keys()]);
  });
  for (const key of keys) {
    backend.setCurrentKey(key);
    for (const window of [...contents.windows()]) contents.remove(window);
  }
}

/** Ends at which windows of keys had still to fire, those that are kept far off too. */
export function readWindowEnds(restored: RestoredOperatorState, backend: KeyedStateBackend, visit: (key: unknown, end: number) => void): void {
  const format = { name: WINDOW_TIMERS, keySerializer: createSerializer(backend.keyType ?? Types.ANY), namespaceSerializer: createSerializer(Types.INT) };
  for (const section of ['event', 'event-far', 'processing', 'processing-far']) {
    readTimers(restored.keyed(`${WINDOW_TIMERS}/${section}`), format, (key, namespace, timestamp) => {
      if (namespace === undefined) visit(key, timestamp + 1);
    });
  }
}
