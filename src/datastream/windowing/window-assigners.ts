// Flink's window assigners as data. Sizes, slides, gaps and offsets are milliseconds; windows are aligned to the epoch
// plus the offset. Invariant: an assigner that exists has valid parameters.
import { ProgramError } from '#datastream/errors';
import type { TimeDomain, WindowAssignment } from '#streaming/window/window-operator-options';

/** What `window(...)` takes. `T` is the element type a dynamic session gap looks at. */
export interface WindowAssigner<in T = unknown> {
  /** As it names the window operator. */
  readonly name: string;
  readonly assignment: WindowAssignment;
  /** Phantom: never called. */
  readonly acceptsElement?: (element: T) => void;
}

export const TumblingEventTimeWindows = {
  of: (sizeMs: number, offsetMs = 0): WindowAssigner => tumbling('TumblingEventTimeWindows', 'event', sizeMs, offsetMs),
} as const;

export const TumblingProcessingTimeWindows = {
  of: (sizeMs: number, offsetMs = 0): WindowAssigner => tumbling('TumblingProcessingTimeWindows', 'processing', sizeMs, offsetMs),
} as const;

export const SlidingEventTimeWindows = {
  of: (sizeMs: number, slideMs: number, offsetMs = 0): WindowAssigner => sliding('SlidingEventTimeWindows', 'event', sizeMs, slideMs, offsetMs),
} as const;

export const SlidingProcessingTimeWindows = {
  of: (sizeMs: number, slideMs: number, offsetMs = 0): WindowAssigner => sliding('SlidingProcessingTimeWindows', 'processing', sizeMs, slideMs, offsetMs),
} as const;

export const EventTimeSessionWindows = {
  withGap: (gapMs: number): WindowAssigner => session('EventTimeSessionWindows', 'event', gapMs),
  /** @param gapMsOf gap after this element in ms; must be positive for every element. */
  withDynamicGap: <T>(gapMsOf: (element: T) => number): WindowAssigner<T> => session('DynamicEventTimeSessionWindows', 'event', gapMsOf),
} as const;

export const ProcessingTimeSessionWindows = {
  withGap: (gapMs: number): WindowAssigner => session('ProcessingTimeSessionWindows', 'processing', gapMs),
  /** As that of EventTimeSessionWindows. */
  withDynamicGap: <T>(gapMsOf: (element: T) => number): WindowAssigner<T> => session('DynamicProcessingTimeSessionWindows', 'processing', gapMsOf),
} as const;

function tumbling(name: string, timeDomain: TimeDomain, sizeMs: number, offsetMs: number): WindowAssigner {
  checkSpan(name, 'size', sizeMs);
  checkOffset(name, offsetMs, sizeMs, 'size');
  return { name, assignment: { kind: 'tumbling', timeDomain, sizeMs, offsetMs } };
}

function sliding(name: string, timeDomain: TimeDomain, sizeMs: number, slideMs: number, offsetMs: number): WindowAssigner {
  checkSpan(name, 'size', sizeMs);
  checkSpan(name, 'slide', slideMs);
  checkOffset(name, offsetMs, slideMs, 'slide');
  return { name, assignment: { kind: 'sliding', timeDomain, sizeMs, slideMs, offsetMs } };
}

function session<T>(name: string, timeDomain: TimeDomain, gapMs: number | ((element: T) => number)): WindowAssigner<T> {
  if (typeof gapMs === 'number') checkSpan(name, 'gap', gapMs);
  return { name, assignment: { kind: 'session', timeDomain, gapMs } };
}

function checkSpan(name: string, what: string, valueMs: number): void {
  if (Number.isSafeInteger(valueMs) && valueMs > 0) return;
  throw new ProgramError('WINDOW_PARAMETERS_INVALID', `the ${what} of ${name} is ${String(valueMs)}: give a whole number of milliseconds above 0`, { context: { value: valueMs } });
}

function checkOffset(name: string, offsetMs: number, boundMs: number, boundName: string): void {
  if (Number.isSafeInteger(offsetMs) && Math.abs(offsetMs) < boundMs) return;
  throw new ProgramError('WINDOW_PARAMETERS_INVALID', `the offset of ${name} is ${String(offsetMs)}: give whole milliseconds with abs(offset) < ${boundName} (${boundMs})`, {
    context: { value: offsetMs },
  });
}
