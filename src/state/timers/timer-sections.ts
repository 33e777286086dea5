// What sections of timers hold, and reading them back; timer-snapshot.ts writes them. Within a group timers are in no order.
// Thread: the slot's.
import { DataInput } from '#core/serialization/data-input';
import type { SerializerSnapshot, TypeSerializer } from '#core/serialization/type-serializer';
import { StateError } from '#state/errors';
import type { KeyGroupRange } from '#state/keyed/keyed-state';
import type { RestoredOperatorState } from '#state/snapshot/operator-snapshot';
import { checkCompatible } from '#state/snapshot/serializer-compatibility';

export const TIMER_SECTION_VERSION = 1;

export interface TimerSectionFormat {
  readonly name: string;
  readonly keySerializer: TypeSerializer;
  readonly namespaceSerializer: TypeSerializer;
  readonly keyGroupRange: KeyGroupRange;
  keyGroupOf(key: unknown): number;
  keyAt(row: number): unknown;
  /** Undefined for timers without namespace. */
  namespaceAt(row: number): unknown;
}

/** Of the section's keys and namespaces, by role. */
export function timerSerializers({ keySerializer, namespaceSerializer }: Pick<TimerSectionFormat, 'keySerializer' | 'namespaceSerializer'>): Readonly<Record<string, SerializerSnapshot>> {
  return { key: { type: keySerializer.type, version: keySerializer.version }, namespace: { type: namespaceSerializer.type, version: namespaceSerializer.version } };
}

export function readTimers(pieces: ReturnType<RestoredOperatorState['keyed']>, format: Pick<TimerSectionFormat, 'name' | 'keySerializer' | 'namespaceSerializer'>, add: (key: unknown, namespace: unknown, timestamp: number) => void): void {
  const { keySerializer, namespaceSerializer, name } = format;
  for (const piece of pieces) {
    if (piece.version !== TIMER_SECTION_VERSION) {
      throw new StateError('SNAPSHOT_VERSION_UNSUPPORTED', `timers ${name} were written in format ${piece.version}, this engine reads ${TIMER_SECTION_VERSION}: restore them with the engine that wrote them`);
    }
    checkCompatible({ subject: `key of timers ${name}`, written: piece.serializers['key'], declared: keySerializer });
    checkCompatible({ subject: `namespace of timers ${name}`, written: piece.serializers['namespace'], declared: namespaceSerializer });
    const input = new DataInput(piece.bytes);
    while (input.remaining > 0) {
      const key = keySerializer.read(input);
      const namespace = input.readBoolean() ? namespaceSerializer.read(input) : undefined;
      add(key, namespace, input.readFloat64());
    }
  }
}
