// Turns an undeclared key into a value that a JS Map compares as the key is meant: primitives by value, objects by
// content, fields in their order (as key hashing sees them). Invariant: two keys give the same Map key exactly when they
// are equal. -0 is 0 here, as in ANY's bytes.
import { Buffer } from 'node:buffer';
import { packAny } from '#core/serialization/any-codec';
import { previewValue } from '#core/errors/type-errors';
import { StateError } from '#state/errors';

/** First character of texts that stand for objects; strings that start with it are escaped. */
const MARK = '\u0000';

/** Cost: none for primitives, serialisation for objects. Throws STATE_KEY_UNSUITABLE for functions and symbols. */
export function comparableKeyOf(key: unknown): unknown {
  switch (typeof key) {
    case 'number':
    case 'boolean':
    case 'bigint':
    case 'undefined':
      return key;
    case 'string':
      return key.startsWith(MARK) ? `${MARK}s${key}` : key;
    case 'object':
      return key === null ? key : `${MARK}o${Buffer.from(packAny(key)).toString('latin1')}`;
    default:
      throw new StateError('STATE_KEY_UNSUITABLE', `${previewValue(key)} cannot be a key, it has no value to compare by: return a number, a string or plain data from the key selector`);
  }
}
