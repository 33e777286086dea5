// The `rocksdb` state backend of one keyed operator subtask: one RocksDB, a column family per state, a hot tier of packed
// bytes in front. A value handed out is a fresh one, so changing it changes no state. Thread: the slot's.
import { assert } from '#core/assert';
import { createSerializer } from '#core/serialization/create-serializer';
import { DataInput } from '#core/serialization/data-input';
import { DataOutput } from '#core/serialization/data-output';
import type { TypeSerializer } from '#core/serialization/type-serializer';
import { Types, type TypeInformation } from '#core/types/type-information';
import type { Clock } from '#platform/clock/clock';
import type { Files } from '#platform/files/files';
import { buildState } from '#state/keyed/build-state';
import { writeCellOfKey } from '#state/keyed/cell-section';
import { checkSameDescriptor } from '#state/keyed/descriptor-conflict';
import type { AnyState, KeyGroupRange, StateDescriptor } from '#state/keyed/keyed-state';
import type { KeyedStateBackend, KeyReadAhead } from '#state/keyed/keyed-state-backend';
import type { CellFactory, CellSpecification, ListCell, MapCell, ValueCell } from '#state/keyed/state-cells';
import { codecOfSection, KEY_ROLES, sectionSerializers, STATE_SECTION_PREFIX, STATE_SECTION_VERSION, TTL_ROLE } from '#state/keyed/state-section';
import { StoredCodec } from '#state/keyed/stored-codec';
import type { RocksDbSlot } from '#state/rocksdb/rocksdb-slot';
import type { TierAccess, TierCell } from '#state/rocksdb/tier-cell';
import { TierCodec } from '#state/rocksdb/tier-codec';
import { TierKey } from '#state/rocksdb/tier-key';
import { TierListCell } from '#state/rocksdb/tier-list-cell';
import { TierMapCell } from '#state/rocksdb/tier-map-cell';
import { TierReadAhead } from '#state/rocksdb/tier-read-ahead';
import { readTierMetrics } from '#state/rocksdb/tier-metrics';
import { decodeStates, encodeStates, FILE_SET_NAME, FILE_SET_VERSION, restoreTierStore, type StoredState } from '#state/rocksdb/tier-restore';
import { readTierSections, TierSectionWriter, type TierState } from '#state/rocksdb/tier-sections';
import { TierFilesSnapshot, TierSectionsSnapshot } from '#state/rocksdb/tier-snapshots';
import { TierTimers } from '#state/rocksdb/tier-timers';
import { TierStore, type TierStoreOptions } from '#state/rocksdb/tier-store';
import { TierValueCell } from '#state/rocksdb/tier-value-cell';
import type { TierFamily } from '#state/rocksdb/tier/hot-tier';
import { carriedSections } from '#state/snapshot/carried-sections';
import type { DeferredSnapshot } from '#state/snapshot/deferred-snapshot';
import type { KeyedSection, OperatorSnapshot, RestoredOperatorState, SnapshotRequest } from '#state/snapshot/operator-snapshot';
import { checkCompatible } from '#state/snapshot/serializer-compatibility';
import type { TimerOverflow, TimerOverflows } from '#state/timers/timer-overflow';
import { TIMER_SECTION_VERSION, timerSerializers } from '#state/timers/timer-sections';

export interface RocksDbKeyedStateBackendOptions {
  /** Undefined for undeclared keys. */
  readonly keyType: TypeInformation | undefined;
  readonly keyGroupRange: KeyGroupRange;
  readonly maxParallelism: number;
  readonly clock: Clock;
  readonly slot: RocksDbSlot;
  readonly files: Files;
  /** For this backend alone; goes when it is released. */
  readonly directory: string;
  /** Who is charged for the hot tier; `keyed state` unless given. */
  readonly owner?: string;
  /** Rows of the hot tier at most; as many as fit unless given. */
  readonly hotTierRowsMax?: number;
  /** Bytes of one value or list at most; 2^31 - 1 unless given. */
  readonly valueBytesMax?: number;
  /** RocksDB takes no writes for now; tryResume tells when it does again. */
  readonly onStalled?: () => void;
}

interface RegisteredState {
  readonly descriptor: StateDescriptor;
  readonly state: AnyState;
  readonly tierState: TierState;
}

type SectionPiece = ReturnType<RestoredOperatorState['keyed']> extends Iterable<infer P> ? P : never;

const VALUE_BYTES_MAX = 2 ** 31 - 1;
const EVERYTHING = { lower: new Uint8Array(0), upper: undefined };

export function createRocksDbKeyedStateBackend(options: RocksDbKeyedStateBackendOptions): KeyedStateBackend {
  return new RocksDbKeyedStateBackend(options);
}

class RocksDbKeyedStateBackend implements KeyedStateBackend, CellFactory {
  readonly keyType: TypeInformation | undefined;
  readonly keyGroupRange: KeyGroupRange;
  readonly maxParallelism: number;
  readonly #options: RocksDbKeyedStateBackendOptions;
  readonly #keySerializer: TypeSerializer;
  readonly #key: TierKey;
  readonly #states = new Map<string, RegisteredState>();
  #store: TierStore | undefined;
  #access: TierAccess | undefined;
  #readAhead: TierReadAhead | undefined;
  #restored: RestoredOperatorState | undefined;
  /** States of the restored files that nobody has asked for, by family. */
  readonly #stored = new Map<string, StoredState>();
  readonly #timers: TierState[] = [];
  /** Of the state that is being made, where its form has changed. */
  #converted: SectionPiece[] = [];
  /** Of the cell made last: buildState makes exactly one per state. */
  #newState: TierState | undefined;
  /** What the database said when it was closed: a task that has ended is still asked. */
  #lastMetrics: ReadonlyMap<string, number> = new Map();

  constructor(options: RocksDbKeyedStateBackendOptions) {
    this.keyType = options.keyType;
    this.keyGroupRange = options.keyGroupRange;
    this.maxParallelism = options.maxParallelism;
    this.#options = options;
    this.#keySerializer = createSerializer(options.keyType ?? Types.ANY);
    this.#key = new TierKey(options.keyType, this.#keySerializer, options.maxParallelism);
  }

  get currentKey(): unknown {
    return this.#key.key;
  }

  setCurrentKey(key: unknown): void {
    this.#key.set(key);
  }

  keyGroupOf(key: unknown): number {
    return this.#key.keyGroupOf(key);
  }

  getState(descriptor: StateDescriptor): AnyState {
    const registered = this.#states.get(descriptor.name);
    if (registered !== undefined) {
      checkSameDescriptor(registered.descriptor, descriptor);
      return registered.state;
    }
    // Values are turned into bytes when they enter: no copy is needed before.
    const state = buildState(descriptor, { cells: this, clock: this.#options.clock, isObjectReuse: false });
    const tierState = this.#newState;
    assert(tierState !== undefined && tierState.name === descriptor.name, `a state is built over one cell, got that of ${tierState?.name}`);
    this.#newState = undefined;
    this.#readRestored(tierState);
    this.#states.set(descriptor.name, { descriptor, state, tierState });
    return state;
  }

  /** Whole snapshots are sections that any backend reads; incremental ones are the database's files. Both are deferred. */
  snapshot(request: SnapshotRequest): OperatorSnapshot {
    const restored = this.#restored;
    const carried = restored === undefined ? [] : carriedSections(restored, (name) => name.startsWith(STATE_SECTION_PREFIX) && !this.#states.has(name.slice(STATE_SECTION_PREFIX.length)));
    const store = this.#store;
    if (store === undefined) return { keyed: carried, operator: [] };
    return { keyed: carried, operator: [], deferred: [request.isIncremental ? this.#deferFiles(store, request) : this.#deferSections(store)] };
  }

  restore(restored: RestoredOperatorState): void {
    assert(this.#states.size === 0 && this.#store === undefined, 'a backend is restored before its first state is asked for');
    this.#restored = restored;
    const sets = restored.fileSets(FILE_SET_NAME);
    if (sets.length === 0) return;
    for (const set of sets) for (const state of decodeStates(set)) this.#stored.set(state.name, state);
    this.#useStore(restoreTierStore(sets, { store: this.#storeOptions(), keyGroupRange: this.keyGroupRange, maxParallelism: this.maxParallelism }));
  }

  get timerOverflows(): TimerOverflows | undefined {
    const { areTimersInDatabase, timersInMemoryPerGroup } = this.#options.slot.settings;
    if (!areTimersInDatabase) return undefined;
    return {
      timersInMemoryMax: timersInMemoryPerGroup * (this.keyGroupRange.end - this.keyGroupRange.start + 1),
      open: (section, namespaceSerializer) => this.#openTimers(section, namespaceSerializer),
      tryOpenRestored: (section, namespaceSerializer) => (this.#stored.has(section) ? this.#openTimers(section, namespaceSerializer) : undefined),
    };
  }

  applyToKeys(name: string, apply: (key: unknown, state: AnyState) => void): void {
    const registered = this.#states.get(name);
    assert(registered !== undefined, `a state that is applied to is registered, got ${name}`);
    const { key, hasKey } = this.#key;
    try {
      for (const prefix of this.#prefixes(registered.tierState.cell)) {
        const each = this.#keySerializer.read(new DataInput(prefix, this.#key.groupBytes));
        this.#key.set(each);
        apply(each, registered.state);
      }
    } finally {
      this.#key.reset(key, hasKey);
    }
  }

  sectionOfKey(name: string, key: unknown): KeyedSection | undefined {
    const tierState = this.#states.get(name)?.tierState;
    if (tierState === undefined) return undefined;
    const { key: before, hasKey } = this.#key;
    const output = new DataOutput();
    try {
      this.#key.set(key);
      this.#keySerializer.write(key, output);
      const isPresent = writeCellOfKey(tierState.cell, tierState, tierState.codec!, output);
      const groups = isPresent ? [{ keyGroup: this.keyGroupOf(key), bytes: output.toBytes() }] : [];
      return { name: STATE_SECTION_PREFIX + name, version: STATE_SECTION_VERSION, serializers: tierState.serializers, groups };
    } finally {
      this.#key.reset(before, hasKey);
    }
  }

  /** Cost: a scan of every state. */
  get readAhead(): KeyReadAhead | undefined {
    return this.#readAhead;
  }

  keyCount(): number {
    const keys = new Set<string>();
    for (const { tierState } of this.#states.values()) for (const prefix of this.#prefixes(tierState.cell)) keys.add(String.fromCharCode(...prefix));
    return keys.size;
  }

  tryResume(): boolean {
    return this.#store?.tier.writer.tryAgain() ?? true;
  }

  metrics(): ReadonlyMap<string, number> {
    return this.#store === undefined ? this.#lastMetrics : readTierMetrics(this.#store, this.#options.slot.settings.metrics);
  }

  release(): void {
    this.#lastMetrics = this.metrics();
    this.#store?.close();
    this.#store = undefined;
    this.#access = undefined;
    this.#readAhead = undefined;
    this.#restored = undefined;
  }

  createValueCell(specification: CellSpecification): ValueCell<any> { // any: the user's value type
    const cell = new TierValueCell(this.#open(), this.#familyOf(specification), this.#codecOf(specification));
    this.#register(specification, cell);
    return cell;
  }

  createListCell(specification: CellSpecification): ListCell<any> { // any: the user's element type
    const cell = new TierListCell(this.#open(), this.#familyOf(specification), this.#codecOf(specification));
    this.#register(specification, cell);
    return cell;
  }

  createMapCell(specification: CellSpecification): MapCell<any, any> { // any: the user's key and value types
    const cell = new TierMapCell(this.#open(), this.#familyOf(specification), this.#codecOf(specification), createSerializer(specification.keyType ?? Types.ANY));
    this.#register(specification, cell);
    return cell;
  }

  #deferFiles(store: TierStore, { checkpointId }: SnapshotRequest): DeferredSnapshot {
    const states = [...this.#storedStates(store)];
    return new TierFilesSnapshot(store, this.#options.files, `${this.#options.directory}/chk-${checkpointId}`, {
      name: FILE_SET_NAME, version: FILE_SET_VERSION, keyGroupRange: this.keyGroupRange, properties: encodeStates(states),
      serializers: Object.fromEntries(states.flatMap(({ name, serializers }) => Object.entries(serializers).map(([role, serializer]) => [role === 'key' ? role : `${name}/${role}`, serializer]))),
    });
  }

  #deferSections(store: TierStore): DeferredSnapshot {
    const unclaimed = [...this.#stored.values()].map((stored) => this.#stateOf(stored, store));
    return new TierSectionsSnapshot(store, [...this.#tierStates(), ...unclaimed], this.#key);
  }

  /** All states of the database, also those of the restored files that nobody asked for. */
  *#storedStates(store: TierStore): IterableIterator<StoredState> {
    for (const { section, cell, serializers, ttlMs } of this.#tierStates()) {
      yield { name: section, shape: 'element' in serializers ? 'list' : 'value', ttlMs, serializers, listBytesMax: cell.family.listBytesMax };
    }
    for (const stored of this.#stored.values()) yield { ...stored, listBytesMax: store.family(stored).listBytesMax };
  }

  #openTimers(section: string, namespaceSerializer: TypeSerializer): TimerOverflow {
    const access = this.#open();
    const stored = this.#stored.get(section);
    const serializers = timerSerializers({ keySerializer: this.#keySerializer, namespaceSerializer });
    for (const [role, declared] of Object.entries(serializers)) if (stored !== undefined) checkCompatible({ subject: `${role} of timers ${section}`, written: stored.serializers[role], declared });
    this.#stored.delete(section);
    const timers = new TierTimers(access, this.#store!.family({ name: section, shape: 'value', ttlMs: undefined }), namespaceSerializer, this.keyGroupRange);
    this.#timers.push({ name: section, section, version: TIMER_SECTION_VERSION, cell: timers, serializers, ttlMs: undefined, codec: undefined });
    return timers;
  }

  #tierStates(): readonly TierState[] {
    return [...[...this.#states.values()].map(({ tierState }) => tierState), ...this.#timers];
  }

  #open(): TierAccess {
    if (this.#access === undefined) this.#useStore(new TierStore({ ...this.#storeOptions(), families: [] }));
    return this.#access!;
  }

  #useStore(store: TierStore): void {
    this.#store = store;
    this.#access = { key: this.#key, tier: store.tier, scan: store.scan };
    this.#readAhead = new TierReadAhead(this.#access, new TierKey(this.keyType, this.#keySerializer, this.maxParallelism));
  }

  #storeOptions(): Omit<TierStoreOptions, 'families' | 'sharedIds'> {
    const { slot, files, directory, clock, owner = 'keyed state', hotTierRowsMax = Number.POSITIVE_INFINITY, valueBytesMax = VALUE_BYTES_MAX, onStalled = () => {} } = this.#options;
    return { slot, files, directory, clock, owner, hotTierRowsMax, valueBytesMax, onStalled, instanceId: directory.slice(directory.lastIndexOf('-') + 1) };
  }

  /** The family of a state: as the restored files hold it if they do so in this form, else a new one, into which `#readRestored` brings what was there. */
  #familyOf(specification: CellSpecification): TierFamily {
    this.#open();
    const { name, role, ttlMs } = specification;
    const family = STATE_SECTION_PREFIX + name;
    const stored = this.#stored.get(family);
    if (stored !== undefined) {
      const serializers = sectionSerializers(specification, this.#keySerializer);
      if (stored.ttlMs !== ttlMs || JSON.stringify(stored.serializers) !== JSON.stringify(serializers)) {
        // Refuses before anything is changed.
        codecOfSection({ version: STATE_SECTION_VERSION, serializers: stored.serializers }, { name, serializers }, this.#sectionCodec(specification));
        this.#converted = this.#piecesOf(stored);
        this.#store!.dropFamily(family);
      }
      this.#stored.delete(family);
    }
    return this.#store!.family({ name: family, shape: role === 'element' ? 'list' : 'value', ttlMs });
  }

  /** A state of the restored files in the form in which they hold it. */
  #stateOf(stored: StoredState, store: TierStore): TierState {
    const { name: section, serializers, ttlMs } = stored;
    const isTimers = 'namespace' in serializers;
    const role = isTimers ? 'namespace' : Object.keys(serializers).find((each) => each !== TTL_ROLE && !KEY_ROLES.includes(each))!;
    const access = { key: this.#key, tier: store.tier, scan: store.scan };
    const codec = new TierCodec(createSerializer(serializers[role]!.type), ttlMs, this.#options.clock);
    const family = store.family(stored);
    const cell = isTimers ? new TierTimers(access, family, codec.serializer, this.keyGroupRange)
      : role === 'mapValue' ? new TierMapCell(access, family, codec, createSerializer(serializers['mapKey']!.type))
      : role === 'element' ? new TierListCell(access, family, codec) : new TierValueCell(access, family, codec);
    const name = section.slice(STATE_SECTION_PREFIX.length);
    const sectionCodec = isTimers ? undefined : this.#sectionCodec({ name, role, type: serializers[role]!.type, keyType: serializers['mapKey']?.type, ttlMs, isOwned: true });
    return { name, section, version: isTimers ? TIMER_SECTION_VERSION : STATE_SECTION_VERSION, cell, serializers, ttlMs, codec: sectionCodec };
  }

  /** All of a restored state as pieces of a section: its form has changed since. */
  #piecesOf(stored: StoredState): SectionPiece[] {
    const pieces: SectionPiece[] = [];
    const { cell } = this.#stateOf(stored, this.#store!);
    const writer = new TierSectionWriter(cell, this.#key, (keyGroup, bytes) => pieces.push({ keyGroup, bytes, version: STATE_SECTION_VERSION, serializers: stored.serializers }));
    this.#store!.scan.run(cell.family, EVERYTHING, Number.POSITIVE_INFINITY, (bytes, keyOffset, keyLength, valueOffset, valueLength) => writer.add(bytes, keyOffset, keyLength, valueOffset, valueLength));
    writer.finish();
    return pieces;
  }

  #codecOf({ type, ttlMs }: CellSpecification): TierCodec {
    return new TierCodec(createSerializer(type ?? Types.ANY), ttlMs, this.#options.clock);
  }

  #register(specification: CellSpecification, cell: TierCell): void {
    const { name, ttlMs } = specification;
    if (!cell.isMap) this.#readAhead!.watch(cell.family);
    this.#newState = { name, section: STATE_SECTION_PREFIX + name, version: STATE_SECTION_VERSION, cell, ttlMs, serializers: sectionSerializers(specification, this.#keySerializer), codec: this.#sectionCodec(specification) };
  }

  #sectionCodec({ type, keyType, role, ttlMs }: CellSpecification): StoredCodec {
    return new StoredCodec({
      serializer: createSerializer(type ?? Types.ANY), keySerializer: role === 'mapValue' ? createSerializer(keyType ?? Types.ANY) : undefined, clock: this.#options.clock, ttlMs, hasTtlBytes: ttlMs !== undefined,
    });
  }

  #readRestored(tierState: TierState): void {
    if (this.#restored === undefined) return;
    const { key, hasKey } = this.#key;
    readTierSections([...this.#restored.keyed(STATE_SECTION_PREFIX + tierState.name), ...this.#converted], tierState, this.#open());
    this.#converted = [];
    this.#key.reset(key, hasKey);
  }

  /** Group and key of every key with an entry in the state, in key order. */
  #prefixes(cell: TierCell): Uint8Array[] {
    const { scan } = this.#open();
    const input = new DataInput(new Uint8Array(0));
    const prefixes: Uint8Array[] = [];
    let last: Uint8Array | undefined;
    scan.run(cell.family, EVERYTHING, Number.POSITIVE_INFINITY, (bytes, keyOffset, keyLength) => {
      const length = cell.isMap ? this.#key.prefixLengthIn(input, bytes, keyOffset, keyLength) : keyLength;
      if (last !== undefined && last.length === length && last.every((byte, i) => byte === bytes[keyOffset + i])) return;
      prefixes.push((last = bytes.slice(keyOffset, keyOffset + length)));
    });
    return prefixes;
  }
}
