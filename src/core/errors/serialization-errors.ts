// Errors of bytes that cannot be read back, and of values that have no byte form.
import { EngineError, type EngineErrorOptions } from '#core/errors/engine-error';

/** Code -> when it is thrown. */
export const SERIALIZATION_ERRORS = {
  SERIALIZATION_TRUNCATED: 'A read goes past the end of the serialized bytes: the data is cut short or was written with another type.',
  SERIALIZATION_UNSUPPORTED: 'A schemaless value has no byte form: it contains a symbol, refers to itself, or is nested too deep.',
} as const;

export class SerializationError extends EngineError {
  constructor(code: keyof typeof SERIALIZATION_ERRORS, message: string, options?: EngineErrorOptions) {
    super(code, message, options);
  }
}
