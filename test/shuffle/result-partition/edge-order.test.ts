import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { schemaOf } from '#core/columns/schema';
import { capacityFor } from '#core/columns/frame';
import { Types } from '#core/types/type-information';
import { ControlKind } from '#shuffle/channel/channel';
import { batchOf, typedRows } from '../../core/columns/random-rows.js';
import { CHANNEL_KINDS, Edge, type EdgeEvent } from './edge-harness.js';
import { MemorySpill } from './memory-spill.js';

type Step =
  | { readonly kind: 'row' } | { readonly kind: 'large'; readonly chars: number } | { readonly kind: 'flush' } | { readonly kind: 'flush-idle' }
  | { readonly kind: 'watermark' } | { readonly kind: 'drain' } | { readonly kind: 'read'; readonly most: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Step>({ kind: 'row' }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 9000 }).map((chars): Step => ({ kind: 'large', chars })) },
  ...(['flush', 'flush-idle', 'watermark', 'drain'] as const).map((kind) => ({ weight: 1, arbitrary: fc.constant<Step>({ kind }) })),
  { weight: 2, arbitrary: fc.nat(4).map((most): Step => ({ kind: 'read', most })) },
);

/** A record with text of any length around, so that any row may be larger than a frame. */
function run(edge: Edge, steps: readonly Step[], rows: readonly unknown[], charsScale: number): EdgeEvent[] {
  const expected: EdgeEvent[] = [];
  let time = 0;
  let watermark = 0;
  const emit = (row: unknown): void => {
    edge.writer.emit(row, ++time);
    expected.push({ row, time });
  };
  for (const one of steps) {
    switch (one.kind) {
      case 'row': emit({ pad: '', value: rows[time % rows.length] }); break;
      case 'large': emit({ pad: 'é'.repeat(one.chars % 7) + 'x'.repeat(one.chars * charsScale), value: rows[time % rows.length] }); break;
      case 'flush': edge.writer.flush(); break;
      case 'flush-idle': edge.writer.flushIdle(); break;
      case 'watermark':
        edge.writer.emitWatermark(++watermark);
        expected.push({ watermark });
        break;
      case 'drain': edge.writer.drain(); break;
      case 'read': edge.read(one.most); break;
    }
  }
  edge.writer.broadcast(ControlKind.END_OF_INPUT, 0);
  expected.push({ ended: true });
  edge.settle();
  return expected;
}

/** A watermark that waits may be replaced by a newer one directly behind it. */
function withoutReplaced(events: readonly EdgeEvent[], received: readonly EdgeEvent[]): EdgeEvent[] {
  const watermarks = new Set(received.flatMap((event) => ('watermark' in event ? [event.watermark] : [])));
  return events.filter((event, index) => {
    const next = events[index + 1];
    return !('watermark' in event) || next === undefined || !('watermark' in next) || watermarks.has(event.watermark);
  });
}

for (const kind of Object.keys(CHANNEL_KINDS)) {
  for (const dataBytes of [4096, 65_536]) {
    describe(`an edge over ${kind} channels of ${dataBytes} bytes`, () => {
      const options = { kind, dataBytes };

      test('rows arrive whole and in order, entries exactly between the rows they were sent between, whoever is slow', () => {
        fc.assert(fc.property(typedRows(5).filter(({ rows }) => rows.length > 0), fc.array(step, { maxLength: 150 }), ({ type, rows }, steps) => {
          const rowType = Types.ROW({ pad: Types.STRING, value: type });
          fc.pre(capacityFor(schemaOf(rowType), dataBytes / 4 - 8, 1) > 0);
          const edge = new Edge({ ...options, type: rowType });
          const expected = run(edge, steps, rows, dataBytes / 4096);
          assert.deepStrictEqual(edge.events[0], withoutReplaced(expected, edge.events[0]!));
          assert.equal(edge.availability.blocked, 0);
          assert.equal(edge.writer.isDrained, true);
        }), { numRuns: 80 });
      });

      test('the same holds when most of the overdraft is spilled, and every spill is closed', () => {
        const spills: MemorySpill[] = [];
        fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
          const createSpill = (): MemorySpill => {
            spills.push(new MemorySpill());
            return spills.at(-1)!;
          };
          const edge = new Edge({ ...options, type: Types.ROW({ pad: Types.STRING, value: Types.LONG }), createSpill, overdraftBytesMax: 2000 });
          const expected = run(edge, steps, [1, 2, 3], dataBytes / 4096);
          assert.deepStrictEqual(edge.events[0], withoutReplaced(expected, edge.events[0]!));
          assert.equal(edge.availability.blocked, 0);
        }), { numRuns: 80 });
        assert.ok(spills.some((spill) => spill.bytes > 0), 'some overdraft was spilled');
        assert.ok(spills.every((spill) => spill.isClosed));
      });

      test('undeclared rows keep their form and order, whatever comes first and whenever it is flushed', () => {
        const value = fc.oneof(fc.string(), fc.double().map((x) => x || 0), fc.constant(null), fc.record({ a: fc.integer(), b: fc.oneof(fc.string(), fc.constant(null)) }, { noNullPrototype: true }), fc.record({ a: fc.integer() }, { noNullPrototype: true }), fc.array(fc.integer(), { maxLength: 3 }));
        fc.assert(fc.property(fc.array(value, { maxLength: 260 }), fc.infiniteStream(fc.nat(60)), (rows, choice) => {
          const edge = new Edge({ ...options, type: undefined });
          for (const [time, row] of rows.entries()) {
            edge.writer.emit(row, time);
            if (choice.next().value === 0) edge.writer.flush();
            if (choice.next().value < 5) edge.read(2);
          }
          edge.settle();
          assert.deepStrictEqual(edge.events[0], rows.map((row, time) => ({ row, time })));
          assert.equal(edge.availability.blocked, 0);
        }), { numRuns: 60 });
      });

      test('batches arrive whole over any number of channels, every partitioner, with pauses wherever a channel is full', () => {
        const partitioner = fc.constantFrom('rebalance', 'shuffle', 'broadcast', 'global', 'hash') as fc.Arbitrary<'rebalance'>;
        fc.assert(fc.property(typedRows(60), fc.integer({ min: 1, max: 3 }), partitioner, fc.boolean(), ({ type, rows }, channels, partitionerKind, isChosen) => {
          const rowType = Types.ROW({ key: Types.LONG, value: type });
          fc.pre(capacityFor(schemaOf(rowType), dataBytes / 4 - 8, 1) > 0);
          const keyed = rows.map((value, index) => ({ key: index * 7919, value }));
          let seed = 7;
          const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
          const partition = { kind: partitionerKind, key: { selector: (row: { key: number }) => row.key, type: Types.LONG }, keyColumns: [0] };
          const edge = new Edge({ ...options, type: rowType, channels, partitioner: partition, random });
          const chosen = isChosen ? Int32Array.from([...keyed.keys()].filter((row) => row % 3 !== 1)) : undefined;
          const expected = isChosen ? Array.from(chosen!, (row) => keyed[row]) : keyed;
          const batch = batchOf(schemaOf(rowType), keyed);
          for (let round = 0; round < 3; round++) {
            for (let turns = 0; !edge.writer.emitBatch(batch, chosen, chosen?.length ?? batch.count); turns++) {
              assert.ok(turns < 10_000, 'a batch gets through');
              assert.ok(edge.availability.blocked > 0);
              edge.read(1);
              edge.writer.drain();
            }
          }
          edge.settle();
          assert.equal(edge.availability.blocked, 0);
          const keyOf = (row: unknown): number => (row as { key: number }).key;
          const thrice = [...expected, ...expected, ...expected];
          if (partitionerKind === ('broadcast' as string)) edge.ends.forEach((_, channel) => assert.deepStrictEqual(edge.rows(channel), thrice));
          const all = edge.events.flatMap((_, channel) => edge.rows(channel));
          const byKey = (a: unknown, b: unknown): number => keyOf(a) - keyOf(b);
          if (partitionerKind !== ('broadcast' as string)) assert.deepStrictEqual(all.toSorted(byKey), thrice.toSorted(byKey));
          for (const channel of edge.ends.keys()) {
            const keys = edge.rows(channel).map(keyOf);
            assert.ok(keys.filter((key, index) => index > 0 && key < keys[index - 1]!).length <= 2, 'in the order of the batch, three times');
          }
        }), { numRuns: 60 });
      });
    });
  }
}
