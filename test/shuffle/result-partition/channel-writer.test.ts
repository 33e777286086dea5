import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { schemaOf } from '#core/columns/schema';
import { FRAME_HEADER_BYTES, layoutOf } from '#core/columns/frame';
import { Types } from '#core/types/type-information';
import { ControlKind } from '#shuffle/channel/channel';
import { batchOf } from '../../core/columns/random-rows.js';
import { createRing, Edge } from './edge-harness.js';
import { MemorySpill } from './memory-spill.js';

const TEXT = Types.ROW({ text: Types.STRING });

describe('large rows', () => {
  test('a row goes through up to the very limit of a record, and no byte beyond', () => {
    for (const dataBytes of [4096, 65_536]) {
      const recordBytesMax = 40_000;
      const fixed = layoutOf(schemaOf(TEXT), 1).heapStart;
      const emit = (chars: number): Edge => {
        const edge = new Edge({ type: TEXT, dataBytes, recordBytesMax });
        edge.writer.emit({ text: 'before' }, 1);
        edge.writer.emit({ text: 'x'.repeat(chars) }, 2);
        edge.writer.emit({ text: 'after' }, 3);
        edge.settle();
        return edge;
      };
      const largest = Math.floor((recordBytesMax - fixed) / 8) * 8;
      assert.deepEqual(emit(largest).rows(0).map((row) => (row as { text: string }).text.length), [6, largest, 5]);
      for (const chars of [largest + 1, largest + 4096, recordBytesMax * 5]) assert.throws(() => emit(chars), { code: 'CHANNEL_RECORD_TOO_LARGE' });
    }
  });

  test('a large row of a batch goes through as it is', () => {
    const rows = ['a', 'b'.repeat(5000), 'c', 'd'.repeat(900), 'e'].map((text) => ({ text }));
    const edge = new Edge({ type: TEXT });
    const batch = batchOf(schemaOf(TEXT), rows);
    while (!edge.writer.emitBatch(batch)) {
      edge.read(1);
      edge.writer.drain();
    }
    edge.settle();
    assert.deepEqual(edge.rows(0), rows);
    assert.equal(edge.availability.blocked, 0);
  });

  test('a schema larger than a frame arrives in pieces', () => {
    const fields = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`field_with_a_long_name_${index}`, Types.BOOLEAN]));
    const row = Object.fromEntries(Object.keys(fields).map((name, index) => [name, index % 3 === 0]));
    const edge = new Edge({ type: Types.ROW(fields) });
    for (let i = 0; i < 40; i++) edge.writer.emit(row, i);
    edge.settle();
    assert.deepEqual(edge.rows(0), Array.from({ length: 40 }, () => row));
  });

  test('a row whose numbers alone do not fit a frame is refused when the edge is opened', () => {
    const type = Types.TUPLE(...Array.from({ length: 200 }, () => Types.DOUBLE));
    assert.throws(() => new Edge({ type }), {
      code: 'CHANNEL_FRAME_TOO_SMALL',
      message: 'a row of 1608 fixed bytes does not fit a frame of 1016 bytes: raise taskmanager.memory.network.min',
    });
    assert.doesNotThrow(() => new Edge({ type, dataBytes: 16_384 }));
  });
});

describe('a writer whose channel is full', () => {
  const row = (id: number) => ({ id, pad: 'p'.repeat(50) });
  const PADDED = Types.ROW({ id: Types.LONG, pad: Types.STRING });

  test('is blocked from the first missing frame until the reader has made room and all overdraft is in', () => {
    const edge = new Edge({ type: PADDED });
    let sent = 0;
    while (edge.availability.blocked === 0) edge.writer.emit(row(sent++), 0);
    assert.equal(edge.writer.drain(), false);
    for (const end = sent + 500; sent < end;) edge.writer.emit(row(sent++), 0);
    assert.equal(edge.availability.blocked, 1);
    const { overdraftBytes } = edge.writer.channels[0]!;
    assert.ok(overdraftBytes > 500 * 50 && overdraftBytes < 500 * 150, `${overdraftBytes} bytes wait`);
    edge.read(1);
    assert.equal(edge.writer.drain(), false, 'room for one frame is not room for all');
    while (!edge.writer.drain()) edge.read(1);
    assert.equal(edge.availability.blocked, 0);
    assert.equal(edge.writer.channels[0]!.overdraftBytes, 0);
    edge.settle();
    assert.deepEqual(edge.rows(0), Array.from({ length: sent }, (_, id) => row(id)));
  });

  test('counts once per channel, and is counted no more when it is closed', () => {
    const edge = new Edge({ type: PADDED, channels: 3, partitioner: { kind: 'broadcast' } });
    for (let id = 0; id < 300; id++) edge.writer.emit(row(id), 0);
    assert.equal(edge.availability.blocked, 3);
    edge.writer.close();
    edge.writer.close();
    assert.equal(edge.availability.blocked, 0);
  });

  test('lets a full control lane block it too, and places the entry before later rows', () => {
    const edge = new Edge({ type: PADDED });
    for (let id = 0; id < 129; id++) edge.writer.broadcast(ControlKind.LATENCY_MARKER, id);
    assert.equal(edge.availability.blocked, 1);
    edge.writer.emit(row(1), 0);
    edge.writer.flush();
    edge.writer.emitWatermark(7);
    edge.settle();
    assert.equal(edge.availability.blocked, 0);
    assert.deepEqual(edge.events[0]!.filter((event) => 'watermark' in event || 'row' in event).at(-1), { watermark: 7 });
    assert.deepEqual(edge.rows(0), [row(1)]);
  });

  test('keeps only so much overdraft in memory and gives the spill back once it is empty, again and again', () => {
    const spills: MemorySpill[] = [];
    const createSpill = (): MemorySpill => {
      spills.push(new MemorySpill());
      return spills.at(-1)!;
    };
    const edge = new Edge({ type: PADDED, createSpill, overdraftBytesMax: 10_000 });
    let sent = 0;
    for (let round = 1; round <= 3; round++) {
      for (let i = 0; i < 2000; i++) edge.writer.emit(row(sent++), 0);
      assert.equal(spills.length, round);
      assert.ok(edge.writer.channels[0]!.overdraftBytes - spills.at(-1)!.bytes <= 10_000, 'in memory');
      assert.ok(spills.at(-1)!.bytes > 100_000);
      edge.settle();
      assert.equal(spills.at(-1)!.isClosed, true);
    }
    assert.deepEqual(edge.rows(0), Array.from({ length: sent }, (_, id) => row(id)));
  });

  test('closes the spill with the task', () => {
    const spill = new MemorySpill();
    const edge = new Edge({ type: PADDED, createSpill: () => spill, overdraftBytesMax: 1000 });
    for (let id = 0; id < 1000; id++) edge.writer.emit(row(id), 0);
    edge.writer.close();
    assert.equal(spill.isClosed, true);
    assert.equal(edge.writer.isDrained, true);
  });

  test('sends what waits while it emits, when another thread makes room meanwhile', () => {
    const edge = new Edge({ type: PADDED, dataBytes: 65_536 });
    let overdraftMost = 0;
    for (let id = 0; id < 20_000; id++) {
      edge.writer.emit(row(id), 0);
      // The other thread: it never waits, and this side never drains.
      if (id % 50 === 0) edge.read();
      overdraftMost = Math.max(overdraftMost, edge.writer.channels[0]!.overdraftBytes);
    }
    assert.ok(overdraftMost < 200_000, `${overdraftMost} bytes of overdraft at most`);
    edge.settle();
    assert.equal(edge.rows(0).length, 20_000);
  });
});

describe('frames', () => {
  test('few rows make small frames, and tell their channel how many they were', () => {
    const edge = new Edge({ type: Types.ROW({ a: Types.LONG, b: Types.LONG }), dataBytes: 65_536 });
    edge.writer.emit({ a: 1, b: 2 }, 0);
    edge.writer.flush();
    const { producer, consumer } = edge.ends[0]!;
    assert.ok(producer.bytesInFlight < 1000, `${producer.bytesInFlight} bytes for one row and the schema`);
    const [channel] = edge.writer.channels;
    assert.deepEqual([channel!.recordsOut, channel!.hasUnflushed, channel!.isConsumerIdle], [1, false, false]);
    assert.ok(channel!.bytesOut > FRAME_HEADER_BYTES);
    edge.settle();
    assert.equal(consumer.framesReleased, 2);
    assert.equal(edge.gate.channels[0]!.recordsIn, 1);
  });

  test('a consumer that waits gets what there is, a busy one does not', () => {
    const edge = new Edge({ type: TEXT });
    edge.writer.emit({ text: 'a' }, 0);
    edge.writer.flushIdle();
    assert.equal(edge.writer.hasUnflushed, true, 'the schema frame is not read yet');
    edge.read();
    edge.writer.flushIdle();
    assert.equal(edge.writer.hasUnflushed, false);
    edge.read();
    assert.deepEqual(edge.rows(0), [{ text: 'a' }]);
  });

  test('undeclared rows are seen before a hundred of them when someone waits, or time is up', () => {
    for (const flush of ['flush', 'flushIdle'] as const) {
      const edge = new Edge({ type: undefined });
      edge.writer.emit({ a: 1 }, 0);
      assert.equal(edge.writer.hasUnflushed, true);
      edge.writer[flush]();
      edge.read();
      if (flush === 'flushIdle') {
        edge.writer.flushIdle();
        edge.read();
      }
      assert.deepEqual(edge.rows(0), [{ a: 1 }]);
    }
  });

  test('an undeclared row is taken as it is when it is emitted', () => {
    const edge = new Edge({ type: undefined });
    const reused = { n: 0, nested: { list: [0] }, at: new Date(0) };
    for (let n = 0; n < 150; n++) {
      reused.n = n;
      reused.nested.list[0] = n;
      reused.at.setTime(n);
      edge.writer.emit(reused, n);
      edge.read();
    }
    edge.settle();
    assert.deepEqual(edge.rows(0), Array.from({ length: 150 }, (_, n) => ({ n, nested: { list: [n] }, at: new Date(n) })));
  });

  test('an undeclared edge takes the columns of a batch, and single rows after it', () => {
    const type = Types.ROW({ id: Types.LONG });
    const edge = new Edge({ type: undefined });
    assert.ok(edge.writer.emitBatch(batchOf(schemaOf(type), [{ id: 1 }, { id: 2 }])));
    edge.writer.emit({ id: 3 }, 0);
    edge.settle();
    assert.deepEqual(edge.rows(0), [{ id: 1 }, { id: 2 }, { id: 3 }]);
  });

  test('a batch of other columns than the edge is read row by row', () => {
    const edge = new Edge({ type: Types.ROW({ id: Types.DOUBLE }), channels: 2, partitioner: { kind: 'rebalance' } });
    const rows = Array.from({ length: 200 }, (_, id) => ({ id }));
    const batch = batchOf(schemaOf(Types.ROW({ id: Types.LONG })), rows);
    while (!edge.writer.emitBatch(batch)) {
      edge.read(1);
      edge.writer.drain();
    }
    edge.settle();
    assert.deepEqual([edge.rows(0), edge.rows(1)], [rows.filter(({ id }) => id % 2 === 0), rows.filter(({ id }) => id % 2 === 1)]);
  });

  test('a row that does not fit its type fails and leaves the rows before it', () => {
    const edge = new Edge({ type: TEXT });
    edge.writer.emit({ text: 'a' }, 0);
    assert.throws(() => edge.writer.emit({ text: 1 }, 0), { code: 'TYPE_MISMATCH' });
    edge.settle();
    assert.deepEqual(edge.rows(0), [{ text: 'a' }]);
  });

  test('a closed writer gives its reservation back to the channel', () => {
    const { producer } = createRing(4096);
    const edge = new Edge({ type: TEXT });
    const own = edge.ends[0]!.producer;
    edge.writer.close();
    assert.notEqual(own.tryReserve(own.frameBytesMax), -1);
    assert.equal(producer.framesPublished, 0);
  });
});
