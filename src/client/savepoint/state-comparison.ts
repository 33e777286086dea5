// What becomes of each state of an operator when a program is restored from a snapshot: the very comparison that a restore
// makes, for all states at once and without throwing. Pure.
import type { SnapshotState, SnapshotStateKind } from '#client/savepoint/snapshot-states';
import { StateError } from '#state/errors';
import { KEY_ROLES, STATE_SECTION_PREFIX, TTL_ROLE } from '#state/keyed/state-section';
import { checkCompatible, evolutionOf } from '#state/snapshot/serializer-compatibility';
import { formatChange } from '#core/types/type-evolution';

/**
 * restored: as it is. migrated: with the changes named. refused: the job does not start. dropped: nothing reads it.
 * kept: not asked for in open(), so it stays until it is asked for, or for the next snapshot. new: starts empty.
 */
export type StateOutcome = 'restored' | 'migrated' | 'refused' | 'dropped' | 'kept' | 'new';

export interface StateCheck {
  readonly name: string;
  readonly kind: SnapshotStateKind;
  readonly outcome: StateOutcome;
  /** What is migrated, or why it is refused, one line each. */
  readonly notes: readonly string[];
}

/**
 * @param written of all old subtasks.
 * @param declared of the program; undefined where the operator restores itself (a source, a sink).
 * @param otherwise what it would declare on another state backend: it reads that too, and what only one form has is filled from the other.
 */
export function compareStates(written: readonly SnapshotState[], declared: readonly SnapshotState[] | undefined, otherwise = declared): StateCheck[] {
  const checks = new Map<string, StateCheck>();
  for (const state of written) {
    const check = compareState(state, declared === undefined ? undefined : [...declared, ...otherwise!]);
    const known = checks.get(state.section);
    // Subtasks may differ: the worst is told.
    if (known === undefined || SEVERITY.indexOf(check.outcome) < SEVERITY.indexOf(known.outcome)) checks.set(state.section, check);
  }
  const inEveryForm = new Set(otherwise?.map(({ section }) => section));
  for (const { section, name, kind } of declared ?? []) if (!checks.has(section) && inEveryForm.has(section)) checks.set(section, { name, kind, outcome: 'new', notes: [] });
  return [...checks.values()];
}

/** Worst first. */
export const SEVERITY: readonly StateOutcome[] = ['refused', 'dropped', 'migrated', 'kept', 'restored', 'new'];

function compareState(state: SnapshotState, declared: readonly SnapshotState[] | undefined): StateCheck {
  const { name, kind, section, serializers } = state;
  const check = (outcome: StateOutcome, ...notes: string[]): StateCheck => ({ name, kind, outcome, notes });
  if (declared === undefined || kind === 'internal') return check('restored');
  // Timers far off lie in a section of their own.
  const readAs = kind === 'timers' ? section.replace(/-far$/, '') : section;
  const now = declared.find((candidate) => candidate.section === readAs);
  if (now === undefined) {
    const isCarried = section.startsWith(STATE_SECTION_PREFIX) || kind === 'operator-list' || kind === 'union-list' || kind === 'broadcast';
    return isCarried ? check('kept', 'open() does not ask for it') : check('dropped', 'the operator is of another kind now');
  }
  const notes: string[] = [];
  try {
    for (const [role, serializer] of Object.entries(now.serializers)) {
      if (role === TTL_ROLE) continue;
      const subject = { subject: `${role} of ${name}`, written: serializers[role], declared: serializer };
      if (KEY_ROLES.includes(role)) checkCompatible(subject);
      else notes.push(...evolutionOf(subject).changes.map(formatChange));
    }
  } catch (thrown) {
    if (thrown instanceof StateError) return check('refused', thrown.message);
    throw thrown;
  }
  if (TTL_ROLE in now.serializers && !(TTL_ROLE in serializers)) notes.push('time to live is switched on: values count from the restore');
  if (!(TTL_ROLE in now.serializers) && TTL_ROLE in serializers) notes.push('time to live is switched off');
  return check(notes.length === 0 ? 'restored' : 'migrated', ...notes);
}
