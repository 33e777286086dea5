// Errors of values that do not fit their declared type. Thrown wherever typed values become bytes or columns.
import { EngineError } from '#core/errors/engine-error';
import { formatType, type TypeInformation } from '#core/types/type-information';

/** Code -> when it is thrown. */
export const TYPE_ERRORS = {
  TYPE_MISMATCH: 'A value does not fit its declared type: wrong kind, null in a field that is not NULLABLE, or a number outside the range of INT or BIGINT.',
  TYPE_DEFAULT_INVALID: 'The default that Types.DEFAULT declares for a field is not a value of the field\'s type.',
  KEY_NOT_HASHABLE: 'A key without a declared type holds a function, a symbol or a cycle, so it has no hash that depends on its value only.',
  LONG_OUT_OF_RANGE: 'A value of type LONG is an integer beyond 2^53-1, which a JS number cannot hold exactly; declare the field as BIGINT.',
} as const;

const PREVIEW_CHARS_MAX = 40;

export class TypeMismatchError extends EngineError {
  /** Where in the record, e.g. `bid.price` or `tags[3]`; empty for the record itself. */
  readonly path: string;
  /** Declared type in its one-line form. */
  readonly expected: string;
  /** Short text of the value seen. */
  readonly seen: string;

  constructor(code: 'TYPE_MISMATCH' | 'LONG_OUT_OF_RANGE', path: string, type: TypeInformation, value: unknown) {
    const expected = formatType(type);
    const seen = previewValue(value);
    const subject = path === '' ? 'the value' : `field ${path}`;
    const message = code === 'LONG_OUT_OF_RANGE'
      ? `${subject} is LONG but ${seen} is beyond 2^53-1: declare it as BIGINT`
      : `${subject} is declared ${expected} but the value seen is ${seen}: convert the value or declare its type as it is`;
    super(code, message, { context: { path, expected, seen } });
    this.path = path;
    this.expected = expected;
    this.seen = seen;
  }
}

/**
 * Throws for a value that failed the check of its declared type; writers call it only then.
 * @param path `a.b[3]` from the record to the value, empty for the record.
 */
export function failTypeMismatch(type: TypeInformation, path: string, value: unknown): never {
  const isBeyondLong = type.kind === 'long' && typeof value === 'number' && Number.isInteger(value);
  throw new TypeMismatchError(isBeyondLong ? 'LONG_OUT_OF_RANGE' : 'TYPE_MISMATCH', path, type, value);
}

/** Throws for an undeclared key whose hash could not be computed from its value. */
export function failNotHashable(value: unknown): never {
  const seen = previewValue(value);
  throw new EngineError('KEY_NOT_HASHABLE', `the key holds ${seen}, which has no value to hash: key by plain data`, { context: { seen } });
}

/** Short one-line text of any value with its JS type, for messages. */
export function previewValue(value: unknown): string {
  switch (typeof value) {
    case 'string': return `${JSON.stringify(shorten(value))} (string)`;
    case 'number': return `${Object.is(value, -0) ? '-0' : String(value)} (number)`;
    case 'bigint': return `${shorten(String(value))}n (bigint)`;
    case 'boolean': return `${String(value)} (boolean)`;
    case 'undefined': return 'undefined';
    case 'function': return 'a function';
    case 'symbol': return 'a symbol';
    default: return value === null ? 'null' : previewObject(value as object);
  }
}

function previewObject(value: object): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  const name = (Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null)?.constructor?.name ?? 'Object';
  const keys = shorten(Object.keys(value).slice(0, 8).join(', '));
  return name === 'Object' ? `an object {${keys}}` : `an instance of ${name}`;
}

function shorten(text: string): string {
  return text.length <= PREVIEW_CHARS_MAX ? text : `${text.slice(0, PREVIEW_CHARS_MAX)}…`;
}
