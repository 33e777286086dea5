// What an operator's sections hold, as states with typed columns and rows: keyed states, timers, windows, operator state,
// and what sources and sinks keep. Pure but for the bytes it is given.
import { createSerializer } from '#core/serialization/create-serializer';
import { DataInput } from '#core/serialization/data-input';
import { decodePlain } from '#core/serialization/plain-value';
import type { SerializerSnapshot } from '#core/serialization/type-serializer';
import { Types, type TypeInformation } from '#core/types/type-information';
import { STATE_SECTION_PREFIX } from '#state/keyed/state-section';
import { keyedStateShape, readStateRows } from '#state/keyed/state-section-rows';
import type { KeyedSection, OperatorSection, OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { redistribute } from '#state/snapshot/redistribute';
import { readTimers } from '#state/timers/timer-sections';
import { readWindowRows } from '#streaming/window/window-rows';

/** `internal`: what an engine operator, a source or a sink keeps for itself. */
export type SnapshotStateKind = 'value' | 'list' | 'map' | 'reducing' | 'aggregating' | 'timers' | 'window' | 'operator-list' | 'union-list' | 'broadcast' | 'internal';

export interface StateColumn {
  readonly name: string;
  readonly type: TypeInformation;
}

/** Values by column. */
export type StateRow = Readonly<Record<string, unknown>>;

export interface SnapshotState {
  /** As in the program, without a prefix; unique within the operator together with `kind`. */
  readonly name: string;
  readonly kind: SnapshotStateKind;
  readonly columns: readonly StateColumn[];
  /** Of the section, for those who compare. */
  readonly section: string;
  readonly serializers: Readonly<Record<string, SerializerSnapshot>>;
  readonly bytes: number;
  /** @param declared see readStateRows; of keyed states only. */
  rows(declared?: TypeInformation): Iterable<StateRow>;
}

const OPERATOR_KINDS: readonly (readonly [prefix: string, kind: SnapshotStateKind])[] = [['list/', 'operator-list'], ['union/', 'union-list'], ['broadcast/', 'broadcast']];

/** The states of one old subtask. */
export function statesOf(snapshot: OperatorSnapshot): SnapshotState[] {
  return [...snapshot.keyed.map(keyedState), ...snapshot.operator.map(operatorState)];
}

function keyedState(section: KeyedSection): SnapshotState {
  const { name, serializers, groups } = section;
  const common = { section: name, serializers, bytes: groups.reduce((sum, { bytes }) => sum + bytes.length, 0) };
  const shape = keyedStateShape(serializers);
  if (name.startsWith(STATE_SECTION_PREFIX) && shape !== undefined) {
    const columns: StateColumn[] = [{ name: 'key', type: shape.keyType }];
    if (shape.kind === 'list') columns.push({ name: 'index', type: Types.INT });
    if (shape.mapKeyType !== undefined) columns.push({ name: 'mapKey', type: shape.mapKeyType });
    columns.push({ name: 'value', type: shape.valueType });
    if (shape.hasTtl) columns.push({ name: 'lastAccess', type: Types.DOUBLE });
    return { ...common, name: name.slice(STATE_SECTION_PREFIX.length), kind: shape.kind, columns, rows: (declared) => readStateRows(section, declared) as Iterable<object> as Iterable<StateRow> };
  }
  const { key, namespace, accumulator } = serializers;
  if (key !== undefined && namespace !== undefined) {
    const columns = [{ name: 'key', type: key.type }, { name: 'namespace', type: Types.NULLABLE(namespace.type) }, { name: 'timestamp', type: Types.DOUBLE }];
    return { ...common, name, kind: 'timers', columns, rows: () => timerRows(section, key, namespace) };
  }
  if (key !== undefined && accumulator !== undefined) {
    const columns = [
      { name: 'key', type: key.type }, { name: 'start', type: Types.DOUBLE }, { name: 'end', type: Types.DOUBLE }, { name: 'isFired', type: Types.BOOLEAN }, { name: 'value', type: accumulator.type },
    ];
    return { ...common, name, kind: 'window', columns, rows: () => windowRows(section, key, accumulator) };
  }
  const columns = [{ name: 'keyGroup', type: Types.INT }, { name: 'value', type: Types.BYTES }];
  return { ...common, name, kind: 'internal', columns, rows: () => groups.map(({ keyGroup, bytes }) => ({ keyGroup, value: bytes })) };
}

function timerRows(section: KeyedSection, key: SerializerSnapshot, namespace: SerializerSnapshot): Iterable<StateRow> {
  const rows: StateRow[] = [];
  const pieces = section.groups.map((group) => ({ ...group, version: section.version, serializers: section.serializers }));
  readTimers(pieces, { name: section.name, keySerializer: createSerializer(key.type), namespaceSerializer: createSerializer(namespace.type) }, (rowKey, rowNamespace, timestamp) => {
    rows.push({ key: rowKey, namespace: rowNamespace ?? null, timestamp });
  });
  return rows;
}

function* windowRows(section: KeyedSection, key: SerializerSnapshot, accumulator: SerializerSnapshot): Iterable<StateRow> {
  const maxParallelism = 1 + section.groups.reduce((max, { keyGroup }) => Math.max(max, keyGroup), 0);
  const restored = redistribute({ old: [{ keyed: [section], operator: [] }], newSubtask: 0, parallelism: 1, maxParallelism, checkpointId: 0 });
  for (const { rows } of readWindowRows(restored, section.name, { keyType: key.type, accumulatorType: accumulator.type })) {
    for (const { key: rowKey, from, to, flag, accumulator: value } of rows) yield { key: rowKey, start: from, end: to, isFired: flag !== 0, value };
  }
}

function operatorState({ name, items, serializers = {} }: OperatorSection): SnapshotState {
  const [prefix, kind] = OPERATOR_KINDS.find(([candidate]) => name.startsWith(candidate)) ?? ['', 'internal' as const];
  const common = { section: name, name: name.slice(prefix.length), serializers, bytes: items.reduce((sum, bytes) => sum + bytes.length, 0) };
  const { element, mapKey, mapValue } = serializers;
  if (kind === 'broadcast' && mapKey !== undefined && mapValue !== undefined) {
    const columns = [{ name: 'mapKey', type: mapKey.type }, { name: 'value', type: mapValue.type }];
    return { ...common, kind, columns, rows: () => items.map((bytes) => {
      const input = new DataInput(bytes);
      return { mapKey: createSerializer(mapKey.type).read(input), value: createSerializer(mapValue.type).read(input) };
    }) };
  }
  const type = element?.type ?? Types.ANY;
  const columns = [{ name: 'index', type: Types.INT }, { name: 'value', type }];
  const read = element === undefined ? plainOrBytes : (bytes: Uint8Array): unknown => createSerializer(element.type).read(new DataInput(bytes));
  return { ...common, kind: element === undefined ? 'internal' : kind, columns, rows: () => items.map((bytes, index) => ({ index, value: read(bytes) })) };
}

/** Most engine state is schemaless values; what is not is shown as it is. */
function plainOrBytes(bytes: Uint8Array): unknown {
  try {
    return decodePlain(bytes);
  } catch {
    return bytes;
  }
}
