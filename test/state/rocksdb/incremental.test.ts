// Incremental snapshots of the RocksDB backend: files of the database at the cut, restored at any parallelism.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { keyGroupRangeOf, operatorIndexOfKeyGroup } from '#core/keys/key-groups';
import { Types } from '#core/types/type-information';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import type { ListState, MapState, StateDescriptor, ValueState } from '#state/keyed/keyed-state';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { RocksDbSlot } from '#state/rocksdb/rocksdb-slot';
import type { RestoredFileSet } from '#state/snapshot/file-set';
import { finishSnapshot, finishSnapshotSync } from '#state/snapshot/finish-snapshot';
import type { OperatorSnapshot, SnapshotRequest } from '#state/snapshot/operator-snapshot';
import { redistribute } from '#state/snapshot/redistribute';
import { directoryOf, openBackend, openSlot, withAddon } from './rocksdb-fixture.js';

const MAX_PARALLELISM = 16;
const VALUE: StateDescriptor = { kind: 'value', name: 'value', type: Types.LONG };
const LIST: StateDescriptor = { kind: 'list', name: 'list', type: Types.STRING };
const MAP: StateDescriptor = { kind: 'map', name: 'map', keyType: Types.INT, type: Types.STRING };
const INCREMENTAL: SnapshotRequest = { checkpointId: 1, timestamp: 0, isSavepoint: false, isIncremental: true };
const WHOLE: SnapshotRequest = { ...INCREMENTAL, isIncremental: false };

interface Content {
  value?: number;
  list?: string[];
  map?: Record<string, string>;
}

/** Keeps the files beyond the release of the snapshot. */
async function store(snapshot: OperatorSnapshot): Promise<OperatorSnapshot> {
  let kept: RestoredFileSet[] = [];
  const { keyed, operator } = await finishSnapshot(snapshot, (fileSets) => {
    kept = fileSets.map((set) => {
      const folder = directoryOf();
      mkdirSync(folder);
      for (const file of set.files) copyFileSync(file.path, join(folder, file.name));
      return { ...set, files: set.files.map((file) => ({ ...file, path: join(folder, file.name) })) };
    });
  });
  return { keyed, operator, fileSets: kept };
}

function open(slot: RocksDbSlot, parallelism: number, subtask: number, clock = new SimulatedClock()): KeyedStateBackend {
  return openBackend(slot, { keyType: Types.STRING, keyGroupRange: keyGroupRangeOf(MAX_PARALLELISM, parallelism, subtask), maxParallelism: MAX_PARALLELISM, clock });
}

function restore(slot: RocksDbSlot, old: readonly OperatorSnapshot[], parallelism: number, clock?: SimulatedClock): KeyedStateBackend[] {
  return Array.from({ length: parallelism }, (_, newSubtask) => {
    const backend = open(slot, parallelism, newSubtask, clock);
    backend.restore(redistribute({ old, newSubtask, parallelism, maxParallelism: MAX_PARALLELISM, checkpointId: 1 }));
    return backend;
  });
}

function at(backends: readonly KeyedStateBackend[], key: string): KeyedStateBackend {
  const backend = backends[operatorIndexOfKeyGroup(MAX_PARALLELISM, backends.length, backends[0]!.keyGroupOf(key))]!;
  backend.setCurrentKey(key);
  return backend;
}

function read(backend: KeyedStateBackend): Content {
  const value = (backend.getState(VALUE) as ValueState<number>).value();
  const list = (backend.getState(LIST) as ListState<string>).get();
  const map = [...(backend.getState(MAP) as MapState<number, string>).entries()];
  return { ...(value === null ? {} : { value }), ...(list.length === 0 ? {} : { list: [...list] }), ...(map.length === 0 ? {} : { map: Object.fromEntries(map) }) };
}

interface Change {
  readonly key: string;
  readonly state: number;
  readonly n: number;
}

function change(backend: KeyedStateBackend, content: Content, { state, n }: Change): void {
  switch (state) {
    case 0:
      (backend.getState(VALUE) as ValueState<number>).update(n);
      content.value = n;
      return;
    case 1:
      (backend.getState(LIST) as ListState<string>).add(`x${n}`);
      content.list = [...(content.list ?? []), `x${n}`];
      return;
    case 2:
      (backend.getState(MAP) as MapState<number, string>).put(n % 7, `y${n}`);
      content.map = { ...content.map, [n % 7]: `y${n}` };
      return;
    default:
      (backend.getState(LIST) as ListState<string>).clear();
      (backend.getState(MAP) as MapState<number, string>).clear();
      delete content.list;
      delete content.map;
  }
}

const changes = fc.array(fc.record({ key: fc.integer({ min: 0, max: 40 }).map((n) => `key ${n}`), state: fc.integer({ min: 0, max: 3 }), n: fc.nat(1000) }), { maxLength: 60 });

withAddon(() => {
  const slot = openSlot({ 'state.backend.rocksdb.restore-overlap-fraction-threshold': '0.3' }, 64 << 20);

  test('the files of cuts hold what was there at the cut, restored at any parallelism, whatever was written meanwhile', async () => {
    const round = fc.record({ before: changes, meanwhile: changes, parallelism: fc.integer({ min: 1, max: 5 }) });
    await fc.assert(fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 4 }), async (rounds) => {
      let backends = [open(slot, 1, 0)];
      const model = new Map<string, Content>();
      const contentOf = (key: string): Content => {
        if (!model.has(key)) model.set(key, {});
        return model.get(key)!;
      };
      for (const { before, meanwhile, parallelism } of rounds) {
        for (const each of before) change(at(backends, each.key), contentOf(each.key), each);
        const cuts = backends.map((backend) => store(backend.snapshot(INCREMENTAL)));
        const atCut = structuredClone(model);
        for (const each of meanwhile) change(at(backends, each.key), contentOf(each.key), each);
        const old = await Promise.all(cuts);
        for (const key of model.keys()) assert.deepEqual(read(at(backends, key)), contentOf(key), key);
        for (const backend of backends) backend.release();
        backends = restore(slot, old, parallelism);
        model.clear();
        for (const [key, content] of atCut) model.set(key, content);
        for (const key of model.keys()) assert.deepEqual(read(at(backends, key)), contentOf(key), key);
        assert.equal(backends.reduce((sum, backend) => sum + backend.keyCount(), 0), [...model.values()].filter((content) => Object.keys(content).length > 0).length);
      }
      for (const backend of backends) backend.release();
    }), { numRuns: 8 });
  });

  test('files that did not change keep their ids, also behind a restore; new ones are as large as what changed', async () => {
    let [backend] = [open(slot, 1, 0)];
    const put = (n: number): void => {
      backend.setCurrentKey(`key ${n}`);
      (backend.getState(VALUE) as ValueState<number>).update(n * 7.5e9);
    };
    for (let n = 0; n < 50_000; n++) put(n);
    const tables = ({ fileSets }: OperatorSnapshot) => new Map(fileSets![0]!.files.flatMap(({ sharedId, bytes }) => (sharedId === undefined ? [] : [[sharedId, bytes] as const])));
    const newBytes = (from: ReadonlyMap<string, number>, to: ReadonlyMap<string, number>): number => [...to].reduce((sum, [id, bytes]) => sum + (from.has(id) ? 0 : bytes), 0);
    const first = await store(backend.snapshot(INCREMENTAL));
    for (let n = 0; n < 500; n++) put(n * 100);
    const second = await store(backend.snapshot({ ...INCREMENTAL, checkpointId: 2 }));
    backend.release();
    [backend] = restore(slot, [second], 1) as [KeyedStateBackend];
    put(1);
    const third = await store(backend.snapshot({ ...INCREMENTAL, checkpointId: 3 }));
    const sizes = [newBytes(new Map(), tables(first)), newBytes(tables(first), tables(second)), newBytes(tables(second), tables(third))];
    assert.ok(sizes[1]! < sizes[0]! / 20, `${sizes[1]} new bytes for one key in a hundred of ${sizes[0]}`);
    assert.ok(sizes[2]! < sizes[0]! / 20 && sizes[2]! > 0, `${sizes[2]} new bytes for one key after a restore`);
    backend.release();
  });

  test('a state that nobody asks for is in the next files, and in the next whole snapshot', async () => {
    let backend = open(slot, 1, 0);
    change(at([backend], 'a'), {}, { key: 'a', state: 2, n: 5 });
    change(at([backend], 'a'), {}, { key: 'a', state: 1, n: 6 });
    const first = await store(backend.snapshot(INCREMENTAL));
    backend.release();
    [backend] = restore(slot, [first], 1) as [KeyedStateBackend];
    const second = await store(backend.snapshot(INCREMENTAL));
    backend.release();
    [backend] = restore(slot, [second], 1) as [KeyedStateBackend];
    const whole = finishSnapshotSync(backend.snapshot(WHOLE));
    backend.release();
    [backend] = restore(slot, [whole], 1) as [KeyedStateBackend];
    assert.deepEqual(read(at([backend], 'a')), { list: ['x6'], map: { 5: 'y5' } });
    backend.release();
  });

  test('states in files may change time to live, and no other kind of state may take their names', async () => {
    const clock = new SimulatedClock();
    let backend = open(slot, 1, 0, clock);
    change(at([backend], 'a'), {}, { key: 'a', state: 0, n: 5 });
    change(at([backend], 'a'), {}, { key: 'a', state: 1, n: 6 });
    const first = await store(backend.snapshot(INCREMENTAL));
    backend.release();
    [backend] = restore(slot, [first], 1, clock) as [KeyedStateBackend];
    backend.setCurrentKey('a');
    assert.throws(() => backend.getState({ ...LIST, kind: 'value' } as StateDescriptor), { code: 'STATE_MIGRATION_UNSUPPORTED' });
    const ttl = { ttlMs: 100, update: 'on-create-and-write', visibility: 'never-return-expired' } as const;
    const list = backend.getState({ ...LIST, ttl }) as ListState<string>;
    assert.deepEqual(list.get(), ['x6']);
    clock.advance(99);
    list.add('later');
    const second = await store(backend.snapshot(INCREMENTAL));
    backend.release();
    [backend] = restore(slot, [second], 1, clock) as [KeyedStateBackend];
    backend.setCurrentKey('a');
    clock.advance(1);
    assert.deepEqual([(backend.getState({ ...LIST, ttl }) as ListState<string>).get(), (backend.getState(VALUE) as ValueState<number>).value()], [['later'], 5]);
    backend.release();
  });

  test('files of another format are refused', async () => {
    const backend = open(slot, 1, 0);
    change(at([backend], 'a'), {}, { key: 'a', state: 0, n: 5 });
    const { fileSets = [], ...rest } = await store(backend.snapshot(INCREMENTAL));
    backend.release();
    assert.throws(() => restore(slot, [{ ...rest, fileSets: fileSets.map((set) => ({ ...set, version: 99 })) }], 1), { code: 'SNAPSHOT_VERSION_UNSUPPORTED' });
  });

  test('a snapshot that is given up leaves nothing and stops nobody', async () => {
    const backend = open(slot, 1, 0);
    for (const request of [INCREMENTAL, WHOLE]) {
      change(at([backend], 'a'), {}, { key: 'a', state: 0, n: 5 });
      for (const part of backend.snapshot(request).deferred!) part.release();
      change(at([backend], 'a'), {}, { key: 'a', state: 0, n: 6 });
      for (const part of backend.snapshot(request).deferred!) {
        part.step({ isFull: false, keyed: () => ({ write: () => {} }), items: () => () => {}, files: () => {} }, () => false);
        part.release();
      }
    }
    assert.deepEqual(read(at([backend], 'a')), { value: 6 });
    backend.release();
  });
});
