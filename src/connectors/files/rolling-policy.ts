// When a part file is closed and the next one begun. Size is looked at while rows are written, time at checkpoints: only
// there can a part become visible, so a finer clock would change nothing that a reader sees. Plain data.
import { requireOption } from '#connectors/errors';

const MAX_PART_BYTES = 128 * 1024 * 1024;
const ROLLOVER_MS = 60_000;
const INACTIVITY_MS = 60_000;

export interface SizeAndTime {
  /** A part that has grown to this is closed. Default 128 MiB. */
  readonly maxPartBytes?: number;
  /** A part that was begun this long ago is closed with the next checkpoint. Default one minute. */
  readonly rolloverMs?: number;
  /** So is one that nothing was written to for this long. Default one minute. */
  readonly inactivityMs?: number;
}

export class RollingPolicy {
  readonly isRolledOnCheckpoint: boolean;
  readonly maxPartBytes: number;
  readonly rolloverMs: number;
  readonly inactivityMs: number;

  private constructor(isRolledOnCheckpoint: boolean, { maxPartBytes = MAX_PART_BYTES, rolloverMs = ROLLOVER_MS, inactivityMs = INACTIVITY_MS }: SizeAndTime) {
    for (const [option, value] of Object.entries({ maxPartBytes, rolloverMs, inactivityMs })) requireOption(value >= 1, 'File Sink', option, value, '1 or more');
    this.isRolledOnCheckpoint = isRolledOnCheckpoint;
    this.maxPartBytes = maxPartBytes;
    this.rolloverMs = rolloverMs;
    this.inactivityMs = inactivityMs;
  }

  /** Every checkpoint ends every part: what it covers is visible when it is complete. */
  static onCheckpoint({ maxPartBytes = Number.POSITIVE_INFINITY }: Pick<SizeAndTime, 'maxPartBytes'> = {}): RollingPolicy {
    return new RollingPolicy(true, { maxPartBytes, rolloverMs: Number.POSITIVE_INFINITY, inactivityMs: Number.POSITIVE_INFINITY });
  }

  /** Parts go on over checkpoints: fewer and larger ones, seen later. Throws CONNECTOR_OPTION_INVALID. */
  static bySizeAndTime(limits: SizeAndTime = {}): RollingPolicy {
    return new RollingPolicy(false, limits);
  }
}
