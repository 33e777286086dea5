import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { inferType } from '#core/types/infer-type';
import { formatType } from '#core/types/type-information';
import { ControlKind } from '#shuffle/channel/channel';
import { InputChannel } from '#shuffle/input-gate/input-channel';
import { RestoredConsumer } from '#shuffle/input-gate/restored-consumer';
import { createRowReader } from '#core/codegen/row-reader';
import { Polled } from '#shuffle/channel/channel';
import { CHANNEL_KINDS, Edge, RECORD_BYTES_MAX } from './edge-harness.js';

/** What the frames are that the consumer of channel 0 has taken last. */
const typeOf = (edge: Edge, channel = 0): string => formatType(edge.gate.channels[channel]!.type!);

/** Emits rows and reads them, a flush after every ten. */
function send(edge: Edge, rows: readonly unknown[]): void {
  rows.forEach((row, index) => {
    edge.writer.emit(row, index);
    if (index % 10 === 9) edge.settle();
  });
  edge.settle();
}

const numbers = Array.from({ length: 200 }, (_, n) => ({ id: n, text: 'a' }));
const strings = Array.from({ length: 200 }, (_, n) => ({ id: `number ${n}`, text: 'a' }));

describe('the columns of an undeclared edge', () => {
  test('widen when a column of numbers goes on with strings', () => {
    const edge = new Edge({ type: undefined });
    send(edge, [...numbers, ...strings]);
    assert.deepEqual(edge.rows(0), [...numbers, ...strings]);
    assert.equal(typeOf(edge), formatType(inferType([numbers[0], strings[0]])));
  });

  test('widen for rows in full frames, without a flush or a watermark between them', () => {
    const edge = new Edge({ type: undefined, dataBytes: 1 << 20 });
    const rows = Array.from({ length: 5000 }, (_, n) => (n < 1000 ? { id: n } : { id: n % 2 === 0 ? n : null }));
    for (const row of rows) edge.writer.emit(row, 0);
    edge.settle();
    assert.deepEqual(edge.rows(0), rows);
    assert.equal(typeOf(edge), formatType(inferType([{ id: 1 }, { id: null }])));
  });

  test('stay as they are for one row in a hundred that does not fit', () => {
    const edge = new Edge({ type: undefined });
    const rows = Array.from({ length: 6000 }, (_, n) => ({ id: n % 100 === 99 ? 'odd' : n }));
    send(edge, rows);
    assert.deepEqual(edge.rows(0), rows);
    assert.equal(typeOf(edge), formatType(inferType([{ id: 1 }])));
  });

  test('are made anew when rows of other fields have become the usual ones', () => {
    const edge = new Edge({ type: undefined });
    const later = Array.from({ length: 200 }, (_, n) => ({ name: `n${n}`, ok: true }));
    send(edge, [...numbers, ...later]);
    assert.deepEqual(edge.rows(0), [...numbers, ...later]);
    assert.equal(typeOf(edge), formatType(inferType(later)));
  });

  test('change a bounded number of times when rows keep changing', () => {
    const edge = new Edge({ type: undefined });
    const types = new Set<string>();
    let changes = 0;
    for (let phase = 0; phase < 40; phase++) {
      const rows = Array.from({ length: 5000 }, () => ({ [`field${phase}`]: phase }));
      const before = typeOfSeen(edge);
      send(edge, rows);
      if (typeOf(edge) !== before) changes++;
      types.add(typeOf(edge));
    }
    assert.equal(changes, 9, 'once to open and eight times to widen');
    assert.equal(edge.rows(0).length, 40 * 5000);
  });

  test('widen on every channel at once, also those that saw no such row', () => {
    const edge = new Edge({ type: undefined, channels: 2, partitioner: { kind: 'custom', partition: (key) => (typeof key === 'string' ? 1 : 0), key: { selector: (row: unknown) => (row as { id: unknown }).id, type: undefined } } });
    send(edge, [...numbers, ...strings, ...numbers]);
    assert.deepEqual([edge.rows(0), edge.rows(1)], [[...numbers, ...numbers], strings]);
    assert.equal(typeOf(edge, 0), typeOf(edge, 1));
  });

  test('a barrier that overtakes what waits knows of which columns the frames are, those before a change and those behind it', () => {
    for (const sentBefore of [0, 200]) {
      const edge = new Edge({ type: undefined });
      if (sentBefore > 0) send(edge, numbers);
      let fill = 0;
      // Nothing is read: all that follows is overdraft.
      while (edge.availability.blocked === 0) edge.writer.emit({ id: fill++, text: 'fills' }, 0);
      for (const row of [...numbers, ...strings, ...strings]) edge.writer.emit(row, 0);
      edge.writer.flush();
      for (const row of strings) edge.writer.emit(row, 0);
      const [overtaken] = edge.writer.overtake(ControlKind.BARRIER, 1, 0, 0);
      const rows = rowsOf(overtaken!.type, overtaken!.frames);
      // The open frame is sealed when the barrier comes, so all of it is among what was overtaken.
      assert.deepEqual(rows.slice(-strings.length * 3 - 150), [...numbers.slice(-150), ...strings, ...strings, ...strings]);
      edge.settle();
      assert.deepEqual(edge.rows(0).slice(-strings.length), strings);
    }
  });

  // An undeclared value does not keep -0.
  const number = fc.double({ noNaN: true }).map((drawn) => (drawn === 0 ? 0 : drawn));
  const value = fc.oneof(number, fc.string({ maxLength: 40 }), fc.boolean(), fc.constant(null), fc.constant(undefined), fc.record({ x: fc.nat(9) }, { noNullPrototype: true }), fc.array(fc.nat(9), { maxLength: 3 }));
  const shape = fc.oneof(fc.record({ a: value }, { noNullPrototype: true }), fc.record({ a: value, b: value }, { noNullPrototype: true }), fc.record({ b: value, c: value }, { noNullPrototype: true }), value);
  const phase = fc.tuple(fc.array(shape, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 1500 }), fc.constantFrom('flush', 'read', 'watermark', 'nothing'));

  for (const kind of Object.keys(CHANNEL_KINDS)) {
    test(`rows of any shapes arrive as they were sent, in order, however the columns change (${kind})`, () => {
      fc.assert(fc.property(fc.array(phase, { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 3 }), (phases, channels) => {
        const edge = new Edge({ type: undefined, kind, channels, partitioner: { kind: 'rebalance' } });
        const sent: unknown[] = [];
        for (const [shapes, count, action] of phases) {
          for (let i = 0; i < count; i++) {
            const row = shapes[i % shapes.length];
            edge.writer.emit(row, 0);
            sent.push(row);
          }
          if (action === 'flush') edge.writer.flush();
          else if (action === 'read') edge.read();
          else if (action === 'watermark') edge.writer.emitWatermark(sent.length);
        }
        edge.settle();
        for (let channel = 0; channel < channels; channel++) assert.deepEqual(edge.rows(channel), sent.filter((_, index) => index % channels === channel));
      }), { numRuns: 30 });
    });
  }
});

function typeOfSeen(edge: Edge): string | undefined {
  const { type } = edge.gate.channels[0]!;
  return type === undefined ? undefined : formatType(type);
}

/** What a restored task reads of the frames of a snapshot. */
function rowsOf(type: Parameters<typeof formatType>[0] | null, frames: readonly Uint8Array[]): unknown[] {
  const channel = new InputChannel(new RestoredConsumer(frames, 0), 0, 0, RECORD_BYTES_MAX, 0, { type, skipRows: 0 });
  const rows: unknown[] = [];
  while (channel.poll() === Polled.FRAME) {
    const reader = createRowReader(channel.batch.layout.schema);
    reader.bind(channel.batch);
    for (let row = 0; row < channel.batch.count; row++) rows.push(reader.read(row));
    channel.release();
  }
  return rows;
}
