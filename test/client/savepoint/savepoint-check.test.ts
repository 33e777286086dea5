import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { createNodePlatform } from '#client/platform';
import { checkSavepoint, type SavepointCheck } from '#client/savepoint/savepoint-check';
import { Types, type TypeInformation } from '#core/types/type-information';
import { KeyedProcessFunction } from '#streaming/process/process-functions';
import type { RuntimeContext } from '#streaming/process/runtime-context';
import type { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import { BlackholeSink } from '#connectors/blackhole/sink';
import { ValueStateDescriptor } from '#streaming/process/state-descriptors';
import type { StreamGraph } from '#graph/stream-graph/stream-graph';
import { copyOfFixture, FIXTURE, graphOf, graphOfSchemaJob } from './fixture-savepoint.js';

const platform = createNodePlatform();

async function check(streamGraph: StreamGraph, isUnclaimedStateIgnored = false, savepoint = FIXTURE): Promise<SavepointCheck> {
  return checkSavepoint({ platform, savepoint, streamGraph, isUnclaimedStateIgnored });
}

/** `uid state: outcome`, without what the engine keeps for itself. */
function outcomes({ operators }: SavepointCheck): string[] {
  return operators.flatMap(({ uid, operatorId, states }) => states.filter(({ kind }) => kind !== 'internal').map(({ name, outcome }) => `${uid ?? operatorId.slice(0, 4)} ${name}: ${outcome}`)).toSorted();
}

interface Opened {
  readonly fn: KeyedProcessFunction<string, { readonly key: string }, string>;
  readonly keyType?: TypeInformation<any>; // any: the test's keys
}

class Opens extends KeyedProcessFunction<string, { readonly key: string }, string> {
  readonly #open: (context: RuntimeContext) => void;

  constructor(open: (context: RuntimeContext) => void) {
    super();
    this.#open = open;
  }

  override open(context: RuntimeContext): void {
    this.#open(context);
  }

  override processElement(): void {
    throw new Error('a check gives no record to a function');
  }
}

/** A job with nothing of the schema job but an operator with uid all-states. */
function allStates({ fn, keyType = Types.STRING }: Opened, maxParallelism?: number): Promise<StreamGraph> {
  return graphOf((env: StreamExecutionEnvironment) => {
    if (maxParallelism !== undefined) env.setMaxParallelism(maxParallelism);
    env.fromData([{ key: 'a' }]).keyBy((row) => row.key, keyType).process(() => fn).uid('all-states').sinkTo(new BlackholeSink()).uid('other-sink');
  });
}

describe('a savepoint compared with a job', () => {
  test('the same job restores everything as it is', async () => {
    const result = await check(await graphOfSchemaJob({ schema: 'first' }));
    assert.ok(result.isRestorable);
    assert.deepEqual(new Set(result.operators.map(({ outcome }) => outcome)), new Set(['restored']));
    assert.equal(result.operators.length, 6);
  });

  test('changed types are told field by field, as migrations', async () => {
    const result = await check(await graphOfSchemaJob({ schema: 'second' }));
    assert.ok(result.isRestorable);
    assert.deepEqual(outcomes(result), [
      'all-states events: migrated', 'all-states mean: migrated', 'all-states recent: migrated', 'all-states seconds: migrated', 'all-states timers/event: restored',
      'all-states timers/processing: restored', 'all-states total: migrated', 'all-states visits: migrated', 'limits limits: migrated', 'means window/tables: migrated', 'sessions window/sessions: migrated',
    ]);
    const notes = (name: string): readonly string[] => result.operators.flatMap(({ states }) => states).find((state) => state.name === name)!.notes;
    assert.deepEqual(notes('seconds'), ['it was INT, is LONG']);
    assert.deepEqual(notes('recent'), ['time to live is switched off']);
    assert.ok(notes('visits').includes('field source is new, STRING'));
  });

  test('state of an operator that is gone is refused, or dropped where that is allowed', async () => {
    const graph = await graphOfSchemaJob({ schema: 'first', isWithoutSessions: true });
    const refused = await check(graph);
    assert.equal(refused.isRestorable, false);
    assert.deepEqual(outcomes(refused).filter((line) => !line.endsWith('restored')), ['c537 window/sessions: refused']);
    const dropped = await check(graph, true);
    assert.ok(dropped.isRestorable);
    assert.deepEqual(outcomes(dropped).filter((line) => !line.endsWith('restored')), ['c537 window/sessions: dropped']);
  });

  test('a type that cannot be migrated is refused with both types, state that open() does not ask for is kept, new state starts empty', async () => {
    const fn = new Opens((context) => {
      context.getState(new ValueStateDescriptor('total', Types.STRING));
      context.getState(new ValueStateDescriptor('recent', Types.LONG));
      context.getState(new ValueStateDescriptor('another', Types.LONG));
    });
    const result = await check(await allStates({ fn }), true);
    assert.equal(result.isRestorable, false);
    assert.deepEqual(outcomes(result).filter((line) => line.startsWith('all-states')), [
      'all-states another: new', 'all-states events: kept', 'all-states mean: kept', 'all-states recent: refused', 'all-states seconds: kept', 'all-states timers/event: restored',
      'all-states timers/processing: restored', 'all-states total: refused', 'all-states visits: kept',
    ]);
    const states = result.operators.flatMap((operator) => operator.states);
    assert.match(states.find(({ name }) => name === 'recent')!.notes[0]!, /LONG.*STRING.*it was STRING, is LONG/);
    assert.match(states.find(({ name }) => name === 'total')!.notes[0]!, /no such part/);
  });

  test('another key type, another max parallelism and a failing open() are refused', async () => {
    const fn = new Opens((context) => context.getState(new ValueStateDescriptor('recent', Types.STRING)));
    const keyed = await check(await allStates({ fn, keyType: Types.ANY }), true);
    assert.match(keyed.operators.flatMap(({ states }) => states).find(({ name }) => name === 'recent')!.notes[0]!, /key of recent .*keys never change/);
    const wide = await check(await allStates({ fn }, 64), true);
    assert.match(wide.operators.find(({ uid }) => uid === 'all-states')!.notes[0]!, /RESTORE_MAX_PARALLELISM_CHANGED.*max parallelism 64.*128/);
    const failing = await check(await allStates({ fn: new Opens(() => { throw new Error('no database'); }) }), true);
    assert.match(failing.operators.find(({ uid }) => uid === 'all-states')!.notes[0]!, /SAVEPOINT_CHECK_OPEN_FAILED.*no database/);
    assert.deepEqual([keyed, wide, failing].map(({ isRestorable }) => isRestorable), [false, false, false]);
  });

  test('a damaged file fails the check', async () => {
    const folder = copyOfFixture();
    const path = join(folder, readdirSync(folder).find((name) => name.endsWith('.state'))!);
    const bytes = readFileSync(path);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(path, bytes);
    await assert.rejects(check(await graphOfSchemaJob({ schema: 'first' }), false, folder), { code: 'SNAPSHOT_CORRUPT' });
    rmSync(dirname(folder), { recursive: true });
  });
});
