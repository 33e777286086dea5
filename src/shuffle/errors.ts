// Operating errors of shuffle: what a user can run into while batches travel between subtasks.
import { EngineError } from '#core/errors/engine-error';
import type { EngineErrorOptions } from '#core/errors/engine-error';

/** Code -> when it is thrown. */
export const SHUFFLE_ERRORS = {
  CHANNEL_RECORD_TOO_LARGE: 'One record, encoded for a channel, has more bytes than millrace.record.size.max allows.',
  CHANNEL_FRAME_TOO_SMALL: 'Not even one row of a stream fits a frame of its channel: network memory divided by the number of channels is too small.',
  PARTITION_INDEX_INVALID: 'A custom partitioner returned something other than an integer in [0, number of channels).',
} as const;

export class ShuffleError extends EngineError {
  constructor(code: keyof typeof SHUFFLE_ERRORS, message: string, options: EngineErrorOptions = {}) {
    super(code, message, options);
  }
}
