// Bytes of timers per key group, and back, in timestamp order within a group.
//   group = | key | has namespace: byte | namespace, if it has | timestamp: float64 |*
// Thread: the slot's.
import { DataInput } from '#core/serialization/data-input';
import { DataOutput } from '#core/serialization/data-output';
import type { TypeSerializer } from '#core/serialization/type-serializer';
import { StateError } from '#state/errors';
import type { KeyGroupRange } from '#state/keyed/keyed-state';
import type { KeyedSection, RestoredOperatorState } from '#state/snapshot/operator-snapshot';
import { checkCompatible } from '#state/snapshot/serializer-compatibility';
import type { TimerBuckets } from '#state/tables/timer-buckets';

const TIMER_SECTION_VERSION = 1;

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

export function writeTimers(name: string, timers: TimerBuckets, format: TimerSectionFormat): KeyedSection {
  const { keySerializer, namespaceSerializer, keyGroupRange } = format;
  const byGroup = new Map<number, { timestamp: number; key: unknown; namespace: unknown }[]>();
  timers.forEach((timestamp, keyRow, namespaceRow) => {
    const key = format.keyAt(keyRow);
    const keyGroup = format.keyGroupOf(key);
    let list = byGroup.get(keyGroup);
    if (list === undefined) byGroup.set(keyGroup, (list = []));
    list.push({ timestamp, key, namespace: format.namespaceAt(namespaceRow) });
  });
  const output = new DataOutput();
  const groups: { keyGroup: number; bytes: Uint8Array }[] = [];
  for (let keyGroup = keyGroupRange.start; keyGroup <= keyGroupRange.end; keyGroup++) {
    const list = byGroup.get(keyGroup);
    if (list === undefined) continue;
    output.reset();
    for (const timer of list.sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0))) {
      keySerializer.write(timer.key, output);
      output.writeBoolean(timer.namespace !== undefined);
      if (timer.namespace !== undefined) namespaceSerializer.write(timer.namespace, output);
      output.writeFloat64(timer.timestamp);
    }
    groups.push({ keyGroup, bytes: output.toBytes() });
  }
  const serializers = { key: { type: keySerializer.type, version: keySerializer.version }, namespace: { type: namespaceSerializer.type, version: namespaceSerializer.version } };
  return { name, version: TIMER_SECTION_VERSION, serializers, groups };
}

export function readTimers(pieces: ReturnType<RestoredOperatorState['keyed']>, format: TimerSectionFormat, add: (key: unknown, namespace: unknown, timestamp: number) => void): void {
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
