import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createFieldReader, digestOf } from '#connectors/blackhole/field-reader';
import { BlackholeSink } from '#connectors/blackhole/sink';
import { CollectSink } from '#connectors/collect/sink';
import { NEXMARK_EVENT } from '#connectors/nexmark/event';
import { NexmarkEventFactory } from '#connectors/nexmark/event-at';
import { resolveNexmarkOptions } from '#connectors/nexmark/options';
import { PrintSink } from '#connectors/print/sink';
import { FrameMemory } from '#core/columns/frame-memory';
import { TextSlice } from '#core/columns/text-slice';
import { Types } from '#core/types/type-information';
import { RecordingSinkContext } from './sink-context.js';

describe('print sink', () => {
  const printed = (sink: PrintSink, context: RecordingSinkContext, values: readonly unknown[]): string => {
    const writer = sink.createWriter(context);
    for (const value of values) writer.write(value);
    writer.flush();
    return context.printed.map(({ text }) => text).join('');
  };

  test('lines carry prefix and subtask as Flink writes them', () => {
    const second = { subtaskIndex: 1, parallelism: 4 };
    assert.equal(printed(new PrintSink(), new RecordingSinkContext(), ['a']), 'a\n');
    assert.equal(printed(new PrintSink('p'), new RecordingSinkContext(), ['a']), 'p> a\n');
    assert.equal(printed(new PrintSink(), new RecordingSinkContext(second), ['a']), '2> a\n');
    assert.equal(printed(new PrintSink('p'), new RecordingSinkContext(second), ['a']), 'p:2> a\n');
  });

  test('primitives are printed as text, everything else as JSON', () => {
    const values = ['x', 1.5, true, null, 7n, { a: 1, b: { c: [2n, new Map([['k', 1]])] } }, [1, 'two'], Uint8Array.of(1, 2)];
    assert.equal(printed(new PrintSink(), new RecordingSinkContext(), values), 'x\n1.5\ntrue\nnull\n7\n{"a":1,"b":{"c":["2",[["k",1]]]}}\n[1,"two"]\n"AQI="\n');
  });

  test('stderr is chosen by option', () => {
    const context = new RecordingSinkContext();
    printed(new PrintSink('', { isToStdErr: true }), context, ['a']);
    assert.deepEqual(context.printed, [{ text: 'a\n', stream: 'stderr' }]);
  });

  test('lines are gathered, and printed after a short time without further records', () => {
    const context = new RecordingSinkContext();
    const writer = new PrintSink().createWriter(context);
    for (let line = 0; line < 100; line++) writer.write(line);
    assert.equal(context.printed.length, 0);
    context.clock.advance(100);
    assert.equal(context.printed.length, 1);
    assert.equal(context.printed[0]!.text.split('\n').length, 101);
    writer.write('x'.repeat(70_000));
    assert.equal(context.printed.length, 2);
    writer.write('last');
    writer.close();
    context.clock.advance(100);
    assert.deepEqual(context.printed.slice(2), [{ text: 'last\n', stream: 'stdout' }]);
  });
});

describe('collect sink', () => {
  test('rows go in batches of at most 1,000, each once, in order', () => {
    const context = new RecordingSinkContext();
    const writer = new CollectSink<number>().createWriter(context);
    for (let row = 0; row < 2_500; row++) writer.write(row);
    writer.flush();
    assert.ok(writer.isReady);
    assert.deepEqual(context.sent.map((batch) => batch.length), [1_000, 1_000, 500]);
    assert.deepEqual(context.sent.flat(), Array.from({ length: 2_500 }, (_, row) => row));
  });

  test('the rows of a slow stream are sent after a short time, once there is room', () => {
    const context = new RecordingSinkContext();
    const writer = new CollectSink<number>().createWriter(context);
    writer.write(1);
    assert.deepEqual(context.sent, []);
    context.clock.advance(50);
    assert.deepEqual(context.sent, [[1]]);
    context.clientRoom = 0;
    writer.write(2);
    context.clock.advance(50);
    context.clientRoom = 1;
    context.clock.advance(50);
    assert.deepEqual(context.sent, [[1], [2]]);
  });

  test('a full client holds the writer until there is room', () => {
    const context = new RecordingSinkContext();
    context.clientRoom = 0;
    const writer = new CollectSink<number>().createWriter(context);
    for (let row = 0; row < 1_001; row++) writer.write(row);
    assert.equal(writer.isReady, false);
    context.clientRoom = 2;
    assert.equal(writer.isReady, true);
    assert.deepEqual(context.sent.map((batch) => batch.length), [1_000, 1]);
    context.clientRoom = 0;
    writer.write(1_001);
    assert.equal(writer.isReady, true);
    writer.flush();
    assert.equal(writer.isReady, false);
    context.clientRoom = 1;
    assert.equal(writer.isReady, true);
    assert.deepEqual(context.sent.at(-1), [1_001]);
  });

  test('rows that wait at a barrier are in the snapshot and are sent after a restore', () => {
    const context = new RecordingSinkContext();
    context.clientRoom = 0;
    const writer = new CollectSink<string>().createWriter(context);
    writer.write('a');
    writer.flush();
    const states = writer.snapshot();
    writer.close();
    const next = new RecordingSinkContext();
    const restored = new CollectSink<string>().createWriter(next);
    restored.restore(states);
    restored.write('b');
    restored.flush();
    assert.deepEqual(next.sent, [['a', 'b']]);
    assert.deepEqual(restored.snapshot(), []);
  });
});

describe('blackhole sink', () => {
  const type = Types.ROW({ a: Types.INT, s: Types.STRING, n: Types.NULLABLE(Types.ROW({ d: Types.DOUBLE, t: Types.TUPLE(Types.BOOLEAN, Types.BIGINT) })), l: Types.LIST(Types.STRING) });
  const value = fc.record({
    a: fc.integer(), s: fc.string(), n: fc.option(fc.record({ d: fc.double(), t: fc.tuple(fc.boolean(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })) })), l: fc.array(fc.string()),
  });

  test('the generated reader of a declared type, and that of a first record, read what the interpreted one reads', () => {
    fc.assert(fc.property(value, value, (first, second) => {
      assert.equal(createFieldReader(type, first)(second), digestOf(second));
      assert.equal(createFieldReader(undefined, first)(second), digestOf(second));
    }));
    for (const record of [1.5, 'text', null, undefined, 5n, [1, 2], new Map([['a', 1]]), true]) assert.equal(createFieldReader(undefined, record)(record), digestOf(record));
  });

  test('a text that no string was made of counts as its string does', () => {
    const read = createFieldReader(Types.STRING, 'x');
    fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
      const encoded = Buffer.from(text, 'utf8');
      const memory = FrameMemory.allocate(2048);
      memory.u8.set(encoded, 8);
      const slice = Object.assign(new TextSlice(), { memory, offset: 8, length: encoded.length, isAscii: encoded.length === text.length });
      assert.equal(digestOf(slice), digestOf(encoded.toString()));
      assert.equal(read(slice), digestOf(slice));
    }));
  });

  test('each field counts: a change of any one changes the digest', () => {
    const base = { a: 1, s: 'abc', n: { d: 2, t: [true, 5n] }, l: ['x'] };
    const read = createFieldReader(type, base);
    const changed = [{ ...base, a: 2 }, { ...base, s: 'abcd' }, { ...base, s: 'abd' }, { ...base, n: { ...base.n, d: 3 } }, { ...base, n: { ...base.n, t: [false, 5n] } }, { ...base, n: { ...base.n, t: [true, 6n] } }, { ...base, l: ['y'] }, { ...base, n: null }];
    for (const record of changed) assert.notEqual(read(record), read(base));
  });

  test('checksum and count do not depend on order or parallelism', () => {
    const factory = new NexmarkEventFactory(resolveNexmarkOptions({}));
    const events = Array.from({ length: 500 }, (_, index) => factory.eventAt(index));
    const total = (parts: readonly (readonly unknown[])[]) => parts.reduce((sum, part) => {
      const writer = new BlackholeSink().createWriter(new RecordingSinkContext({ inputType: NEXMARK_EVENT }));
      for (const event of part) writer.write(event);
      return { checksum: (sum.checksum + writer.checksum) | 0, count: sum.count + writer.count };
    }, { checksum: 0, count: 0 });
    const whole = total([events]);
    assert.equal(whole.count, 500);
    assert.notEqual(whole.checksum, 0);
    assert.deepEqual(total([events.slice(200).toReversed(), events.slice(0, 200)]), whole);
  });
});
