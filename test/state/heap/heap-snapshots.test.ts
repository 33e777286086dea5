import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createRowView } from '#core/codegen/row-view';
import { createRowWriter } from '#core/codegen/row-writer';
import { Batch, layoutOf } from '#core/columns/frame';
import { FrameMemory } from '#core/columns/frame-memory';
import { schemaOf } from '#core/columns/schema';
import { keyGroupRangeOf } from '#core/keys/key-groups';
import { Types, type TypeInformation } from '#core/types/type-information';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import { SeededRandom } from '#platform/random/seeded-random';
import { createHeapKeyedStateBackend } from '#state/heap/heap-keyed-state-backend';
import { withoutArchives } from '#state/keyed/archived-sections';
import type { AggregatingState, ListState, MapState, ReducingState, StateDescriptor, ValueState } from '#state/keyed/keyed-state';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { OrderedRowsCell, ViewListCell } from '#state/keyed/state-cells';
import { readStateRows } from '#state/keyed/state-section-rows';
import type { DeferredSnapshot } from '#state/snapshot/deferred-snapshot';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { redistribute } from '#state/snapshot/redistribute';
import { encodeSubtaskSnapshot, readSubtaskSnapshot } from '#state/snapshot/subtask-snapshot';
import { SnapshotCollector } from '#state/snapshot/snapshot-collector';
import { MemoryManager } from '#state/tables/memory-manager';

const MAX_PARALLELISM = 16;
const REQUEST = { checkpointId: 1, timestamp: 0, isSavepoint: false, isIncremental: false };
const SAVEPOINT = { ...REQUEST, isSavepoint: true };

const COUNT: StateDescriptor = { kind: 'value', name: 'count', type: Types.LONG };
const FLAG: StateDescriptor = { kind: 'value', name: 'flag', type: Types.BOOLEAN };
const SUM: StateDescriptor = { kind: 'reducing', name: 'sum', type: Types.DOUBLE, reduce: (a: number, b: number) => a + b };
const TEXT: StateDescriptor = { kind: 'value', name: 'text', type: Types.STRING };
const OBJECT: StateDescriptor = { kind: 'value', name: 'object' };
const LIST: StateDescriptor = { kind: 'list', name: 'list', type: Types.INT };
const ROW = Types.ROW({ id: Types.INT, text: Types.NULLABLE(Types.STRING) });
const ROWS: StateDescriptor = { kind: 'list', name: 'rows', type: ROW, isOwned: true };
const ORDERED: StateDescriptor = {
  kind: 'value', name: 'ordered', type: Types.LIST(ROW), isOwned: true,
  order: { numberOf: ({ id }: { readonly id: number }) => -(id % 5), isDecidedBy: (number) => number !== -3, compare: (a: { readonly id: number }, b: { readonly id: number }) => (b.id % 5) - (a.id % 5) || Number(a.id % 5 === 3) * (b.id - a.id) },
};
const NUMBERS: StateDescriptor = { kind: 'map', name: 'numbers', keyType: Types.NULLABLE(Types.INT64), type: Types.LONG };
const MAP: StateDescriptor = { kind: 'map', name: 'map', keyType: Types.STRING };
/** The accumulator is changed in place, as users do. */
const GATHERED: StateDescriptor = {
  kind: 'aggregating', name: 'gathered',
  aggregate: {
    createAccumulator: () => ({ ids: [] as number[] }),
    add: (id: number, accumulator: { ids: number[] }) => { accumulator.ids.push(id); return accumulator; },
    getResult: (accumulator) => [...accumulator.ids],
  },
};

const KEY_FORMS: readonly { readonly name: string; readonly type: TypeInformation | undefined; readonly of: (n: number) => unknown }[] = [
  { name: 'LONG', type: Types.LONG, of: (n) => n * 3 - 50 },
  { name: 'STRING', type: Types.STRING, of: (n) => `key ${n}` },
  { name: 'TUPLE', type: Types.TUPLE(Types.LONG, Types.NULLABLE(Types.STRING)), of: (n) => [n >> 1, n % 2 === 0 ? null : `part ${n % 100}`] },
  { name: 'undeclared', type: undefined, of: (n) => (n % 2 === 0 ? n : `${n}`) },
];

const SHAPES = {
  'columns of numbers': [COUNT, FLAG, SUM],
  'values of JavaScript': [TEXT, OBJECT, LIST, MAP, GATHERED],
  'rows and numbers in columns': [ROWS, COUNT],
  'rows and numbers in managed memory': [ROWS, NUMBERS, COUNT],
  'rows in an order': [ORDERED, COUNT],
  'both kinds': [COUNT, TEXT, SUM, LIST, MAP, GATHERED],
} as const satisfies Readonly<Record<string, readonly StateDescriptor[]>>;

/** State name -> value, for one key; plain data. */
type Held = Map<string, unknown>;

/** A backend with what every key holds, changed together. */
class ModelledBackend {
  readonly backend: KeyedStateBackend;
  readonly model = new Map<number, Held>();
  readonly #descriptors: readonly StateDescriptor[];
  readonly #keyOf: (n: number) => unknown;

  constructor(keyType: TypeInformation | undefined, keyOf: (n: number) => unknown, descriptors: readonly StateDescriptor[], memory: MemoryManager) {
    this.backend = open(keyType, memory);
    this.#keyOf = keyOf;
    this.#descriptors = descriptors;
  }

  change(n: number, random: SeededRandom, id: number): void {
    const descriptor = this.#descriptors[random.nextInt(this.#descriptors.length)]!;
    const isClearing = random.nextInt(4) === 0;
    this.backend.setCurrentKey(this.#keyOf(n));
    let held = this.model.get(n);
    if (held === undefined) this.model.set(n, (held = new Map()));
    const state = this.backend.getState(descriptor);
    if (isClearing) {
      state.clear();
      held.delete(descriptor.name);
    } else {
      held.set(descriptor.name, put(descriptor, state, held.get(descriptor.name), id));
    }
    if (held.size === 0) this.model.delete(n);
  }

  /** The model as it is now, by key. */
  copy(): Record<string, Record<string, unknown>> {
    return toRecord([...this.model].map(([n, held]) => [this.#keyOf(n), structuredClone(Object.fromEntries(held))]));
  }
}

/** Changes the state of the current key; returns what it holds then. */
function put(descriptor: StateDescriptor, state: unknown, before: unknown, id: number): unknown {
  switch (descriptor.name) {
    case 'count': (state as ValueState<number>).update(id); return id;
    case 'flag': (state as ValueState<boolean>).update(id % 2 === 0); return id % 2 === 0;
    case 'sum': (state as ReducingState<number>).add(id); return ((before as number | undefined) ?? 0) + id;
    case 'text': (state as ValueState<string>).update(`text ${id}`); return `text ${id}`;
    case 'object': (state as ValueState<object>).update({ id, of: [id] }); return { id, of: [id] };
    case 'list': (state as ListState<number>).add(id); return [...((before as number[] | undefined) ?? []), id];
    case 'rows': return [...((before as object[] | undefined) ?? []), addRow(state as ViewListCell<object>, id)];
    case 'ordered': return putOrdered(state as OrderedRowsCell<Ordered>, (before as Ordered[] | undefined) ?? [], id);
    case 'numbers': return putNumber(state as MapState<unknown, number>, { ...(before as Record<string, number> | undefined) }, id);
    case 'gathered': (state as AggregatingState<number, number[]>).add(id); return [...((before as number[] | undefined) ?? []), id];
    default: {
      const map = state as MapState<string, unknown>;
      const entries = { ...(before as Record<string, unknown> | undefined) };
      map.put(`e${id % 5}`, { id });
      entries[`e${id % 5}`] = { id };
      if (id % 3 === 0 && Object.keys(entries).length > 1) {
        map.remove(Object.keys(entries)[0]!);
        delete entries[Object.keys(entries)[0]!];
      }
      return entries;
    }
  }
}

const rowView = createRowView(schemaOf(ROW), { decodesBlocks: true })!;
const rowWriter = createRowWriter(schemaOf(ROW));
const rowLayout = layoutOf(schemaOf(ROW), 7);
const rowMemory = FrameMemory.allocate(rowLayout.heapStart + 1024);
const rowOf = (id: number): object => ({ id, text: id % 4 === 0 ? null : `text é ${id}` });

/** Rows of the batch that are in some list: each goes into one. */
let taken = 7;
let isShown = false;

/** Most rows come in batches of seven, of which the view shows one after another; the others as objects. */
function addRow(state: ViewListCell<object>, id: number): object {
  if (id % 11 === 0) {
    const row = rowOf(id);
    state.add(row);
    return row;
  }
  showRow(id);
  state.addView(rowView);
  if (id % 3 === 0) for (let i = 0; i < 3; i++) state.get();
  return rowView.copy();
}

/** The view goes to a row of its own, with others of its batch or in a new one. */
function showRow(id: number): void {
  if (taken === 7) {
    if (isShown) rowView.finish();
    isShown = true;
    rowWriter.open(rowMemory, 0, rowLayout, rowLayout.heapStart + 1024);
    for (let i = 0; i < 7; i++) rowWriter.append(rowOf(id + i), 0);
    const batch = new Batch(rowMemory, rowLayout);
    rowWriter.finish(batch);
    rowView.bind(batch, { isSame: false });
    taken = 0;
  }
  rowView.moveTo(taken++);
}

interface Ordered {
  readonly id: number;
}

const equalIds = (a: Ordered, b: Ordered): boolean => a.id === b.id;

/** At most five rows: a sixth pushes the last one out; now and then one is taken back. */
function putOrdered(state: OrderedRowsCell<Ordered>, before: readonly Ordered[], id: number): readonly Ordered[] {
  const rows = [...before];
  if (id % 7 === 0 && rows.length > 1) {
    const [gone] = rows.splice(id % rows.length, 1);
    state.remove(state.indexOf(gone!, equalIds));
    return rows;
  }
  const isAlone = id % 11 === 0;
  if (!isAlone) showRow(id);
  const row = isAlone ? rowOf(id) as Ordered : rowView.row as Ordered;
  const at = state.positionOf(row);
  rows.splice(at, 0, isAlone ? row : rowView.copy() as Ordered);
  assert.deepEqual(rows, rows.toSorted((ORDERED as { readonly order: { compare(a: Ordered, b: Ordered): number } }).order.compare));
  state.insert(at, row, isAlone ? undefined : rowView);
  if (state.count() > 5) {
    rows.pop();
    state.remove(5);
  }
  assert.equal(state.at(rows.length - 1).id, rows.at(-1)!.id);
  return rows;
}

function putNumber(map: MapState<unknown, number>, entries: Record<string, number>, id: number): Record<string, number> {
  const key = id % 5 === 0 ? null : id % 5 === 1 ? 2n ** 60n + BigInt(id % 3) : id % 50;
  if (id % 3 === 0 && Object.keys(entries).length > 1) {
    map.remove(key);
    delete entries[String(key)];
  } else {
    map.put(key, id);
    entries[String(key)] = id;
  }
  // A map that became empty is gone: put something back.
  if (Object.keys(entries).length === 0) {
    map.put(1, id);
    entries['1'] = id;
  }
  return entries;
}

function open(keyType: TypeInformation | undefined, memory: MemoryManager): KeyedStateBackend {
  return createHeapKeyedStateBackend({ keyType, keyGroupRange: { start: 0, end: MAX_PARALLELISM - 1 }, maxParallelism: MAX_PARALLELISM, memory, clock: new SimulatedClock(), isObjectReuse: false });
}

function toRecord(entries: readonly (readonly [unknown, Record<string, unknown>])[]): Record<string, Record<string, unknown>> {
  return Object.fromEntries(entries.map(([key, held]) => [JSON.stringify(key), held]).sort());
}

/** What a snapshot gives a new backend, by key. */
function contentOf(snapshot: OperatorSnapshot, keyType: TypeInformation | undefined, descriptors: readonly StateDescriptor[]): Record<string, Record<string, unknown>> {
  const backend = open(keyType, MemoryManager.unshared(1 << 26));
  backend.restore(redistribute({ old: [snapshot], newSubtask: 0, parallelism: 1, maxParallelism: MAX_PARALLELISM, checkpointId: 1 }));
  /** By the text of the key: keys of several columns are read anew for each state. */
  const content = new Map<string, Record<string, unknown>>();
  for (const descriptor of descriptors) {
    backend.getState(descriptor);
    backend.applyToKeys(descriptor.name, (key, state) => {
      const held = content.get(JSON.stringify(key)) ?? {};
      held[descriptor.name] = valueOf(descriptor, state);
      content.set(JSON.stringify(key), held);
    });
  }
  backend.release();
  return toRecord([...content].map(([key, held]) => [JSON.parse(key), held]));
}

function valueOf(descriptor: StateDescriptor, state: unknown): unknown {
  if (descriptor.kind === 'map') return Object.fromEntries((state as MapState<string, unknown>).entries());
  if (descriptor.kind === 'list') return [...(state as ListState<unknown>).get()];
  return descriptor.kind === 'value' ? (state as ValueState<unknown>).value() : (state as ReducingState<unknown>).get();
}

interface Running {
  readonly part: DeferredSnapshot;
  readonly cut: OperatorSnapshot;
  readonly output: SnapshotCollector;
  readonly expected: Record<string, Record<string, unknown>>;
  isDone: boolean;
}

function begin(modelled: ModelledBackend): Running | undefined {
  const cut = modelled.backend.snapshot(REQUEST);
  assert.ok((cut.deferred ?? []).length <= 1);
  const part = cut.deferred?.[0];
  return part === undefined ? undefined : { part, cut, output: new SnapshotCollector(), expected: modelled.copy(), isDone: false };
}

describe('snapshots of the heap backend that are read while state changes', () => {
  for (const { name, type, of } of KEY_FORMS) {
    for (const [shape, descriptors] of Object.entries(SHAPES)) {
      test(`${shape} by ${name} keys are read as they were at the cut; snapshots follow, overlap and are given up`, () => {
        fc.assert(fc.property(fc.integer(), (seed) => {
          const random = new SeededRandom(seed);
          const memory = MemoryManager.unshared(1 << 26);
          const modelled = new ModelledBackend(type, of, descriptors, memory);
          const keyCount = 1 + random.nextInt(2500);
          const running: Running[] = [];
          const finish = (one: Running): void => {
            while (one.part.step(one.output, () => true) !== 'done');
            one.part.release();
            assert.deepEqual(contentOf(one.output.addTo(one.cut), type, descriptors), one.expected);
          };
          const operations = 3000 + random.nextInt(4000);
          for (let id = 1; id <= operations; id++) {
            modelled.change(random.nextInt(keyCount), random, id);
            // Mostly one at a time, now and then a second one meanwhile.
            if (random.nextInt(running.length === 0 ? 700 : 6000) === 0) {
              const one = begin(modelled);
              if (one !== undefined) running.push(one);
            }
            const first = running[0];
            if (first === undefined || random.nextInt(60) !== 0) continue;
            let looks = random.nextInt(4);
            if (random.nextInt(25) === 0) {
              first.part.release();
              running.shift();
            } else if (first.part.step(first.output, () => looks-- > 0) === 'done') {
              finish({ ...first, part: { step: () => 'done', release: () => first.part.release() } });
              running.shift();
            }
          }
          running.forEach(finish);
          modelled.backend.release();
          assert.equal(memory.usedBytes, 0);
        }), { numRuns: 5 });
      });
    }
  }

  test('a value that its type cannot write fails the snapshot, not the record that touches it', () => {
    const backend = createHeapKeyedStateBackend({
      keyType: Types.INT, keyGroupRange: { start: 0, end: 15 }, maxParallelism: MAX_PARALLELISM, memory: MemoryManager.unshared(1 << 20), clock: new SimulatedClock(), isObjectReuse: true,
    });
    const state = backend.getState(TEXT) as ValueState<unknown>;
    backend.setCurrentKey(1);
    state.update(5);
    const [part] = backend.snapshot(REQUEST).deferred!;
    assert.equal(state.value(), 5);
    state.update('text');
    assert.throws(() => part!.step(new SnapshotCollector(), () => true), { code: 'TYPE_MISMATCH' });
    part!.release();
    assert.equal(state.value(), 'text');
  });

  test('state that is asked for after the cut is no part of it, and restored state that nobody asked for is', () => {
    const first = open(Types.INT, MemoryManager.unshared(1 << 20));
    for (const descriptor of [COUNT, TEXT]) {
      first.setCurrentKey(1);
      put(descriptor, first.getState(descriptor), undefined, 7);
    }
    const snapshot = finish(first.snapshot(REQUEST));
    const second = open(Types.INT, MemoryManager.unshared(1 << 20));
    second.restore(redistribute({ old: [snapshot], newSubtask: 0, parallelism: 1, maxParallelism: MAX_PARALLELISM, checkpointId: 1 }));
    second.setCurrentKey(2);
    put(COUNT, second.getState(COUNT), undefined, 8);
    const cut = second.snapshot(REQUEST);
    put(TEXT, second.getState(TEXT), undefined, 9);
    assert.deepEqual(contentOf(finish(cut), Types.INT, [COUNT, TEXT]), { 1: { count: 7, text: 'text 7' }, 2: { count: 8 } });
  });
});

describe('rows in an order', () => {
  test('take no more memory than twice the rows that are in lists and a little, however many came and left', () => {
    const memory = MemoryManager.unshared(1 << 26);
    const backend = open(Types.INT, memory);
    const state = backend.getState(ORDERED) as OrderedRowsCell<Ordered>;
    const model = new Map<number, readonly Ordered[]>();
    let early = 0;
    for (let id = 1; id <= 400_000; id++) {
      // Few keys have all the rows for long; now and then there is one of a key that gets no more.
      const key = id % 100 === 0 ? id : id % 8;
      backend.setCurrentKey(key);
      model.set(key, putOrdered(state, model.get(key) ?? [], id));
      if (id === 100_000) early = memory.usedBytes;
    }
    assert.ok(memory.usedBytes < early * 2, `${memory.usedBytes} bytes after four times the rows of which ${early} were used`);
    for (const [key, rows] of model) {
      backend.setCurrentKey(key);
      assert.deepEqual(state.value(), rows);
    }
    backend.release();
    assert.equal(memory.usedBytes, 0);
  });
});

describe('archives of rows', () => {
  const openRange = (start: number, end: number): KeyedStateBackend => createHeapKeyedStateBackend({
    keyType: Types.INT, keyGroupRange: { start, end }, maxParallelism: MAX_PARALLELISM, memory: MemoryManager.unshared(1 << 24), clock: new SimulatedClock(), isObjectReuse: false,
  });
  const KEYS = Array.from({ length: 60 }, (_, key) => key);

  /** Snapshots of two subtasks, each of which has the same ids for other rows, as bytes that were read back. */
  async function twoSubtasks(request: typeof REQUEST): Promise<{ readonly old: readonly OperatorSnapshot[]; readonly lists: ReadonlyMap<number, readonly object[]> }> {
    const lists = new Map<number, object[]>();
    const old: OperatorSnapshot[] = [];
    for (const [start, end] of [[0, 7], [8, 15]] as const) {
      const backend = openRange(start, end);
      const state = backend.getState(ROWS) as ViewListCell<object>;
      for (let id = 1; id < 3000; id++) {
        const key = KEYS[(id * 7) % KEYS.length]!;
        const keyGroup = backend.keyGroupOf(key);
        if (keyGroup < start || keyGroup > end) continue;
        backend.setCurrentKey(key);
        lists.set(key, [...(lists.get(key) ?? []), addRow(state, id * 10 + start)]);
      }
      const { bytes } = encodeSubtaskSnapshot(new Map([['op', finish(backend.snapshot(request))]]));
      old.push((await readSubtaskSnapshot({ name: 'f', bytes: bytes.length, read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)) }, { start: 0, end: 15 })).get('op')!);
      backend.release();
    }
    return { old, lists };
  }

  for (const [name, request, version] of [['a checkpoint keeps them as they lie', REQUEST, 2], ['a savepoint has each list by itself', SAVEPOINT, 1]] as const) {
    test(`${name}, and either is restored at another parallelism`, async () => {
      const { old, lists } = await twoSubtasks(request);
      assert.deepEqual([...new Set(old.flatMap(({ keyed }) => keyed.map((section) => section.version)))], [version]);
      const read = new Map<number, readonly object[]>();
      for (let newSubtask = 0; newSubtask < 3; newSubtask++) {
        const { start, end } = keyGroupRangeOf(MAX_PARALLELISM, 3, newSubtask);
        const backend = openRange(start, end);
        backend.restore(redistribute({ old, newSubtask, parallelism: 3, maxParallelism: MAX_PARALLELISM, checkpointId: 1 }));
        backend.getState(ROWS);
        backend.applyToKeys('rows', (key, state) => read.set(key as number, [...(state as ListState<object>).get()]));
        backend.release();
      }
      assert.deepEqual([...read].sort(([a], [b]) => a - b), [...lists].sort(([a], [b]) => a - b));
    });
  }

  test('what was restored and nobody asked for is carried on as lists, and a checkpoint that is read as data has lists', async () => {
    const { old, lists } = await twoSubtasks(REQUEST);
    const backend = openRange(0, 15);
    backend.restore(redistribute({ old, newSubtask: 0, parallelism: 1, maxParallelism: MAX_PARALLELISM, checkpointId: 1 }));
    for (const snapshots of [[finish(backend.snapshot(REQUEST))], old.map(withoutArchives)]) {
      const sections = snapshots.flatMap(({ keyed }) => keyed);
      assert.ok(sections.every(({ version, groups }) => version === 1 && groups.every(({ keyGroup }) => keyGroup >= 0)));
      const rows = sections.flatMap((section) => [...readStateRows(section)] as { key: number; value: object }[]);
      for (const [key, list] of lists) assert.deepEqual(rows.filter((row) => row.key === key).map(({ value }) => value), list);
    }
    backend.release();
  });
});

function finish(snapshot: OperatorSnapshot): OperatorSnapshot {
  const output = new SnapshotCollector();
  for (const part of snapshot.deferred ?? []) {
    while (part.step(output, () => false) !== 'done');
    part.release();
  }
  return output.addTo(snapshot);
}
