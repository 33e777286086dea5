// What is the same in the sections of every backend, so that state moves between them: the format's version, and which
// serializers a section names by role.
//   group = | key | stored value |*          list and map values: | count, var-uint | element or (map key, value) |*
// A section of the archived form, which only checkpoints have, holds chunks of rows besides: archived-sections.ts.
// Invariant: a section read into a state was written by one of the same roles; its values are migrated where their type
// has changed. Thread: the slot's.
import { assert } from '#core/assert';
import { createSerializer } from '#core/serialization/create-serializer';
import type { SerializerSnapshot, TypeSerializer } from '#core/serialization/type-serializer';
import { Types } from '#core/types/type-information';
import { StateError } from '#state/errors';
import type { CellSpecification } from '#state/keyed/state-cells';
import type { StoredCodec } from '#state/keyed/stored-codec';
import { checkCompatible, readerOf, type ValueReader } from '#state/snapshot/serializer-compatibility';

export const STATE_SECTION_VERSION = 1;
export const ARCHIVED_SECTION_VERSION = 2;

/** Names of keyed sections that hold a registered state start with this. */
export const STATE_SECTION_PREFIX = 'state/';

/** Roles whose types never change; all others but time to live are values, which may be migrated. */
export const KEY_ROLES: readonly string[] = ['key', 'mapKey', 'namespace'];
/** Says that each stored value is followed by its last access. */
export const TTL_ROLE = 'ttl';

/** The serializers of a state's section by role. */
export function sectionSerializers(specification: CellSpecification, keySerializer: TypeSerializer): Readonly<Record<string, SerializerSnapshot>> {
  const serializers: Record<string, SerializerSnapshot> = {
    key: snapshotOf(keySerializer),
    [specification.role]: snapshotOf(createSerializer(specification.type ?? Types.ANY)),
  };
  if (specification.role === 'mapValue') serializers['mapKey'] = snapshotOf(createSerializer(specification.keyType ?? Types.ANY));
  if (specification.ttlMs !== undefined) serializers[TTL_ROLE] = snapshotOf(createSerializer(Types.DOUBLE));
  return serializers;
}

export interface SectionState {
  readonly name: string;
  /** By role. */
  readonly serializers: Readonly<Record<string, SerializerSnapshot>>;
}

/** What reads the stored values of a section of this piece: `codec` itself, or one that migrates. Throws STATE_MIGRATION_UNSUPPORTED or SNAPSHOT_VERSION_UNSUPPORTED. */
export function codecOfSection(piece: { readonly version: number; readonly serializers: Readonly<Record<string, SerializerSnapshot>> }, state: SectionState, codec: StoredCodec): StoredCodec {
  if (piece.version !== STATE_SECTION_VERSION) {
    throw new StateError('SNAPSHOT_VERSION_UNSUPPORTED', `state ${state.name} was written in format ${piece.version}, this engine reads ${STATE_SECTION_VERSION}: restore it with the engine that wrote it`);
  }
  let read: ValueReader | undefined;
  for (const [role, declared] of Object.entries(state.serializers)) {
    const check = { subject: `${role} of state ${state.name}`, written: piece.serializers[role], declared };
    if (KEY_ROLES.includes(role)) checkCompatible(check);
    else if (role !== TTL_ROLE) read = readerOf({ ...check, declared: createSerializer(declared.type) });
  }
  assert(read !== undefined, `the section of state ${state.name} holds values`);
  return codec.reading(read, TTL_ROLE in piece.serializers);
}

function snapshotOf(serializer: TypeSerializer): SerializerSnapshot {
  return { type: serializer.type, version: serializer.version };
}
