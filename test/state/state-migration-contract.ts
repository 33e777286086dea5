// What every keyed state backend must do when a state is declared with another type than its snapshot was written with:
// values are migrated, or refused with the field and both types. Run by test/state/<backend>/….test.ts.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { keyGroupRangeOf, operatorIndexOfKeyGroup } from '#core/keys/key-groups';
import { Types, type TypeInformation } from '#core/types/type-information';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import type { AggregatingState, AnyState, ListState, MapState, ReducingState, StateDescriptor, StateTtlConfig, ValueState } from '#state/keyed/keyed-state';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import { finishSnapshotSync } from '#state/snapshot/finish-snapshot';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { redistribute } from '#state/snapshot/redistribute';
import { evolutionArbitrary } from '../core/types/evolution-arbitraries.js';
import { valueArbitrary } from '../core/serialization/type-arbitraries.js';
import type { BackendFactory } from './keyed-state-contract.js';

const MAX_PARALLELISM = 16;
const KINDS = ['value', 'list', 'map', 'reducing', 'aggregating'] as const;
const TTL: StateTtlConfig = { ttlMs: 1_000_000, update: 'on-create-and-write', visibility: 'never-return-expired' };

function descriptorOf(kind: typeof KINDS[number], type: TypeInformation, ttl: StateTtlConfig | undefined): StateDescriptor {
  const common = { name: kind, type, ...(ttl === undefined ? {} : { ttl }) };
  switch (kind) {
    case 'reducing': return { ...common, kind, reduce: (_a: unknown, b: unknown) => b };
    case 'aggregating': return { ...common, kind, aggregate: { createAccumulator: () => undefined, add: (value: unknown) => value, getResult: (accumulator: unknown) => accumulator } };
    case 'map': return { ...common, kind, keyType: Types.STRING };
    default: return { ...common, kind };
  }
}

function write(state: AnyState, kind: typeof KINDS[number], values: readonly unknown[]): void {
  switch (kind) {
    case 'value': return (state as ValueState<unknown>).update(values.at(-1));
    case 'list': return (state as ListState<unknown>).update(values);
    case 'map': return values.forEach((value, i) => (state as MapState<string, unknown>).put(`k${i}`, value));
    default: return values.forEach((value) => (state as ReducingState<unknown>).add(value));
  }
}

function read(state: AnyState, kind: typeof KINDS[number]): unknown {
  switch (kind) {
    case 'value': return (state as ValueState<unknown>).value();
    case 'list': return [...(state as ListState<unknown>).get()];
    case 'map': return [...(state as MapState<string, unknown>).entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    default: return (state as AggregatingState<unknown, unknown>).get();
  }
}

function expectedOf(kind: typeof KINDS[number], values: readonly unknown[]): unknown {
  switch (kind) {
    case 'list': return values;
    case 'map': return values.map((value, i) => [`k${i}`, value]);
    default: return values.at(-1);
  }
}

export function stateMigrationContract(name: string, create: BackendFactory, runs = 150): void {
  const open = (parallelism: number, subtask: number, keyType: TypeInformation = Types.INT): KeyedStateBackend =>
    create({ keyType, keyGroupRange: keyGroupRangeOf(MAX_PARALLELISM, parallelism, subtask), maxParallelism: MAX_PARALLELISM, clock: new SimulatedClock(), isObjectReuse: false });
  const snapshotOf = (backend: KeyedStateBackend): OperatorSnapshot => {
    const snapshot = finishSnapshotSync(backend.snapshot({ checkpointId: 1, timestamp: 0, isSavepoint: true, isIncremental: false }));
    backend.release();
    return snapshot;
  };
  const restored = (old: readonly OperatorSnapshot[], parallelism: number, keyType?: TypeInformation): KeyedStateBackend[] => Array.from({ length: parallelism }, (_, newSubtask) => {
    const backend = open(parallelism, newSubtask, keyType);
    backend.restore(redistribute({ old, newSubtask, parallelism, maxParallelism: MAX_PARALLELISM, checkpointId: 1 }));
    return backend;
  });

  describe(`${name}: state of a changed type`, () => {
    test('values of every kind of state are migrated, at any parallelism, with time to live switched on or off', () => {
      const values = evolutionArbitrary.chain((evolution) => fc.tuple(
        fc.constant(evolution),
        // A top-level null is no value of a state.
        fc.array(valueArbitrary(evolution.written).filter((value) => value !== null && value !== undefined), { minLength: 1, maxLength: 3 }),
      ));
      fc.assert(fc.property(fc.constantFrom(...KINDS), values, fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 4 }), fc.boolean(), fc.boolean(),
        (kind, [{ written, declared, expected }, list], keys, parallelism, hadTtl, hasTtl) => {
          const before = open(1, 0);
          const state = before.getState(descriptorOf(kind, written, hadTtl ? TTL : undefined));
          for (const key of keys) {
            before.setCurrentKey(key);
            write(state, kind, list);
          }
          // Twice: once migrated, the state is written with the new type.
          const middle = restored([snapshotOf(before)], parallelism);
          for (const backend of middle) backend.getState(descriptorOf(kind, declared, hasTtl ? TTL : undefined));
          const [after] = restored(middle.map(snapshotOf), 1);
          const migrated = after!.getState(descriptorOf(kind, declared, hadTtl ? TTL : undefined));
          for (const key of keys) {
            after!.setCurrentKey(key);
            assert.deepStrictEqual(read(migrated, kind), expectedOf(kind, list.map(expected)));
          }
          assert.equal(after!.keyCount(), keys.length);
          after!.release();
        }), { numRuns: runs });
    });

    test('a type that cannot be migrated is refused with the field and both types, and so is another key', () => {
      const before = open(1, 0);
      const row = (count: TypeInformation): TypeInformation => Types.ROW({ name: Types.STRING, count });
      before.setCurrentKey(1);
      (before.getState({ kind: 'value', name: 'v', type: row(Types.STRING) }) as ValueState<unknown>).update({ name: 'a', count: '1' });
      (before.getState({ kind: 'map', name: 'm', keyType: Types.INT, type: Types.INT }) as MapState<number, number>).put(1, 1);
      const snapshot = snapshotOf(before);
      const after = (): KeyedStateBackend => restored([snapshot], 1)[0]!;
      assert.throws(() => after().getState({ kind: 'value', name: 'v', type: row(Types.INT) }), { code: 'STATE_MIGRATION_UNSUPPORTED', message: /value of state v .*field count was STRING, is INT/ });
      assert.throws(() => after().getState({ kind: 'map', name: 'm', keyType: Types.LONG, type: Types.INT }), { code: 'STATE_MIGRATION_UNSUPPORTED', message: /mapKey of state m .*keys never change/ });
      assert.throws(() => restored([snapshot], 1, Types.LONG)[0]!.getState({ kind: 'value', name: 'v', type: row(Types.STRING) }), { code: 'STATE_MIGRATION_UNSUPPORTED', message: /key of state v .*keys never change/ });
    });

    test('state nobody asks for keeps both its old and its new type, subtask by subtask', () => {
      const writes = (type: TypeInformation, key: number, value: number): OperatorSnapshot => {
        const backend = open(1, 0);
        backend.setCurrentKey(key);
        (backend.getState({ kind: 'value', name: 'v', type }) as ValueState<number>).update(value);
        return snapshotOf(backend);
      };
      const of = (key: number): number => operatorIndexOfKeyGroup(MAX_PARALLELISM, 2, open(1, 0).keyGroupOf(key));
      const left = [0, 1, 2, 3, 4, 5, 6, 7].find((key) => of(key) === 0)!;
      const right = [0, 1, 2, 3, 4, 5, 6, 7].find((key) => of(key) === 1)!;
      const [unasked] = restored([writes(Types.INT, left, 7), writes(Types.LONG, right, 2 ** 40)], 1);
      const [after] = restored([snapshotOf(unasked!)], 1);
      const state = after!.getState({ kind: 'value', name: 'v', type: Types.LONG }) as ValueState<number>;
      assert.deepEqual([left, right].map((key) => {
        after!.setCurrentKey(key);
        return state.value();
      }), [7, 2 ** 40]);
    });
  });
}
