// Chooses the operator for a window: sessions move with their rows, all others lie on a fixed grid; windows are keyed state where the
// backend keeps state on disk, else tables in memory.
import type { OperatorEnvironment, StreamOperator } from '#streaming/operator/stream-operator';
import { AlignedWindowOperator } from '#streaming/window/aligned-window-operator';
import { KeyedAlignedWindowOperator } from '#streaming/window/keyed-aligned-window-operator';
import { KeyedSessionWindowOperator } from '#streaming/window/keyed-session-window-operator';
import { SessionWindowOperator } from '#streaming/window/session-window-operator';
import type { WindowOperatorOptions } from '#streaming/window/window-operator-options';

export type WindowOperator = StreamOperator & Required<Pick<StreamOperator, 'advance' | 'nextProcessingTime' | 'onProcessingTime'>>;

/** Throws WINDOW_MERGE_MISSING for sessions over an AggregateFunction without merge. */
export function createWindowOperator(options: WindowOperatorOptions, { isStateOnDisk }: OperatorEnvironment): WindowOperator {
  if (options.assignment.kind === 'session') return isStateOnDisk ? new KeyedSessionWindowOperator(options) : new SessionWindowOperator(options);
  return isStateOnDisk ? new KeyedAlignedWindowOperator(options) : new AlignedWindowOperator(options);
}
