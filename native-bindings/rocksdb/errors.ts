// Codes of errors that the RocksDB addon throws, from JavaScript's checks and from C++ alike: code -> when it is thrown.
// Errors of C++ are plain Errors with such a `code`; the state backend wraps them.

export const ROCKSDB_ERRORS = {
  ROCKSDB_UNAVAILABLE: 'The RocksDB addon is not built or does not load on this machine.',
  ROCKSDB_ARGUMENT: 'An option or argument of the RocksDB addon has a wrong type, name or range.',
  ROCKSDB_CLOSED: 'A database, column family, iterator, SST file, memory or slot resources object is used after it was closed.',
  ROCKSDB_OUTSIDE_MEMORY: 'An offset and length of a call reach outside the registered memory, or a length is 2^31 bytes or more.',
  ROCKSDB_REFUSED: 'RocksDB refuses a request as invalid: a column family that is missing or exists, a malformed write batch, keys out of order.',
  ROCKSDB_IO_ERROR: 'A file operation of RocksDB failed.',
  ROCKSDB_NO_SPACE: 'The disk is full.',
  ROCKSDB_CORRUPTION: 'A file of RocksDB is damaged.',
  ROCKSDB_MEMORY_LIMIT: 'A strict block cache is full of pinned blocks.',
  ROCKSDB_FAILED: 'RocksDB reports any other failure.',
} as const;

export type RocksDbErrorCode = keyof typeof ROCKSDB_ERRORS;

/** What this folder's JavaScript throws. */
export class RocksDbError extends Error {
  readonly code: RocksDbErrorCode;

  constructor(code: RocksDbErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.name = 'RocksDbError';
    this.code = code;
  }
}

/** The code of an error of the addon, from JavaScript or C++; undefined for any other. */
export function rocksDbErrorCode(error: unknown): RocksDbErrorCode | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && Object.hasOwn(ROCKSDB_ERRORS, code) ? (code as RocksDbErrorCode) : undefined;
}
