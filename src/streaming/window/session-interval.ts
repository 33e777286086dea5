// Which sessions of a key a row joins. Sessions of one key neither overlap nor touch. Thread: the slot's.

/** In ms, end exclusive. */
export interface SessionInterval {
  readonly start: number;
  readonly end: number;
}

export interface JoinedInterval<S> {
  readonly start: number;
  readonly end: number;
  /** Sessions that the interval meets, in order of time. */
  readonly met: readonly S[];
}

/** The interval of a row, grown over every session that it meets: growing may make it meet another one. */
export function joinInterval<S extends SessionInterval>(sessions: readonly S[], from: number, to: number): JoinedInterval<S> {
  let start = from;
  let end = to;
  const met: S[] = [];
  for (let hasGrown = sessions.length > 0; hasGrown;) {
    hasGrown = false;
    for (const session of sessions) {
      if (session.start > end || session.end < start || met.includes(session)) continue;
      met.push(session);
      start = Math.min(start, session.start);
      end = Math.max(end, session.end);
      hasGrown = met.length < sessions.length;
    }
  }
  if (met.length > 1) met.sort((a, b) => a.start - b.start);
  return { start, end, met };
}
