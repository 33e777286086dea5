// Chooses the operator for a window: sessions move with their rows, all others lie on a fixed grid.
import type { StreamOperator } from '#streaming/operator/stream-operator';
import { AlignedWindowOperator } from '#streaming/window/aligned-window-operator';
import { SessionWindowOperator } from '#streaming/window/session-window-operator';
import type { WindowOperatorOptions } from '#streaming/window/window-operator-options';

/** Throws WINDOW_MERGE_MISSING for sessions over an AggregateFunction without merge. */
export function createWindowOperator(options: WindowOperatorOptions): StreamOperator {
  return options.assignment.kind === 'session' ? new SessionWindowOperator(options) : new AlignedWindowOperator(options);
}
