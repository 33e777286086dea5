// Operating errors of state: code -> when it is thrown. docs/errors.md is made from this table.
import { EngineError, type EngineErrorOptions } from '#core/errors/engine-error';

export const STATE_ERRORS = {
  MANAGED_MEMORY_EXHAUSTED: 'State needs more memory than the slot\'s managed memory and its share of task off-heap memory hold.',
  STATE_DESCRIPTOR_CONFLICT: 'One state name is registered twice in an operator with another kind, type or time to live.',
  STATE_MIGRATION_UNSUPPORTED: 'A snapshot holds a state, key or timer of another kind or type than the program declares now.',
  STATE_WITHOUT_KEY: 'Keyed state or a keyed timer is used while no keyed record or timer is being processed.',
  STATE_KEY_UNSUITABLE: 'A key is not a value of its declared type, or an undeclared key has no value to compare by, such as a function.',
  STATE_VALUE_TOO_LARGE: 'A value, or a list as a whole, would have 2^31 bytes or more in a state backend.',
  STATE_BACKEND_UNAVAILABLE: 'The state backend that state.backend.type names does not exist or cannot be used on this machine.',
  STATE_BACKEND_OPTION_UNSUPPORTED: 'An option of a state backend has a value that the engine does not support.',
  SNAPSHOT_CORRUPT: 'A snapshot file fails its checksum, is cut short or is not a snapshot of this engine.',
  SNAPSHOT_VERSION_UNSUPPORTED: 'A snapshot file or section was written in a format version that this engine does not read.',
} as const;

export type StateErrorCode = keyof typeof STATE_ERRORS;

export class StateError extends EngineError {
  constructor(code: StateErrorCode, message: string, options: EngineErrorOptions = {}) {
    super(code, message, options);
  }
}

/** Throws STATE_WITHOUT_KEY. */
export function failWithoutKey(): never {
  throw new StateError('STATE_WITHOUT_KEY', 'keyed state or a keyed timer is used while there is no current key: use it only while a keyed record or timer is processed, not in open() or for broadcast elements');
}

/** Throws STATE_VALUE_TOO_LARGE. */
export function failValueTooLarge(state: string, bytes: number, bytesMax: number): never {
  throw new StateError('STATE_VALUE_TOO_LARGE', `a value of state ${state} would have ${bytes} bytes, more than ${bytesMax}: spread it over several keys, or over the entries of a map`, { context: { state, bytes, bytesMax } });
}
