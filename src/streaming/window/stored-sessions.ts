// Sessions as keyed state: those of a key as one value, and what each gathered beside it. Thread: the slot's.
import { Types } from '#core/types/type-information';
import type { ValueState } from '#state/keyed/keyed-state';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { Accumulation } from '#streaming/window/accumulation';
import { createKeyedWindowContents, type KeyedWindowContents } from '#streaming/window/keyed-window-contents';
import type { WindowOperatorOptions } from '#streaming/window/window-operator-options';

export const SESSION_SECTION = 'window/sessions';
/** Flag of a session that was emitted and is kept for allowed lateness only. */
export const FIRED = 1;

/** `id` names the contents: the start that the session had at first. */
export interface StoredSession {
  readonly start: number;
  readonly end: number;
  readonly id: number;
  readonly isFired: boolean;
}

const SESSIONS_TYPE = Types.LIST(Types.ROW({ start: Types.LONG, end: Types.LONG, id: Types.LONG, isFired: Types.BOOLEAN }));

/** Sessions of the current key, and what each gathered. */
export class StoredSessions {
  readonly contents: KeyedWindowContents;
  readonly #sessions: ValueState<StoredSession[]>;

  constructor(options: WindowOperatorOptions, accumulation: Accumulation, backend: KeyedStateBackend) {
    this.contents = createKeyedWindowContents(options.aggregation, accumulation, backend);
    this.#sessions = backend.getState({ kind: 'value', name: 'window-sessions', type: SESSIONS_TYPE, isOwned: true }) as ValueState<StoredSession[]>;
  }

  read(): readonly StoredSession[] {
    return this.#sessions.value() ?? [];
  }

  write(sessions: readonly StoredSession[]): void {
    this.#sessions.update(sessions.length === 0 ? null : [...sessions]);
  }
}
