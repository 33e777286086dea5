// Whether state may keep a value of the engine's own without a copy. Thread: any.
import type { TypeInformation } from '#core/types/type-information';

/** No part of a value of the type can be changed in place by whoever else holds it: there are no arrays, maps or bytes in it. */
export function isOwnedInState(type: TypeInformation): boolean {
  switch (type.kind) {
    case 'nullable': return isOwnedInState(type.inner);
    case 'row': return type.fields.every((field) => isOwnedInState(field.type));
    case 'tuple': return type.elements.every(isOwnedInState);
    case 'list': case 'map': case 'bytes': case 'any': return false;
    default: return true;
  }
}
