// The `hashmap` state backend of one keyed operator subtask: keys in a key table, values by the key's dense row in
// columns of managed memory (numbers) or as JS values. Invariant: a key has a row exactly while a state has a value
// for it. Thread: the slot's. A snapshot is a cut; what it held is read between batches (heap-snapshot.ts).
import { assert } from '#core/assert';
import { createKeyHasher, type KeyHasher } from '#core/keys/key-hasher';
import { assignToKeyGroup } from '#core/keys/key-groups';
import { createSerializer } from '#core/serialization/create-serializer';
import { DataOutput } from '#core/serialization/data-output';
import type { TypeSerializer } from '#core/serialization/type-serializer';
import { Types, type TypeInformation } from '#core/types/type-information';
import type { Clock } from '#platform/clock/clock';
import { HeapListCell } from '#state/heap/heap-list-cell';
import { HeapMapCell } from '#state/heap/heap-map-cell';
import { HeapNumberCell, isColumnType } from '#state/heap/heap-number-cell';
import { HeapOrderedRowsCell } from '#state/heap/heap-ordered-rows-cell';
import { HeapRowListCell } from '#state/heap/heap-row-list-cell';
import { HeapNumberMapCell, isNumberMap } from '#state/heap/heap-number-map-cell';
import { HeapNumberRowCell } from '#state/heap/heap-number-row-cell';
import { HeapValueCell } from '#state/heap/heap-value-cell';
import type { HeapCell } from '#state/heap/heap-cell';
import { readHeapSections, type HeapStateEntry } from '#state/heap/heap-sections';
import { HeapSnapshot } from '#state/heap/heap-snapshot';
import { KeyContext } from '#state/heap/key-context';
import { buildState } from '#state/keyed/build-state';
import { writeCellOfKey } from '#state/keyed/cell-section';
import { checkSameDescriptor } from '#state/keyed/descriptor-conflict';
import { createKeyComparable } from '#state/keyed/key-comparable';
import type { AnyState, KeyGroupRange, StateDescriptor } from '#state/keyed/keyed-state';
import { numberFieldsOf } from '#state/keyed/number-rows';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { CellFactory, CellSpecification, ListCell, MapCell, ValueCell } from '#state/keyed/state-cells';
import { sectionSerializers, STATE_SECTION_PREFIX, STATE_SECTION_VERSION } from '#state/keyed/state-section';
import { StoredCodec } from '#state/keyed/stored-codec';
import { createValueCopier } from '#state/keyed/value-copier';
import { carriedSections } from '#state/snapshot/carried-sections';
import type { KeyedSection, OperatorSnapshot, RestoredOperatorState, SnapshotRequest } from '#state/snapshot/operator-snapshot';
import { createKeyTable } from '#state/tables/key-table';
import type { MemoryManager } from '#state/tables/memory-manager';

export interface HeapKeyedStateBackendOptions {
  /** Undefined for undeclared keys. */
  readonly keyType: TypeInformation | undefined;
  readonly keyGroupRange: KeyGroupRange;
  readonly maxParallelism: number;
  readonly memory: MemoryManager;
  readonly clock: Clock;
  readonly isObjectReuse: boolean;
  /** Who is charged for the memory; `keyed state` unless given. */
  readonly owner?: string;
}

interface RegisteredState {
  readonly descriptor: StateDescriptor;
  readonly state: AnyState;
  readonly entry: HeapStateEntry;
}

export function createHeapKeyedStateBackend(options: HeapKeyedStateBackendOptions): KeyedStateBackend {
  return new HeapKeyedStateBackend(options);
}

class HeapKeyedStateBackend implements KeyedStateBackend, CellFactory {
  readonly keyType: TypeInformation | undefined;
  readonly keyGroupRange: KeyGroupRange;
  readonly maxParallelism: number;
  readonly #options: HeapKeyedStateBackendOptions;
  readonly #context: KeyContext;
  readonly #hashKey: KeyHasher;
  readonly #keySerializer: TypeSerializer;
  readonly #states = new Map<string, RegisteredState>();
  #restored: RestoredOperatorState | undefined;
  /** Of the cell made last: buildState makes exactly one per state. */
  #newEntry: HeapStateEntry | undefined;
  #lastSnapshot: HeapSnapshot | undefined;

  constructor(options: HeapKeyedStateBackendOptions) {
    this.keyType = options.keyType;
    this.keyGroupRange = options.keyGroupRange;
    this.maxParallelism = options.maxParallelism;
    this.#options = options;
    const owner = options.owner ?? 'keyed state';
    this.#context = new KeyContext(createKeyTable({ keyType: options.keyType, memory: options.memory, owner, layout: { f64: 0, i32: 0, hasAny: false } }));
    this.#hashKey = createKeyHasher(options.keyType);
    this.#keySerializer = createSerializer(options.keyType ?? Types.ANY);
  }

  get currentKey(): unknown {
    return this.#context.key;
  }

  setCurrentKey(key: unknown): void {
    this.#context.setKey(key);
  }

  keyGroupOf(key: unknown): number {
    return assignToKeyGroup(this.#hashKey(key), this.maxParallelism);
  }

  getState(descriptor: StateDescriptor): AnyState {
    const registered = this.#states.get(descriptor.name);
    if (registered !== undefined) {
      checkSameDescriptor(registered.descriptor, descriptor);
      return registered.state;
    }
    const state = buildState(descriptor, { cells: this, clock: this.#options.clock, isObjectReuse: this.#options.isObjectReuse });
    const entry = this.#newEntry;
    assert(entry !== undefined && entry.name === descriptor.name, `a state is built over one cell, got that of ${entry?.name}`);
    this.#newEntry = undefined;
    this.#readRestored(entry);
    this.#states.set(descriptor.name, { descriptor, state, entry });
    return state;
  }

  snapshot({ isSavepoint }: SnapshotRequest): OperatorSnapshot {
    // A table has one cut at a time: checkpoints that overlap read the earlier one to its end first.
    this.#lastSnapshot?.finishReading();
    const keyed = this.#unclaimedSections();
    const entries = [...this.#states.values()].map(({ entry }) => entry);
    if (entries.length === 0) return { keyed, operator: [] };
    const snapshot = new HeapSnapshot({
      context: this.#context, entries, sectionPrefix: STATE_SECTION_PREFIX,
      keySerializer: this.#keySerializer, keyGroupOf: (key) => this.keyGroupOf(key), range: this.keyGroupRange, keepsArchives: !isSavepoint,
    });
    this.#lastSnapshot = snapshot;
    return { keyed, operator: [], deferred: [snapshot] };
  }

  restore(restored: RestoredOperatorState): void {
    assert(this.#states.size === 0, 'a backend is restored before its first state is asked for');
    this.#restored = restored;
  }

  applyToKeys(name: string, apply: (key: unknown, state: AnyState) => void): void {
    const registered = this.#states.get(name);
    assert(registered !== undefined, `a state that is applied to is registered, got ${name}`);
    const { table, key, hasKey } = this.#context;
    const keys: unknown[] = [];
    table.forEachRow((row) => {
      if (this.#context.isPresent(row, registered.entry.cell.presence)) keys.push(table.keyAt(row));
    });
    try {
      for (const each of keys) {
        this.#context.setKey(each);
        apply(each, registered.state);
      }
    } finally {
      this.#context.resetKey(key, hasKey);
    }
  }

  sectionOfKey(name: string, key: unknown): KeyedSection | undefined {
    const entry = this.#states.get(name)?.entry;
    if (entry === undefined) return undefined;
    const { key: before, hasKey } = this.#context;
    const output = new DataOutput();
    try {
      this.#context.setKey(key);
      this.#keySerializer.write(key, output);
      const groups = writeCellOfKey(entry.cell, entry, entry.codec, output) ? [{ keyGroup: this.keyGroupOf(key), bytes: output.toBytes() }] : [];
      return { name: STATE_SECTION_PREFIX + name, version: STATE_SECTION_VERSION, serializers: entry.serializers, groups };
    } finally {
      this.#context.resetKey(before, hasKey);
    }
  }

  keyCount(): number {
    return this.#context.table.size;
  }

  release(): void {
    for (const { entry } of this.#states.values()) entry.cell.release();
    this.#context.table.release();
    this.#restored = undefined;
  }

  createValueCell(specification: CellSpecification): ValueCell<any> { // any: the user's value type
    const codec = this.#codecOf(specification);
    const cell = this.#valueCell(specification, codec);
    this.#register(specification, cell, codec);
    return cell;
  }

  #valueCell({ type, ttlMs, isOwned, order }: CellSpecification, codec: StoredCodec): ValueCell<any> & HeapCell { // any: as above
    if (ttlMs === undefined && isColumnType(type)) return new HeapNumberCell(this.#context, codec, type);
    const keepsOwned = ttlMs === undefined && isOwned;
    const ordered = keepsOwned && order !== undefined && type?.kind === 'list' ? HeapOrderedRowsCell.create(this.#context, type.element, order) : undefined;
    const fields = keepsOwned ? numberFieldsOf(type) : undefined;
    return ordered ?? (fields === undefined ? new HeapValueCell(this.#context, codec, this.#copierOf(type, isOwned)) : new HeapNumberRowCell(this.#context, codec, fields));
  }

  createListCell(specification: CellSpecification): ListCell<any> { // any: the user's element type
    const codec = this.#codecOf(specification);
    const { type, ttlMs, isOwned } = specification;
    const cell = (isOwned && ttlMs === undefined ? HeapRowListCell.create(this.#context, type) : undefined) ?? new HeapListCell(this.#context, codec, this.#copierOf(type, isOwned));
    this.#register(specification, cell, codec);
    return cell;
  }

  createMapCell(specification: CellSpecification): MapCell<any, any> { // any: the user's key and value types
    const codec = this.#codecOf(specification);
    const { keyType, type, ttlMs, isOwned } = specification;
    if (ttlMs === undefined && isNumberMap(keyType, type)) {
      const cell = new HeapNumberMapCell(this.#context, codec, keyType!, type!);
      this.#register(specification, cell, codec);
      return cell;
    }
    const copiers = { copyKey: this.#copierOf(keyType, isOwned), copyValue: this.#copierOf(type, isOwned) };
    const cell = new HeapMapCell(this.#context, codec, createKeyComparable(keyType), copiers);
    this.#register(specification, cell, codec);
    return cell;
  }

  #copierOf(type: TypeInformation | undefined, isOwned: boolean): (value: unknown) => unknown {
    return createValueCopier(type, { isObjectReuse: this.#options.isObjectReuse || isOwned });
  }

  #codecOf(specification: CellSpecification): StoredCodec {
    return new StoredCodec({
      serializer: createSerializer(specification.type ?? Types.ANY),
      keySerializer: specification.role === 'mapValue' ? createSerializer(specification.keyType ?? Types.ANY) : undefined,
      clock: this.#options.clock,
      ttlMs: specification.ttlMs,
      hasTtlBytes: specification.ttlMs !== undefined,
    });
  }

  #register(specification: CellSpecification, cell: HeapCell, codec: StoredCodec): void {
    const serializers = sectionSerializers(specification, this.#keySerializer);
    this.#newEntry = { name: specification.name, cell, serializers, codec };
  }

  #readRestored(entry: HeapStateEntry): void {
    if (this.#restored === undefined) return;
    const { key, hasKey } = this.#context;
    readHeapSections(this.#restored.keyed(STATE_SECTION_PREFIX + entry.name), entry, { context: this.#context, keySerializer: this.#keySerializer });
    this.#context.resetKey(key, hasKey);
  }

  /** Restored states nobody asked for, as they were. */
  #unclaimedSections(): KeyedSection[] {
    const restored = this.#restored;
    if (restored === undefined) return [];
    return carriedSections(restored, (name) => name.startsWith(STATE_SECTION_PREFIX) && !this.#states.has(name.slice(STATE_SECTION_PREFIX.length)));
  }
}
