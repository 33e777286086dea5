// The sections of keyed states as rows: for those who read a snapshot as data, without a backend. Thread: any.
import { assert } from '#core/assert';
import { createSerializer } from '#core/serialization/create-serializer';
import { DataInput } from '#core/serialization/data-input';
import type { SerializerSnapshot } from '#core/serialization/type-serializer';
import { Types, type TypeInformation } from '#core/types/type-information';
import { StateError } from '#state/errors';
import type { StateKind } from '#state/keyed/keyed-state';
import { STATE_SECTION_VERSION, TTL_ROLE } from '#state/keyed/state-section';
import type { KeyedSection } from '#state/snapshot/operator-snapshot';
import { readerOf } from '#state/snapshot/serializer-compatibility';

/** One value, element or map entry. */
export interface KeyedStateRow {
  readonly key: unknown;
  /** Of a map. */
  readonly mapKey?: unknown;
  /** Of a list: from 0. */
  readonly index?: number;
  readonly value: unknown;
  /** With time to live: epoch ms. */
  readonly lastAccess?: number;
}

export interface KeyedStateShape {
  readonly kind: StateKind;
  readonly keyType: TypeInformation;
  readonly mapKeyType: TypeInformation | undefined;
  /** Of the value, element, map value or accumulator. */
  readonly valueType: TypeInformation;
  readonly hasTtl: boolean;
}

const KIND_OF_ROLE: Readonly<Record<string, StateKind>> = { value: 'value', reduced: 'reducing', accumulator: 'aggregating', element: 'list', mapValue: 'map' };

/** Undefined when the section's serializers are not those of a keyed state. */
export function keyedStateShape(serializers: Readonly<Record<string, SerializerSnapshot>>): KeyedStateShape | undefined {
  const role = Object.keys(serializers).find((candidate) => candidate in KIND_OF_ROLE);
  const key = serializers['key'];
  if (role === undefined || key === undefined) return undefined;
  return { kind: KIND_OF_ROLE[role]!, keyType: key.type, mapKeyType: serializers['mapKey']?.type, valueType: serializers[role]!.type, hasTtl: TTL_ROLE in serializers };
}

/**
 * In the order of the bytes. @param declared type that values are migrated to; as written when left out.
 * Throws SNAPSHOT_VERSION_UNSUPPORTED, STATE_MIGRATION_UNSUPPORTED.
 */
export function* readStateRows(section: KeyedSection, declared?: TypeInformation): Generator<KeyedStateRow> {
  const { name, version, serializers, groups } = section;
  if (version !== STATE_SECTION_VERSION) {
    throw new StateError('SNAPSHOT_VERSION_UNSUPPORTED', `state ${name} was written in format ${version}, this engine reads ${STATE_SECTION_VERSION}: read it with the engine that wrote it`);
  }
  const shape = keyedStateShape(serializers);
  assert(shape !== undefined, `section ${name} is that of a keyed state`);
  const key = createSerializer(shape.keyType);
  const mapKey = createSerializer(shape.mapKeyType ?? Types.ANY);
  const written = createSerializer(shape.valueType);
  const read = declared === undefined ? (input: DataInput): unknown => written.read(input) : readerOf({ subject: `${shape.kind} of ${name}`, written, declared: createSerializer(declared) });
  const readValue = (input: DataInput): Pick<KeyedStateRow, 'value' | 'lastAccess'> => {
    const value: unknown = read(input);
    return shape.hasTtl ? { value, lastAccess: input.readFloat64() } : { value };
  };
  for (const { bytes } of groups) {
    const input = new DataInput(bytes);
    while (input.remaining > 0) {
      const rowKey: unknown = key.read(input);
      if (shape.kind === 'list') {
        const count = input.readVarUint();
        for (let index = 0; index < count; index++) yield { key: rowKey, index, ...readValue(input) };
      } else if (shape.kind === 'map') {
        for (let left = input.readVarUint(); left > 0; left--) yield { key: rowKey, mapKey: mapKey.read(input), ...readValue(input) };
      } else {
        yield { key: rowKey, ...readValue(input) };
      }
    }
  }
}
