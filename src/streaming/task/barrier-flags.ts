// What a barrier asks of the tasks it passes, as bits of its flags. A periodic checkpoint has none. Pure.

export const BarrierFlag = {
  /** The snapshot belongs to the user: it is written where its trigger says, and complete in itself. */
  SAVEPOINT: 1,
  /** The task does nothing more behind its snapshot, until the savepoint is complete (its end) or given up. */
  STOP: 2,
  /** With STOP: MAX_WATERMARK goes before the barrier, and what it sets off is emitted before the snapshot. */
  DRAIN: 4,
  /** With SAVEPOINT: in the backend's own files where it has such, instead of sections that every backend reads. */
  NATIVE: 8,
} as const;

export function hasFlag(flags: number, flag: number): boolean {
  return (flags & flag) !== 0;
}
