// How a file is opened for writing, decided alike by both twins.
import { assert } from '#core/assert';
import { fileTooShort } from '#platform/errors';
import type { WriteOptions } from '#platform/files/files';

export type WriteMode = 'truncate' | 'append' | 'exclusive';

/** The mode asked for, checked. */
export function modeOf(options: WriteOptions): WriteMode {
  const mode = options.mode ?? 'truncate';
  assert(options.keepBytes === undefined || mode === 'append', 'keepBytes goes with mode append');
  return mode;
}

/**
 * How much of an opened file of `size` bytes stays.
 * @throws PlatformError FILE_TOO_SHORT.
 */
export function keptBytes(path: string, size: number, options: WriteOptions): number {
  const keepBytes = options.keepBytes ?? size;
  if (keepBytes > size) throw fileTooShort(path, size, keepBytes);
  return keepBytes;
}
