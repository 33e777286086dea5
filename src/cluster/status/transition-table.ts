// A status machine as data: which status may follow which. Invariant: whoever holds a status moves it only through
// `transition`, which throws on a step the table does not have. Pure; printed into docs/state-machines.md.
import { assert } from '#core/assert';

export interface TransitionTable<S extends string> {
  readonly name: string;
  /** Statuses that may follow, per status, in the order of a normal life; an empty list marks an end. */
  readonly next: Readonly<Record<S, readonly S[]>>;
}

export function canTransition<S extends string>(table: TransitionTable<S>, from: S, to: S): boolean {
  return table.next[from].includes(to);
}

/** The new status. Throws AssertionError when the table has no such step. */
export function transition<S extends string>(table: TransitionTable<S>, from: S, to: S): S {
  assert(canTransition(table, from, to), `${table.name} cannot go from ${from} to ${to}`);
  return to;
}

export function isTerminal<S extends string>(table: TransitionTable<S>, status: S): boolean {
  return table.next[status].length === 0;
}

/** The table as a markdown section for the docs. */
export function formatTransitionTable<S extends string>(table: TransitionTable<S>): string {
  const rows = (Object.entries(table.next) as [S, readonly S[]][])
    .map(([status, followers]) => `| ${status} | ${followers.length === 0 ? '(end)' : followers.join(', ')} |`);
  return [`## ${table.name}`, '', '| status | may become |', '| --- | --- |', ...rows, ''].join('\n');
}
