import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ConnectorError } from '#connectors/errors';
import { NexmarkEventFactory } from '#connectors/nexmark/event-at';
import { NEXMARK_EVENT, type NexmarkEvent } from '#connectors/nexmark/event';
import { resolveNexmarkOptions, type NexmarkSourceOptions } from '#connectors/nexmark/options';
import { NexmarkSource } from '#connectors/nexmark/source';
import { formatType } from '#core/types/type-information';
import { SourceHarness } from '../source-harness.js';

const oracle = (options: NexmarkSourceOptions): NexmarkEvent[] => {
  const config = resolveNexmarkOptions(options);
  const factory = new NexmarkEventFactory(config);
  return Array.from({ length: config.events }, (_, place) => factory.eventAt(factory.sequence.numberAt(place)));
};

const byTime = (rows: readonly unknown[]): NexmarkEvent[] => (rows as NexmarkEvent[]).toSorted((a, b) => timeOf(a) - timeOf(b));
const timeOf = (event: NexmarkEvent): number => (event.person ?? event.auction ?? event.bid)!.dateTime;

describe('generated Nexmark events', () => {
  test('columns of the generated loop hold what the row form says, for any options, batch size and parallelism', () => {
    fc.assert(fc.property(
      fc.record({
        seed: fc.integer(), events: fc.integer({ min: 0, max: 400 }), eventRate: fc.constantFrom(1, 7, 1000, 100_000, 10_000_000),
        firstEventNumber: fc.constantFrom(0, 1, 37, 6_000, 2 ** 32 - 100, 2 ** 40 + 3), blockEvents: fc.constantFrom(1, 3, 64, 8192),
        outOfOrderGroupSize: fc.constantFrom(1, 1, 10), proportions: fc.constantFrom({}, { person: 2, auction: 1, bid: 1 }, { person: 1, auction: 20, bid: 3 }),
        averageBytes: fc.constantFrom({}, { bid: 0, auction: 60, person: 10 }, { bid: 500, auction: 900, person: 400 }),
        hotRatios: fc.constantFrom({}, { auctions: 1, sellers: 100, bidders: 3 }),
      }),
      fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 3 }),
      (options, room, parallelism) => {
        const { values } = new SourceHarness(new NexmarkSource(options), { room, parallelism, heapBytes: 20_000 }).finish();
        const expected = oracle(options);
        assert.deepEqual(parallelism === 1 ? values : tally(values), parallelism === 1 ? expected : tally(expected));
      },
    ), { numRuns: 60 });
  });

  test('a reader restored at any position, at another parallelism, goes on with the very next event of each split', () => {
    const options = { events: 700, blockEvents: 16, seed: 5 };
    const expected = tally(oracle(options));
    fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.array(fc.nat(3), { maxLength: 25 }), fc.integer({ min: 1, max: 40 }), (before, after, steps, room) => {
      const source = new NexmarkSource(options);
      const first = new SourceHarness(source, { parallelism: before, room });
      for (const subtask of steps) first.step(subtask % before);
      const second = new SourceHarness(source, { parallelism: after, room, checkpoint: first.checkpoint() }).finish();
      assert.deepEqual(tally([...first.values, ...second.values]), expected);
    }), { numRuns: 50 });
  });

  test('dateTime never decreases within a split and is the event time of the row', () => {
    const { rows } = new SourceHarness(new NexmarkSource({ events: 5_000, blockEvents: 100, eventRate: 3_000 }), { parallelism: 3, room: 64 }).finish();
    for (const own of rows) {
      assert.ok(own.length > 1_500);
      own.forEach((row, index) => {
        assert.equal(row.timestamp, timeOf(row.value as NexmarkEvent));
        assert.ok(index === 0 || own[index - 1]!.timestamp <= row.timestamp);
      });
    }
  });

  test('readers at parallelism 4 stay within one round of blocks of each other', () => {
    const { rows } = new SourceHarness(new NexmarkSource({ events: 4_000, blockEvents: 50, eventRate: 1_000 }), { parallelism: 4, room: 50 }).finish();
    for (let place = 0; place < 1_000; place++) {
      const times = rows.map((own) => own[place]!.timestamp);
      assert.ok(Math.max(...times) - Math.min(...times) <= 4 * 50);
    }
  });

  test('out-of-order groups hold the same events as the ordered stream, shuffled within each group', () => {
    const ordered = oracle({ events: 1_000, firstEventNumber: 0 });
    const { values } = new SourceHarness(new NexmarkSource({ events: 1_000, firstEventNumber: 0, outOfOrderGroupSize: 20, eventRate: 1_000 })).finish();
    const inOrder = oracle({ events: 1_000, firstEventNumber: 0, eventRate: 1_000 });
    assert.notDeepEqual(values, inOrder);
    assert.deepEqual(byTime(values), inOrder);
    assert.equal(ordered.length, values.length);
  });

  test('asked columns are equal to those of the full stream, and the others are absent from the type', () => {
    const options = { events: 600 };
    const source = new NexmarkSource({ ...options, columns: ['bid.price', 'bid.url', 'auction.extra', 'auction.expires', 'person.extra', 'person.state'] });
    assert.equal(formatType(source.producedType), 'ROW<person ROW<state STRING, extra STRING> NULL, auction ROW<expires LONG, extra STRING> NULL, bid ROW<price LONG, url STRING> NULL>');
    assert.deepEqual(new SourceHarness(source).finish().values, oracle(options).map(({ person, auction, bid }) => ({
      person: person && { state: person.state, extra: person.extra }, auction: auction && { expires: auction.expires, extra: auction.extra }, bid: bid && { price: bid.price, url: bid.url },
    })));
  });

  test('asked kinds come alone, at any batch size', () => {
    for (const kind of ['person', 'auction', 'bid'] as const) {
      for (const room of [1, 7, 100]) {
        const { values } = new SourceHarness(new NexmarkSource({ events: 500, eventTypes: [kind], blockEvents: 33 }), { room }).finish();
        assert.deepEqual(values, oracle({ events: 500 }).filter((event) => event[kind] !== null));
      }
    }
  });

  test('equal seeds give equal events, different seeds different ones', () => {
    const read = (seed: number) => new SourceHarness(new NexmarkSource({ events: 200, seed })).finish().values;
    assert.deepEqual(read(42), read(42));
    assert.notDeepEqual(read(42), read(43));
    assert.notDeepEqual(read(42), read(42 + 2 ** 32));
  });

  test('an unbounded source goes on and on, and reports no progress', () => {
    const source = new NexmarkSource();
    assert.equal(source.boundedness, 'continuous-unbounded');
    const harness = new SourceHarness(source, { room: 1_000 });
    for (let step = 0; step < 30; step++) assert.equal(harness.step(0), 1);
    assert.ok(Number.isNaN(harness.readers[0]!.progress));
    assert.equal(source.producedType, NEXMARK_EVENT);
  });

  test('progress of a bounded source goes from 0 to 1', () => {
    const harness = new SourceHarness(new NexmarkSource({ events: 1_000 }), { room: 250 });
    const seen = [harness.readers[0]!.progress];
    for (let step = 0; step < 4; step++) {
      harness.step(0);
      seen.push(harness.readers[0]!.progress);
    }
    assert.deepEqual(seen, [0, 0.25, 0.5, 0.75, 1]);
  });

  test('an option out of its range is refused by name and value', () => {
    const bad: readonly NexmarkSourceOptions[] = [
      { events: -1 }, { eventRate: 0 }, { seed: 0.5 }, { proportions: { bid: 0 } }, { outOfOrderGroupSize: 953 }, { columns: ['bid.colour'] }, { columns: [] }, { eventTypes: [] }, { blockEvents: 0 },
    ];
    for (const options of bad) {
      assert.throws(() => new NexmarkSource(options), (error) => error instanceof ConnectorError && error.code === 'CONNECTOR_OPTION_INVALID' && error.message.includes(Object.keys(options)[0]!));
    }
  });
});

function tally(values: readonly unknown[]): string[] {
  return values.map((value) => JSON.stringify(value)).sort();
}
