// A primitive that stands for a key in a map of JavaScript: a bundle finds the groups it has seen by it. hot path (the functions made)
import type { TypeInformation } from '#core/types/type-information';
import { createKeyComparable } from '#state/keyed/key-comparable';

/** Two keys give the same primitive exactly when they are equal. @param type of the key: of one column, or a tuple of several. */
export function bundleKeyOf(type: TypeInformation): (key: any) => unknown { // any: keys of every type
  if (type.kind !== 'tuple' || !type.elements.every(isText)) return createKeyComparable(type);
  // Texts carry their length, so that no two keys run into each other.
  const parts = type.elements.map((element, index) => {
    const value = `key[${index}]`;
    const { kind } = element.kind === 'nullable' ? element.inner : element;
    return kind === 'string' ? `(${value} === null ? 'n' : ${value}.length + ':' + ${value})` : `${value} + '|'`;
  });
  return new Function('key', `return ${parts.join(' + ')};`) as (key: unknown) => unknown;
}

/** Values that are told apart by their text: exact integers, booleans and strings. */
function isText(type: TypeInformation): boolean {
  const { kind } = type.kind === 'nullable' ? type.inner : type;
  return kind === 'int' || kind === 'long' || kind === 'int64' || kind === 'integer' || kind === 'boolean' || kind === 'string';
}
