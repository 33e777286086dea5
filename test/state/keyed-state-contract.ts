// What every keyed state backend must do, as tests: random operations against a plain model with snapshots restored at
// other parallelisms in between, and the rules of each state kind. Run by test/state/<backend>/….test.ts.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { keyGroupRangeOf, operatorIndexOfKeyGroup } from '#core/keys/key-groups';
import { Types, type TypeInformation } from '#core/types/type-information';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import type { AggregatingState, KeyGroupRange, ListState, MapState, ReducingState, StateDescriptor, StateTtlConfig, ValueState } from '#state/keyed/keyed-state';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import { readStateRows } from '#state/keyed/state-section-rows';
import { finishSnapshotSync } from '#state/snapshot/finish-snapshot';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { redistribute } from '#state/snapshot/redistribute';
import { decodeSubtaskSnapshot, encodeSubtaskSnapshot } from '#state/snapshot/subtask-snapshot';

export interface ContractBackendOptions {
  readonly keyType: TypeInformation | undefined;
  readonly keyGroupRange: KeyGroupRange;
  readonly maxParallelism: number;
  readonly clock: SimulatedClock;
  readonly isObjectReuse: boolean;
}

export type BackendFactory = (options: ContractBackendOptions) => KeyedStateBackend;

const MAX_PARALLELISM = 16;

const VALUE: StateDescriptor = { kind: 'value', name: 'value', type: Types.LONG };
const ANY_VALUE: StateDescriptor = { kind: 'value', name: 'any value' };
const FLAG: StateDescriptor = { kind: 'value', name: 'flag', type: Types.BOOLEAN, defaultValue: false };
const ROW: StateDescriptor = { kind: 'value', name: 'row', type: Types.ROW({ id: Types.INT, tag: Types.NULLABLE(Types.STRING) }) };
const NUMBER_ROW: StateDescriptor = { kind: 'value', name: 'number row', type: Types.ROW({ exact: Types.NULLABLE(Types.INT64), count: Types.INT64, flag: Types.NULLABLE(Types.BOOLEAN), at: Types.LONG, share: Types.DOUBLE }), isOwned: true };
const LIST: StateDescriptor = { kind: 'list', name: 'list', type: Types.STRING };
const MAP: StateDescriptor = { kind: 'map', name: 'map', keyType: Types.TUPLE(Types.INT), type: Types.DOUBLE };
const NUMBER_MAP: StateDescriptor = { kind: 'map', name: 'number map', keyType: Types.NULLABLE(Types.INT64), type: Types.LONG };
const ANY_MAP: StateDescriptor = { kind: 'map', name: 'any map' };
const SUM: StateDescriptor = { kind: 'reducing', name: 'sum', type: Types.LONG, reduce: (a: number, b: number) => a + b };
const AVERAGE: StateDescriptor = {
  kind: 'aggregating',
  name: 'average',
  aggregate: {
    createAccumulator: () => ({ sum: 0, count: 0 }),
    add: (value: number, accumulator: { sum: number; count: number }) => {
      accumulator.sum += value;
      accumulator.count++;
      return accumulator;
    },
    getResult: (accumulator: { sum: number; count: number }) => accumulator.sum / accumulator.count,
  },
};
const MAPS = [MAP, NUMBER_MAP, ANY_MAP];
const DESCRIPTORS = [VALUE, ANY_VALUE, FLAG, ROW, NUMBER_ROW, LIST, MAP, NUMBER_MAP, ANY_MAP, SUM, AVERAGE];

interface KeyShape {
  readonly name: string;
  readonly keyType: TypeInformation | undefined;
  readonly keys: fc.Arbitrary<unknown>;
}

const few = fc.integer({ min: -15, max: 15 });
const KEY_SHAPES: readonly KeyShape[] = [
  { name: 'LONG', keyType: Types.LONG, keys: few.map((n) => n * 2 ** 33) },
  { name: 'STRING', keyType: Types.STRING, keys: few.map((n) => `k${n}`) },
  { name: 'TUPLE', keyType: Types.TUPLE(Types.INT, Types.STRING), keys: fc.tuple(few, fc.constantFrom('a', 'b')) },
  { name: 'undeclared', keyType: undefined, keys: fc.oneof(few, few.map(String), few.map((n) => ({ n }))) },
];

type ModelKey = Record<string, unknown>;

/** The states of one key in the model, as JSON-comparable values; absent states are absent. */
type Step =
  | { readonly kind: 'write'; readonly key: unknown; readonly state: string; readonly a: number; readonly b: number }
  | { readonly kind: 'clear'; readonly key: unknown; readonly state: string }
  | { readonly kind: 'rescale'; readonly parallelism: number };

function stepsOf(keys: fc.Arbitrary<unknown>): fc.Arbitrary<Step[]> {
  const state = fc.constantFrom(...DESCRIPTORS.map((descriptor) => descriptor.name));
  return fc.array(fc.oneof(
    { weight: 20, arbitrary: fc.record({ kind: fc.constant('write' as const), key: keys, state, a: fc.integer({ min: -5, max: 5 }), b: fc.integer() }) },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('clear' as const), key: keys, state }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('rescale' as const), parallelism: fc.integer({ min: 1, max: 5 }) }) },
  ), { maxLength: 150 });
}

/** All subtasks of one keyed operator. */
class Subtasks {
  readonly #create: BackendFactory;
  readonly #keyType: TypeInformation | undefined;
  readonly #clock = new SimulatedClock();
  #backends: KeyedStateBackend[] = [];

  constructor(create: BackendFactory, keyType: TypeInformation | undefined) {
    this.#create = create;
    this.#keyType = keyType;
    this.#backends = [this.#createBackend(1, 0)];
  }

  /** The backend of the key, with the key current. */
  at(key: unknown): KeyedStateBackend {
    const keyGroup = this.#backends[0]!.keyGroupOf(key);
    const backend = this.#backends[operatorIndexOfKeyGroup(MAX_PARALLELISM, this.#backends.length, keyGroup)]!;
    backend.setCurrentKey(key);
    return backend;
  }

  get keyCount(): number {
    return this.#backends.reduce((sum, backend) => sum + backend.keyCount(), 0);
  }

  rescale(parallelism: number): void {
    const old: OperatorSnapshot[] = this.#backends.map((backend, subtask) => {
      const { bytes } = encodeSubtaskSnapshot(new Map([['op', snapshotOf(backend)]]));
      backend.release();
      return decodeSubtaskSnapshot(bytes, `subtask-${subtask}`).get('op') ?? { keyed: [], operator: [] };
    });
    this.#backends = Array.from({ length: parallelism }, (_, newSubtask) => {
      const backend = this.#createBackend(parallelism, newSubtask);
      backend.restore(redistribute({ old, newSubtask, parallelism, maxParallelism: MAX_PARALLELISM, checkpointId: 1 }));
      for (const descriptor of DESCRIPTORS) backend.getState(descriptor);
      return backend;
    });
  }

  release(): void {
    for (const backend of this.#backends) backend.release();
  }

  #createBackend(parallelism: number, subtask: number): KeyedStateBackend {
    const keyGroupRange = keyGroupRangeOf(MAX_PARALLELISM, parallelism, subtask);
    return this.#create({ keyType: this.#keyType, keyGroupRange, maxParallelism: MAX_PARALLELISM, clock: this.#clock, isObjectReuse: false });
  }
}

function write(backend: KeyedStateBackend, model: ModelKey, step: Extract<Step, { kind: 'write' }>): void {
  const { state, a, b } = step;
  switch (state) {
    case 'value':
      (backend.getState(VALUE) as ValueState<number>).update(b);
      model[state] = b;
      break;
    case 'any value': {
      const value = { a, nested: [b] };
      (backend.getState(ANY_VALUE) as ValueState<unknown>).update(value);
      model[state] = structuredClone(value);
      value.nested.push(0);
      break;
    }
    case 'flag':
      (backend.getState(FLAG) as ValueState<boolean>).update(b > 0);
      model[state] = b > 0;
      break;
    case 'row': {
      const row = { id: b, tag: a === 0 ? null : `t${a}` };
      (backend.getState(ROW) as ValueState<unknown>).update(row);
      model[state] = { ...row };
      break;
    }
    case 'number row': {
      const row = { exact: numberMapKey(a), count: b, flag: a === 1 ? null : b > 0, at: b, share: a / 4 };
      (backend.getState(NUMBER_ROW) as ValueState<unknown>).update(row);
      model[state] = { ...row };
      break;
    }
    case 'list': {
      const list = backend.getState(LIST) as ListState<string>;
      if (a > 3) list.update([`u${b}`]);
      else list.addAll([`x${a}`, `y${b}`]);
      model[state] = a > 3 ? [`u${b}`] : [...((model[state] as string[] | undefined) ?? []), `x${a}`, `y${b}`];
      break;
    }
    case 'map':
    case 'number map':
    case 'any map':
      writeMap(backend, model, step);
      break;
    case 'sum':
      (backend.getState(SUM) as ReducingState<number>).add(a);
      model[state] = ((model[state] as number | undefined) ?? 0) + a;
      break;
    default: {
      (backend.getState(AVERAGE) as AggregatingState<number, number>).add(a);
      const { sum, count } = (model[state] as { sum: number; count: number } | undefined) ?? { sum: 0, count: 0 };
      model[state] = { sum: sum + a, count: count + 1 };
    }
  }
}

function writeMap(backend: KeyedStateBackend, model: ModelKey, step: Extract<Step, { kind: 'write' }>): void {
  const { state, a, b } = step;
  const map = backend.getState(MAPS.find(({ name }) => name === state)!) as MapState<unknown, unknown>;
  const entries = new Map(Object.entries((model[state] as Record<string, unknown> | undefined) ?? {}));
  const key = state === 'number map' ? numberMapKey(a) : [a];
  if (b % 3 === 0) {
    map.remove(key);
    entries.delete(mapKeyText(key));
  } else {
    map.put(key, b);
    entries.set(mapKeyText(key), b);
  }
  if (entries.size === 0) delete model[state];
  else model[state] = Object.fromEntries(entries);
}

/** Null, integers that a number holds, and such that none does. */
function numberMapKey(a: number): number | bigint | null {
  return a === 0 ? null : a < 0 ? 2n ** 60n + BigInt(a) : a;
}

function mapKeyText(key: unknown): string {
  return typeof key === 'bigint' ? `${key}n` : JSON.stringify(key);
}

function read(backend: KeyedStateBackend): ModelKey {
  const found: ModelKey = {};
  const put = (name: string, value: unknown): void => {
    if (value !== null && value !== undefined) found[name] = value;
  };
  put('value', (backend.getState(VALUE) as ValueState<number>).value());
  put('any value', (backend.getState(ANY_VALUE) as ValueState<unknown>).value());
  put('flag', (backend.getState(FLAG) as ValueState<boolean>).value());
  put('row', (backend.getState(ROW) as ValueState<unknown>).value());
  put('number row', (backend.getState(NUMBER_ROW) as ValueState<unknown>).value());
  const list = (backend.getState(LIST) as ListState<string>).get();
  put('list', list.length === 0 ? null : [...list]);
  for (const descriptor of MAPS) {
    const map = backend.getState(descriptor) as MapState<unknown, unknown>;
    const entries = [...map.entries()];
    assert.deepEqual([...map.keys()], entries.map(([key]) => key));
    assert.deepEqual([...map.values()], entries.map(([, value]) => value));
    assert.equal(map.isEmpty(), entries.length === 0);
    for (const [key, value] of entries) assert.deepEqual([map.get(key), map.has(key)], [value, true]);
    put(descriptor.name, entries.length === 0 ? null : Object.fromEntries(entries.map(([key, value]) => [mapKeyText(key), value])));
  }
  put('sum', (backend.getState(SUM) as ReducingState<number>).get());
  put('average', (backend.getState(AVERAGE) as AggregatingState<number, number>).get());
  return found;
}

/** The model as read() gives it. */
function expectedOf(model: ModelKey | undefined): ModelKey {
  const expected: ModelKey = { flag: false, ...model };
  const average = model?.['average'] as { sum: number; count: number } | undefined;
  if (average !== undefined) expected['average'] = average.sum / average.count;
  return expected;
}

function clear(backend: KeyedStateBackend, name: string): void {
  backend.getState(DESCRIPTORS.find((descriptor) => descriptor.name === name)!).clear();
}

const ALONE = { keyGroupRange: { start: 0, end: MAX_PARALLELISM - 1 }, maxParallelism: MAX_PARALLELISM } as const;

/** All that a backend puts into a full snapshot. */
export function snapshotOf(backend: KeyedStateBackend): OperatorSnapshot {
  return finishSnapshotSync(backend.snapshot({ checkpointId: 1, timestamp: 0, isSavepoint: true, isIncremental: false }));
}

/** Snapshots the backend and restores into a new one. */
function restart(create: BackendFactory, backend: KeyedStateBackend, options: ContractBackendOptions): KeyedStateBackend {
  const old = [snapshotOf(backend)];
  backend.release();
  const restored = create(options);
  restored.restore(redistribute({ old, newSubtask: 0, parallelism: 1, maxParallelism: MAX_PARALLELISM, checkpointId: 1 }));
  return restored;
}

/** Registers the suite's tests for one backend. @param numRuns of each property. */
export function keyedStateContract(backendName: string, create: BackendFactory, numRuns = 60): void {
  describe(`keyed state of the ${backendName} backend`, () => {
    for (const { name, keyType, keys } of KEY_SHAPES) {
      test(`states of ${name} keys hold what a model holds, through snapshots restored at any parallelism`, () => {
        fc.assert(fc.property(stepsOf(keys), (steps) => {
          const subtasks = new Subtasks(create, keyType);
          const models = new Map<string, { key: unknown; model: ModelKey }>();
          for (const step of steps) {
            if (step.kind === 'rescale') {
              subtasks.rescale(step.parallelism);
              continue;
            }
            const text = JSON.stringify(step.key);
            if (!models.has(text)) models.set(text, { key: step.key, model: {} });
            const { model } = models.get(text)!;
            const backend = subtasks.at(step.key);
            if (step.kind === 'write') write(backend, model, step);
            else {
              clear(backend, step.state);
              delete model[step.state];
            }
          }
          for (const { key, model } of models.values()) assert.deepEqual(read(subtasks.at(key)), expectedOf(model), `key ${JSON.stringify(key)}`);
          assert.equal(subtasks.keyCount, [...models.values()].filter(({ model }) => Object.keys(model).length > 0).length);
          subtasks.release();
        }), { numRuns });
      });
    }

    test('a state asked for twice is one object, with another kind, type or time to live it is refused', () => {
      const backend = create({ keyType: Types.INT, ...ALONE, clock: new SimulatedClock(), isObjectReuse: false });
      assert.equal(backend.getState(VALUE), backend.getState({ ...VALUE }));
      const others: StateDescriptor[] = [
        { kind: 'list', name: 'value', type: Types.LONG },
        { kind: 'value', name: 'value', type: Types.STRING },
        { kind: 'value', name: 'value', type: Types.LONG, ttl: { ttlMs: 5, update: 'on-create-and-write', visibility: 'never-return-expired' } },
      ];
      for (const other of others) assert.throws(() => backend.getState(other), { code: 'STATE_DESCRIPTOR_CONFLICT', message: /value/ });
      backend.release();
    });

    test('state used without a key is refused', () => {
      const backend = create({ keyType: Types.INT, ...ALONE, clock: new SimulatedClock(), isObjectReuse: false });
      assert.throws(() => (backend.getState(VALUE) as ValueState<number>).value(), { code: 'STATE_WITHOUT_KEY' });
      assert.throws(() => (backend.getState(LIST) as ListState<string>).add('x'), { code: 'STATE_WITHOUT_KEY' });
      backend.release();
    });

    test('a value of another type than declared is refused', () => {
      const backend = create({ keyType: Types.INT, ...ALONE, clock: new SimulatedClock(), isObjectReuse: false });
      backend.setCurrentKey(1);
      assert.throws(() => (backend.getState(VALUE) as ValueState<unknown>).update('7'), { code: 'TYPE_MISMATCH' });
      assert.throws(() => (backend.getState(ROW) as ValueState<unknown>).update({ id: 'x', tag: null }), { code: 'TYPE_MISMATCH' });
      assert.throws(() => (backend.getState({ kind: 'map', name: 'm', keyType: Types.STRING, type: Types.INT }) as MapState<unknown, unknown>).put(1, 2), { code: 'TYPE_MISMATCH' });
      assert.equal((backend.getState(VALUE) as ValueState<unknown>).value(), null);
      assert.equal(backend.keyCount(), 0);
      backend.release();
    });

    test('changing a value after it entered state, or a default, changes no state', () => {
      const backend = create({ keyType: Types.INT, ...ALONE, clock: new SimulatedClock(), isObjectReuse: false });
      backend.setCurrentKey(1);
      const value = { list: [1] };
      const values = backend.getState({ kind: 'value', name: 'v', defaultValue: { list: [] } }) as ValueState<{ list: number[] }>;
      values.value()!.list.push(9);
      assert.deepEqual(values.value(), { list: [] });
      values.update(value);
      const list = backend.getState({ kind: 'list', name: 'l' }) as ListState<{ list: number[] }>;
      list.add(value);
      const reduced = backend.getState({ kind: 'reducing', name: 'r', reduce: (a: { list: number[] }, b: { list: number[] }) => ({ list: [...a.list, ...b.list] }) }) as ReducingState<{ list: number[] }>;
      reduced.add(value);
      value.list.push(2);
      assert.deepEqual([values.value(), list.get(), reduced.get()], [{ list: [1] }, [{ list: [1] }], { list: [1] }]);
      backend.release();
    });

    test('a snapshot with another type, kind or key type is refused naming both', () => {
      const options = { keyType: Types.INT, ...ALONE, clock: new SimulatedClock(), isObjectReuse: false };
      const write1 = (): KeyedStateBackend => {
        const backend = create(options);
        backend.setCurrentKey(1);
        (backend.getState(VALUE) as ValueState<number>).update(1);
        return backend;
      };
      const code = { code: 'STATE_MIGRATION_UNSUPPORTED' };
      assert.throws(() => restart(create, write1(), options).getState({ kind: 'value', name: 'value', type: Types.STRING }), { ...code, message: /value.*STRING.*LONG/ });
      assert.throws(() => restart(create, write1(), options).getState({ kind: 'list', name: 'value', type: Types.LONG }), code);
      assert.throws(() => restart(create, write1(), options).getState({ ...SUM, name: 'value' } as StateDescriptor), code);
      assert.throws(() => restart(create, write1(), { ...options, keyType: Types.STRING }).getState(VALUE), { ...code, message: /key.*STRING.*INT/ });
    });

    test('a section of a later format is refused', () => {
      const options = { keyType: Types.INT, ...ALONE, clock: new SimulatedClock(), isObjectReuse: false };
      const backend = create(options);
      backend.setCurrentKey(1);
      (backend.getState(VALUE) as ValueState<number>).update(1);
      const old = [{ keyed: snapshotOf(backend).keyed.map((section) => ({ ...section, version: 99 })), operator: [] }];
      const restored = create(options);
      restored.restore(redistribute({ old, newSubtask: 0, parallelism: 1, maxParallelism: MAX_PARALLELISM, checkpointId: 1 }));
      assert.throws(() => restored.getState(VALUE), { code: 'SNAPSHOT_VERSION_UNSUPPORTED' });
    });

    test('restored state that nobody asks for is carried on to the next snapshot', () => {
      const options = { keyType: Types.INT, ...ALONE, clock: new SimulatedClock(), isObjectReuse: false };
      let backend = create(options);
      for (let key = 0; key < 50; key++) {
        backend.setCurrentKey(key);
        (backend.getState(VALUE) as ValueState<number>).update(key);
      }
      backend = restart(create, backend, options);
      backend = restart(create, backend, options);
      backend.setCurrentKey(33);
      assert.equal((backend.getState(VALUE) as ValueState<number>).value(), 33);
      backend.release();
    });

    test('a function applied to the keys of a state sees each of them once and may change state', () => {
      const backend = create({ keyType: Types.STRING, ...ALONE, clock: new SimulatedClock(), isObjectReuse: false });
      for (const key of ['a', 'b', 'c']) {
        backend.setCurrentKey(key);
        (backend.getState(LIST) as ListState<string>).add(key);
        if (key !== 'b') (backend.getState(VALUE) as ValueState<number>).update(1);
      }
      const seen: unknown[] = [];
      backend.applyToKeys('value', (key, state) => {
        seen.push(key);
        (backend.getState(LIST) as ListState<string>).clear();
        state.clear();
      });
      assert.deepEqual(seen.sort(), ['a', 'c']);
      assert.equal(backend.currentKey, 'c');
      assert.equal(backend.keyCount(), 1);
      backend.release();
    });

    test('more states than a word has bits keep apart', () => {
      const backend = create({ keyType: Types.INT, ...ALONE, clock: new SimulatedClock(), isObjectReuse: false });
      const states = Array.from({ length: 70 }, (_, i) => backend.getState({ kind: 'value', name: `s${i}`, ...(i % 2 === 0 ? { type: Types.INT } : {}) }) as ValueState<number>);
      backend.setCurrentKey(5);
      states.forEach((state, i) => (i % 3 === 0 ? state.update(i) : state.clear()));
      states.forEach((state, i) => assert.equal(state.value(), i % 3 === 0 ? i : null));
      states.forEach((state) => state.clear());
      assert.equal(backend.keyCount(), 0);
      backend.release();
    });

    test('what a state holds for one key can be read beside the current one, and nothing counts as an access', () => {
      const clock = new SimulatedClock();
      const ttl: StateTtlConfig = { ttlMs: 100, update: 'on-read-and-write', visibility: 'never-return-expired' };
      const backend = create({ keyType: Types.STRING, ...ALONE, clock, isObjectReuse: false });
      const value = backend.getState({ kind: 'value', name: 'v', type: Types.LONG, ttl }) as ValueState<number>;
      const list = backend.getState({ kind: 'list', name: 'l', type: Types.STRING }) as ListState<string>;
      const map = backend.getState({ kind: 'map', name: 'm', keyType: Types.INT, type: Types.DOUBLE }) as MapState<number, number>;
      const rows = (name: string, key: string): unknown[] => [...readStateRows(backend.sectionOfKey(name, key)!)];
      backend.setCurrentKey('a');
      value.update(7);
      list.addAll(['x', 'y']);
      map.put(3, 0.5);
      backend.setCurrentKey('b');
      value.update(8);
      for (let i = 0; i < 3; i++) assert.deepEqual(rows('v', 'a'), [{ key: 'a', value: 7, lastAccess: clock.now() }]);
      assert.deepEqual(rows('l', 'a'), [{ key: 'a', index: 0, value: 'x' }, { key: 'a', index: 1, value: 'y' }]);
      assert.deepEqual(rows('m', 'a'), [{ key: 'a', mapKey: 3, value: 0.5 }]);
      assert.deepEqual([rows('l', 'b'), rows('m', 'none'), backend.sectionOfKey('unknown', 'a'), backend.currentKey, value.value()], [[], [], undefined, 'b', 8]);
      clock.advance(99);
      assert.equal(rows('v', 'a').length, 1);
      clock.advance(1);
      assert.deepEqual(rows('v', 'a'), []);
      assert.equal(backend.keyCount(), 2);
      backend.release();
    });

    timeToLiveTests(create);
  });
}

function timeToLiveTests(create: BackendFactory): void {
  const ttl: StateTtlConfig = { ttlMs: 100, update: 'on-create-and-write', visibility: 'never-return-expired' };

  function open(clock: SimulatedClock, config: StateTtlConfig | undefined): { backend: KeyedStateBackend; options: ContractBackendOptions; value: ValueState<string>; list: ListState<string>; map: MapState<string, number>; sum: ReducingState<number> } {
    const options = { keyType: Types.INT, ...ALONE, clock, isObjectReuse: false };
    return { ...statesOf(create(options), config), options };
  }

  function statesOf(backend: KeyedStateBackend, config: StateTtlConfig | undefined): { backend: KeyedStateBackend; value: ValueState<string>; list: ListState<string>; map: MapState<string, number>; sum: ReducingState<number> } {
    const withTtl = config === undefined ? {} : { ttl: config };
    const value = backend.getState({ kind: 'value', name: 'v', type: Types.STRING, ...withTtl }) as ValueState<string>;
    const list = backend.getState({ kind: 'list', name: 'l', ...withTtl }) as ListState<string>;
    const map = backend.getState({ kind: 'map', name: 'm', keyType: Types.STRING, type: Types.LONG, ...withTtl }) as MapState<string, number>;
    const sum = backend.getState({ kind: 'reducing', name: 's', type: Types.LONG, reduce: (a: number, b: number) => a + b, ...withTtl }) as ReducingState<number>;
    backend.setCurrentKey(1);
    return { backend, value, list, map, sum };
  }

  test('values, elements and map entries expire one by one, that long after they were written', () => {
    const clock = new SimulatedClock();
    const { backend, value, list, map, sum } = open(clock, ttl);
    value.update('a');
    list.add('old');
    map.put('old', 1);
    sum.add(1);
    clock.advance(60);
    assert.equal(value.value(), 'a');
    list.add('new');
    map.put('new', 2);
    sum.add(2);
    clock.advance(40);
    assert.deepEqual([value.value(), list.get(), [...map.entries()], map.get('old'), map.has('new'), sum.get()], [null, ['new'], [['new', 2]], null, true, 3]);
    clock.advance(60);
    assert.deepEqual([list.get(), map.isEmpty(), sum.get()], [[], true, null]);
    assert.equal(backend.keyCount(), 0, 'what has expired is dropped at access');
  });

  test('reads keep a value alive where they count, and an expired value is returned once where it may be', () => {
    const clock = new SimulatedClock();
    const { value, list, map, sum } = open(clock, { ...ttl, update: 'on-read-and-write', visibility: 'return-expired-if-not-cleaned-up' });
    value.update('a');
    list.add('x');
    map.put('k', 1);
    sum.add(5);
    for (let i = 0; i < 5; i++) {
      clock.advance(80);
      assert.deepEqual([value.value(), list.get(), map.get('k'), sum.get()], ['a', ['x'], 1, 5]);
    }
    clock.advance(100);
    assert.deepEqual([value.value(), list.get(), map.get('k'), sum.get()], ['a', ['x'], 1, 5]);
    assert.deepEqual([value.value(), list.get(), map.get('k'), sum.get()], [null, [], null, null]);
  });

  test('a snapshot leaves out what has expired and keeps the age of the rest', () => {
    const clock = new SimulatedClock();
    const { backend, options, value, list, map, sum } = open(clock, ttl);
    value.update('gone');
    list.add('gone');
    map.put('gone', 1);
    clock.advance(50);
    list.add('kept');
    map.put('kept', 2);
    sum.add(7);
    clock.advance(50);
    const groups = snapshotOf(backend).keyed.map((section) => section.groups.length);
    assert.deepEqual(groups, [0, 1, 1, 1]);
    const next = statesOf(restart(create, backend, options), ttl);
    assert.deepEqual([next.value.value(), next.list.get(), [...next.map.keys()], next.sum.get()], [null, ['kept'], ['kept'], 7]);
    clock.advance(50);
    assert.deepEqual([next.list.get(), next.sum.get()], [[], null]);
  });

  test('time to live can be switched on and off between snapshots', () => {
    const clock = new SimulatedClock();
    const first = open(clock, undefined);
    first.value.update('a');
    first.map.put('k', 1);
    const second = statesOf(restart(create, first.backend, first.options), ttl);
    clock.advance(99);
    assert.deepEqual([second.value.value(), second.map.get('k')], ['a', 1]);
    const third = statesOf(restart(create, second.backend, first.options), undefined);
    clock.advance(1000);
    assert.deepEqual([third.value.value(), third.map.get('k')], ['a', 1]);
  });
}
