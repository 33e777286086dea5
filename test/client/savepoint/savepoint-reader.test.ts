import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { SavepointReader, type SnapshotStateInfo } from '#client/savepoint/savepoint-reader';
import { differenceOf } from '#client/savepoint/state-difference';
import { Types } from '#core/types/type-information';
import { ListStateDescriptor, MapStateDescriptor, ValueStateDescriptor } from '#streaming/process/state-descriptors';
import { copyOfFixture, FIXTURE, FORMATS } from './fixture-savepoint.js';

const folders: string[] = [];

function copy(format?: string): string {
  const folder = copyOfFixture(format);
  folders.push(dirname(folder));
  return folder;
}

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const row of rows) list.push(row);
  return list;
}

const byKey = (a: { readonly key?: unknown }, b: { readonly key?: unknown }): number => (String(a.key) < String(b.key) ? -1 : 1);

describe('a savepoint as data', () => {
  after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

  test('lists its states with the types that are stored in it', async () => {
    const reader = await SavepointReader.read(join(FIXTURE, '_metadata'));
    const states = (await reader.states()).filter(({ kind }) => kind !== 'internal');
    const text = ({ kind, name, columns }: SnapshotStateInfo): string => `${kind} ${name}: ${columns.map((column) => column.name).join()}`;
    assert.deepEqual(states.map(text).toSorted(), [
      'aggregating mean: key,value', 'broadcast limits: mapKey,value', 'list events: key,index,value', 'map seconds: key,mapKey,value', 'reducing total: key,value',
      'timers timers/event: key,namespace,timestamp', 'timers timers/processing: key,namespace,timestamp', 'value recent: key,value,lastAccess', 'value visits: key,value',
      'window window/sessions: key,start,end,isFired,value', 'window window/tables: key,start,end,isFired,value',
    ]);
    assert.equal(reader.operators.length, 6);
  });

  test('gives the rows of each kind of state', async () => {
    const reader = await SavepointReader.read(FIXTURE);
    const rows = 60;
    const last = [0, 1, 2, 3, 4].map((key) => rows - 5 + key);
    assert.deepEqual((await all(reader.rows('all-states', 'visits'))).toSorted(byKey), last.map((_, key) => ({ key: `k${key}`, value: { user: `k${key}`, count: 12, legacy: 'x' } })));
    assert.deepEqual((await all(reader.rows('all-states', 'recent'))).toSorted(byKey).map(({ key, value, lastAccess }) => [key, value, typeof lastAccess]), last.map((n, key) => [`k${key}`, `r${n}`, 'number']));
    const events = await all(reader.rows('all-states', 'events'));
    assert.deepEqual(events.filter(({ key }) => key === 'k3').map(({ index, value }) => [index, value]), Array.from({ length: 12 }, (_, i) => [i, { at: 3 + 5 * i, page: `/${3 + 5 * i}` }]));
    assert.equal((await all(reader.rows('all-states', 'timers/event'))).length, rows);
    assert.deepEqual((await all(reader.rows('limits', 'limits'))), [{ mapKey: 'low', value: 3 }, { mapKey: 'high', value: 1000 }]);
    assert.deepEqual((await all(reader.rows('means', 'window/tables'))).toSorted(byKey)[0], { key: 'k0', start: 0, end: 1000, isFired: false, value: { sum: 330, count: 12 } });
    const [splits] = await all(reader.rows('rows', 'source/splits'));
    assert.equal((splits!['value'] as { readonly position: number }).position, rows);
  });

  test('values are read as a descriptor declares them now', async () => {
    const reader = await SavepointReader.read(FIXTURE);
    const visits = new ValueStateDescriptor('visits', Types.ROW({ source: Types.DEFAULT(Types.STRING, 'web'), count: Types.BIGINT }));
    for (const { value } of await all(reader.readKeyedState('all-states', visits))) assert.deepEqual(value, { source: 'web', count: 12n });
    const [event] = await all(reader.readKeyedState('all-states', new ListStateDescriptor('events', Types.ROW({ at: Types.LONG }))));
    assert.deepEqual(Object.keys(event!.value), ['at']);
    await assert.rejects(all(reader.readKeyedState('all-states', new MapStateDescriptor('seconds', Types.STRING, Types.STRING))), { code: 'STATE_MIGRATION_UNSUPPORTED', message: /it was INT, is STRING/ });
  });

  test('what is not there is said by name', async () => {
    const reader = await SavepointReader.read(FIXTURE);
    await assert.rejects(all(reader.rows('none', 'visits')), { code: 'SNAPSHOT_OPERATOR_UNKNOWN', message: /none/ });
    await assert.rejects(all(reader.rows('all-states', 'none')), { code: 'SNAPSHOT_STATE_UNKNOWN', message: /'none'/ });
    await assert.rejects(all(reader.rows('all-states', 'visits', { kind: 'list' })), { code: 'SNAPSHOT_STATE_UNKNOWN' });
    await assert.rejects(SavepointReader.read(join(FIXTURE, 'elsewhere')), { code: 'CHECKPOINT_NOT_FOUND' });
  });

  for (const format of FORMATS) test(`a changed byte in any file of ${format} is found, wherever it lies`, async () => {
    const folder = copy(format);
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      const whole = readFileSync(path);
      // Each byte of headers and trailers, some of what lies between.
      for (let at = 0; at < whole.length; at += at < 24 || at >= whole.length - 24 ? 1 : 29) {
        const damaged = Buffer.from(whole);
        damaged[at]! ^= 0x04;
        writeFileSync(path, damaged);
        await assert.rejects(SavepointReader.read(folder).then((reader) => reader.states()), (error: { readonly code: string }) => {
          assert.ok(['SNAPSHOT_CORRUPT', 'SNAPSHOT_VERSION_UNSUPPORTED', 'CHECKPOINT_METADATA_DAMAGED', 'CHECKPOINT_VERSION_UNSUPPORTED'].includes(error.code), `byte ${at} of ${name}: ${error.code}`);
          return true;
        });
      }
      for (const length of [0, 1, Math.floor(whole.length / 2), whole.length - 1]) {
        writeFileSync(path, whole.subarray(0, length));
        await assert.rejects(SavepointReader.read(folder).then((reader) => reader.states()), { code: /SNAPSHOT_CORRUPT|CHECKPOINT_METADATA_DAMAGED/ }, `${name} cut to ${length}`);
      }
      writeFileSync(path, whole);
    }
  });

  test('two snapshots of the same state differ in nothing', async () => {
    const [before, later] = [await SavepointReader.read(FIXTURE), await SavepointReader.read(copy())];
    assert.deepEqual(await all(differenceOf(before, later, { before: await before.states(), after: await later.states() })), []);
    const less = (await later.states()).filter(({ name }) => name !== 'total');
    const gone = await all(differenceOf(before, later, { before: await before.states(), after: less }));
    assert.deepEqual([gone.length, ...new Set(gone.map(({ op, state }) => `${op} ${state}`))], [5, '-D total']);
  });
});
