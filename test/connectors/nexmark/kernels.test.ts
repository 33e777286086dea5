// The hand-written kernels of bench/ against plain row programs of the same queries, and those against recorded results.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { digestOf } from '#connectors/blackhole/field-reader';
import { NexmarkEventFactory } from '#connectors/nexmark/event-at';
import type { NexmarkEvent, Person } from '#connectors/nexmark/event';
import { resolveNexmarkOptions } from '#connectors/nexmark/options';
import { KERNEL_QUERIES, runKernel, type KernelQuery } from '../../../bench/kernels/nexmark-kernels.js';
import { conformanceTest } from '../../conformance-folder.js';

type Program = (events: readonly NexmarkEvent[]) => object[];
const bidsOf = (events: readonly NexmarkEvent[]) => events.flatMap((event) => event.bid ?? []);

const PROGRAMS: Readonly<Record<KernelQuery, Program>> = {
  source: () => [],
  q0: (events) => bidsOf(events).map(({ auction, bidder, price, dateTime, extra }) => ({ auction, bidder, price, dateTime, extra })),
  q1: (events) => bidsOf(events).map(({ auction, bidder, price, dateTime, extra }) => ({ auction, bidder, price: price * 0.908, dateTime, extra })),
  q2: (events) => bidsOf(events).filter((bid) => bid.auction % 123 === 0).map(({ auction, price }) => ({ auction, price })),
  q3: (events) => {
    const sellers = personsById(events);
    return events.flatMap(({ auction }) => {
      const person = auction?.category === 10 ? sellers.get(auction.seller) : undefined;
      return person !== undefined && ['OR', 'ID', 'CA'].includes(person.state) ? [{ name: person.name, city: person.city, state: person.state, id: auction!.id }] : [];
    });
  },
  q5: (events) => {
    const windows = new Map<number, Map<number, number>>();
    for (const bid of bidsOf(events)) {
      for (let start = Math.floor(bid.dateTime / 2000) * 2000; start > bid.dateTime - 10_000; start -= 2000) {
        const counts = windows.get(start) ?? new Map<number, number>();
        windows.set(start, counts.set(bid.auction, (counts.get(bid.auction) ?? 0) + 1));
      }
    }
    return [...windows.values()].flatMap((counts) => {
      const most = Math.max(...counts.values());
      return [...counts].filter(([, num]) => num === most).map(([auction, num]) => ({ auction, num }));
    });
  },
  q8: (events) => {
    const windowOf = (time: number) => Math.floor(time / 10_000) * 10_000;
    const sellers = new Set(events.flatMap(({ auction }) => (auction === null ? [] : `${auction.seller} ${windowOf(auction.dateTime)}`)));
    return events.flatMap(({ person }) => (person !== null && sellers.has(`${person.id} ${windowOf(person.dateTime)}`) ? [{ id: person.id, name: person.name, stime: windowOf(person.dateTime) }] : []));
  },
  q11: (events) => {
    const open = new Map<number, { bidder: number; bid_count: number; starttime: number; endtime: number }>();
    const done: object[] = [];
    for (const { bidder, dateTime } of bidsOf(events)) {
      const session = open.get(bidder);
      if (session !== undefined && dateTime <= session.endtime) {
        session.bid_count++;
        session.endtime = dateTime + 10_000;
      } else {
        if (session !== undefined) done.push(session);
        open.set(bidder, { bidder, bid_count: 1, starttime: dateTime, endtime: dateTime + 10_000 });
      }
    }
    return [...done, ...open.values()];
  },
};

function personsById(events: readonly NexmarkEvent[]): Map<number, Person> {
  return new Map(events.flatMap(({ person }) => (person === null ? [] : [[person.id, person]])));
}

test('every kernel puts out the rows of a plain row program, whatever the rate and the size of batches', () => {
  for (const options of [{ eventRate: 1_000, seed: 7 }, { eventRate: 200, seed: 8 }]) {
    const events = 30_000;
    const factory = new NexmarkEventFactory(resolveNexmarkOptions({ ...options, events }));
    const rows = Array.from({ length: events }, (_, place) => factory.eventAt(factory.sequence.numberAt(place)));
    for (const query of KERNEL_QUERIES) {
      const expected = PROGRAMS[query](rows);
      const wanted = { outputRows: expected.length, checksum: expected.reduce((sum: number, row) => (sum + digestOf(row)) | 0, 0) };
      for (const batchRows of [1_000, 33]) assert.deepEqual({ query, ...runKernel(query, events, { ...options, batchRows }) }, { query, ...wanted });
      assert.ok(query === 'source' || expected.length > 0);
    }
  }
});

conformanceTest('the plain row programs give the recorded results of set S', (folder) => {
  const read = (name: string) => gunzipSync(readFileSync(join(folder, 'nexmark', 'S', `${name}.ndjson.gz`))).toString('utf8').trimEnd().split('\n');
  const events = read('events').map((line) => JSON.parse(line) as NexmarkEvent);
  const timeText = (key: string, value: unknown) => (['dateTime', 'stime', 'starttime', 'endtime'].includes(key) && typeof value === 'number' ? new Date(value).toISOString().replace('T', ' ').replace('Z', '') : value);
  for (const query of KERNEL_QUERIES.filter((name) => name !== 'source' && name !== 'q1')) {
    assert.deepEqual(PROGRAMS[query](events).map((row) => JSON.stringify(row, timeText)).sort(), read(query).toSorted(), query);
  }
});
