// Where a user's program threw, for one-line messages. Pure.

/** ` (at /path/job.ts:4:23)`: the first frame of the stack, which source maps have turned to the user's own file; else nothing. */
export function errorPlace(thrown: unknown): string {
  const frame = thrown instanceof Error ? /^\s+at (.*)$/m.exec(thrown.stack ?? '')?.[1] : undefined;
  return frame === undefined ? '' : ` (at ${/\((.*)\)$/.exec(frame)?.[1] ?? frame})`;
}
