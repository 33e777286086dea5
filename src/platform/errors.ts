// Operating errors of the doors to the host. Every door turns what the host reports into one of these codes, so that
// callers decide on codes and never on errno; the host's own error stays the cause. Both twins throw the same codes.
import { EngineError, type EngineErrorOptions } from '#core/errors/engine-error';

export const PLATFORM_ERRORS = {
  FILE_NOT_FOUND: 'A file or directory that must exist does not.',
  FILE_EXISTS: 'A file was to be made under a name that is taken.',
  FILE_ACCESS_DENIED: 'The operating system refuses access to a file or directory.',
  FILE_IS_DIRECTORY: 'A file was expected and the path names a directory.',
  FILE_NOT_DIRECTORY: 'A directory was expected and the path, or a part of it, names a file.',
  FILE_DIRECTORY_NOT_EMPTY: 'A rename would replace a directory that still has entries.',
  FILE_NO_SPACE: 'The disk or the quota is full.',
  FILE_TOO_MANY_OPEN: 'The process or the host has no file descriptor left.',
  FILE_IO_FAILED: 'A file operation failed for a reason without a code of its own; the cause tells it.',
  FILE_TOO_SHORT: 'A file to be continued at a position is shorter than that position.',
  FILE_HANDLE_CLOSED: 'A file handle was used after it was closed, or after the simulated host crashed.',
  FILE_GZIP_DAMAGED: 'A file read as gzip is cut short, or is not gzip.',
  FILE_STORAGE_CRASHED: 'The simulated host crashed during this call: unsynced bytes and names are gone.',
  OBJECT_STORE_FAILED: 'A call to an object store failed for another reason than a missing object; the cause tells it.',
  DATABASE_UNREACHABLE: 'A database server cannot be connected to, or the connection was lost and could not be had again.',
  DATABASE_STATEMENT_FAILED: 'A database refuses a statement: an unknown table or column, a value that does not fit, a constraint.',
  SHARED_MEMORY_EXHAUSTED: 'Shared memory of the wanted size cannot be had from the host.',
  THREAD_ENTRY_UNKNOWN: 'A simulated thread was to be started from an entry that is not registered.',
  THREAD_LOST: 'A thread was killed by the simulation.',
  SIMULATION_STUCK: 'A simulation took more steps than it was allowed without reaching its end.',
} as const;

export type PlatformErrorCode = keyof typeof PLATFORM_ERRORS;

export class PlatformError extends EngineError {
  declare readonly code: PlatformErrorCode;

  constructor(code: PlatformErrorCode, message: string, options: EngineErrorOptions = {}) {
    super(code, message, options);
  }
}

interface HostFailure {
  readonly code: PlatformErrorCode;
  readonly says: string;
}

/** errno name -> our code and the middle part of the message. */
const HOST_FAILURES: Readonly<Record<string, HostFailure>> = {
  ENOENT: { code: 'FILE_NOT_FOUND', says: 'it does not exist: check the path' },
  EEXIST: { code: 'FILE_EXISTS', says: 'it exists already: choose another name or remove it' },
  EACCES: { code: 'FILE_ACCESS_DENIED', says: 'access is denied: check owner and permissions' },
  EPERM: { code: 'FILE_ACCESS_DENIED', says: 'the operation is not permitted: check owner and permissions' },
  EROFS: { code: 'FILE_ACCESS_DENIED', says: 'the file system is read-only: choose another directory' },
  EISDIR: { code: 'FILE_IS_DIRECTORY', says: 'it is a directory: name a file' },
  ENOTDIR: { code: 'FILE_NOT_DIRECTORY', says: 'it, or a part of the path, is not a directory: check the path' },
  ENOTEMPTY: { code: 'FILE_DIRECTORY_NOT_EMPTY', says: 'the directory is not empty: remove its entries first' },
  ENOSPC: { code: 'FILE_NO_SPACE', says: 'no space is left: free some or choose another disk' },
  EDQUOT: { code: 'FILE_NO_SPACE', says: 'the disk quota is used up: free some space or choose another disk' },
  EMFILE: { code: 'FILE_TOO_MANY_OPEN', says: 'the process has too many open files: raise `ulimit -n`' },
  ENFILE: { code: 'FILE_TOO_MANY_OPEN', says: 'the host has too many open files' },
};

/** The PlatformError for a failed file operation; `operation` is a verb phrase such as "cannot read". */
export function fileError(operation: string, path: string, cause: unknown): PlatformError {
  if (cause instanceof PlatformError) return cause;
  const errno = (cause as { code?: unknown } | undefined)?.code;
  const known = typeof errno === 'string' ? HOST_FAILURES[errno] : undefined;
  const says = known?.says ?? `${cause instanceof Error ? cause.message : String(cause)}`;
  return new PlatformError(known?.code ?? 'FILE_IO_FAILED', `${operation} ${path}: ${says}`, { cause, context: { path, operation, errno } });
}

/** The error of an openWrite whose keepBytes lie beyond the end of the file. */
export function fileTooShort(path: string, bytes: number, keepBytes: number): PlatformError {
  return new PlatformError('FILE_TOO_SHORT', `cannot go on with ${path} at byte ${keepBytes}: it has ${bytes} bytes: it was cut or replaced since, restore it or start anew`, { context: { path, bytes, keepBytes } });
}

/** The error of a file handle used after its end. */
export function handleClosed(path: string): PlatformError {
  return new PlatformError('FILE_HANDLE_CLOSED', `the handle of ${path} is closed: open the file again`, { context: { path } });
}
