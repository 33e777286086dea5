// Whether two descriptors of one name mean the same state. Thread: the slot's.
import { formatType, type TypeInformation } from '#core/types/type-information';
import { StateError } from '#state/errors';
import { storedTypeOf } from '#state/keyed/build-state';
import type { StateDescriptor } from '#state/keyed/keyed-state';

/** Throws STATE_DESCRIPTOR_CONFLICT (StateError) when `asked` is not what was registered under its name. */
export function checkSameDescriptor(registered: StateDescriptor, asked: StateDescriptor): void {
  const was = describe(registered);
  const is = describe(asked);
  if (was === is) return;
  throw new StateError(
    'STATE_DESCRIPTOR_CONFLICT',
    `state ${asked.name} is registered as ${was} and asked for as ${is}: give the two states different names`,
    { context: { name: asked.name, registered: was, asked: is } },
  );
}

function describe(descriptor: StateDescriptor): string {
  const types = descriptor.kind === 'map' ? `${name(descriptor.keyType)}, ${name(descriptor.type)}` : name(storedTypeOf(descriptor));
  const { ttl } = descriptor;
  return `${descriptor.kind} state of ${types}${ttl === undefined ? '' : ` with time to live ${ttl.ttlMs} ms (${ttl.update}, ${ttl.visibility})`}`;
}

function name(type: TypeInformation | undefined): string {
  return type === undefined ? 'ANY' : formatType(type);
}
