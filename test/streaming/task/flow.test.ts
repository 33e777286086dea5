import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Types } from '#core/types/type-information';
import type { StreamOperator } from '#streaming/operator/stream-operator';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import { StepResult } from '#streaming/task/task-description';
import { chain, ListSink, map, row, sink, stream, to } from './chains.js';
import { TaskHarness } from './task-harness.js';

const SMALLEST_RING = 1 << 16;

function* countTo(limit: number): Generator<number> {
  for (let i = 0; i < limit; i++) yield i;
}

/** An operator that emits three rows for each, as a user's process function does: it cannot stop between them. */
const triple = stream('triple', {
  kind: 'stream',
  create: (): StreamOperator => {
    let output: Parameters<StreamOperator['open']>[0]['output'];
    return {
      open: (context) => { output = context.output; },
      processElement: (value: number, timestamp) => { for (const factor of [1, 10, 100]) output.collect(value * factor, timestamp); },
      processWatermark: (watermark) => output.emitWatermark(watermark),
      snapshot: () => ({ keyed: [], operator: [] }),
      close: () => undefined,
    };
  },
});

describe('rows through a chain', () => {
  test('one record that makes ten million rows runs in constant memory against a slow consumer', () => {
    const limit = 10_000_000;
    let made = 0;
    const generator = row('generate', { kind: 'flatMap', *apply() { for (; made < limit; made++) yield made; } });
    const harness = new TaskHarness({ operators: chain(generator), inputs: [1], outputs: [{ operatorIndex: 0, type: Types.INT }], ringBytes: SMALLEST_RING }).open();
    harness.feeds[0]!.rows(1);
    harness.feeds[0]!.barrier(1);
    harness.feeds[0]!.end();
    const [drain] = harness.drains;
    let received = 0;
    let waitingMost = 0;
    drain!.keep = (one) => {
      if (!('row' in one)) return void drain!.received.push(one);
      assert.equal(one.row, received);
      received++;
    };
    while (harness.run() === StepResult.BLOCKED) {
      waitingMost = Math.max(waitingMost, made - received);
      drain!.take(1);
    }
    drain!.take();
    assert.equal(received, limit);
    // Twelve bytes a row: no more than what fits the ring and one frame being filled.
    assert.ok(waitingMost <= (SMALLEST_RING / 12) * 1.25, `${waitingMost} rows were waiting`);
    assert.deepEqual(drain!.received, [{ barrier: 1 }, { end: true }]);
    harness.task.close();
  });

  test('an endless generator into a sink does not keep the cancellation out, and is told to end', () => {
    let isEnded = false;
    const endless = row('endless', { kind: 'flatMap', *apply() { try { for (;;) yield 1; } finally { isEnded = true; } } });
    const harness = new TaskHarness({ operators: chain(endless, sink('sink', new ListSink())), inputs: [1] }).open();
    harness.feeds[0]!.rows(1);
    for (let steps = 0; steps < 10; steps++) assert.equal(harness.task.step(), StepResult.PROGRESS);
    harness.task.deliver({ kind: 'cancel' });
    assert.equal(harness.task.step(), StepResult.DONE);
    harness.task.close();
    assert.equal(isEnded, true);
  });

  test('rows that a flatMap collects beyond the room go out in order, and nothing new is fed meanwhile', () => {
    let calls = 0;
    const many = row('many', { kind: 'flatMap', apply: (value: number, collect) => { calls++; for (let i = 0; i < 50_000; i++) collect(value * 50_000 + i); } });
    const harness = new TaskHarness({ operators: chain(many), inputs: [1], outputs: [{ operatorIndex: 0, type: Types.INT }], ringBytes: SMALLEST_RING }).open();
    harness.feeds[0]!.rows(0, 1);
    assert.equal(harness.run(), StepResult.BLOCKED);
    assert.equal(calls, 1);
    harness.feeds[0]!.watermark(5);
    harness.settle();
    assert.deepEqual(harness.received().filter((one) => 'watermark' in one), [{ watermark: 5 }]);
    assert.deepEqual(harness.received().at(-1), { watermark: 5 });
    assert.deepEqual(harness.rowsOf(), Array.from({ length: 100_000 }, (_, i) => i));
    harness.task.close();
  });

  test('generators, arrays and collected rows of several flatMaps in a row keep their order', () => {
    const forms = fc.array(fc.constantFrom('generator', 'array', 'collect', 'nothing', 'both'), { minLength: 1, maxLength: 4 });
    fc.assert(fc.property(forms, fc.boolean(), fc.integer({ min: 1, max: 30 }), (chosen, isTripled, count) => {
      const expand = (value: number, depth: number): number[] => [value * 3 + depth, value * 3 + depth + 1];
      const links = chosen.map((form, depth) => row(`${form} ${depth}`, {
        kind: 'flatMap',
        apply: (value: number, collect) => {
          const rows = expand(value, depth);
          // Odd rows take the other way, so that waiting and passing rows meet.
          const way = form === 'both' ? (value % 2 === 0 ? 'generator' : 'collect') : form;
          if (way === 'collect') for (const one of rows) collect(one);
          else if (way === 'generator') return (function* () { yield* rows; })();
          else if (way === 'array') return rows;
          return undefined;
        },
      }));
      const operators = chain(...(isTripled ? [triple, ...links] : links));
      const harness = new TaskHarness({ operators, inputs: [1], outputs: [{ operatorIndex: operators.length - 1, type: Types.DOUBLE }], inputType: Types.DOUBLE, ringBytes: SMALLEST_RING }).open();
      const input = Array.from({ length: count }, (_, i) => i);
      harness.feeds[0]!.rows(...input);
      harness.feeds[0]!.watermark(1);
      harness.settle();
      let expected = isTripled ? input.flatMap((value) => [value, value * 10, value * 100]) : input;
      chosen.forEach((form, depth) => { expected = form === 'nothing' ? [] : expected.flatMap((value) => expand(value, depth)); });
      assert.deepEqual(harness.rowsOf(), expected);
      assert.deepEqual(harness.received().at(-1), { watermark: 1 });
      harness.task.close();
    }), { numRuns: 150, includeErrorInReport: true });
  });

  test('the end of the input waits for generators that rows at the end set off', () => {
    const list = new ListSink();
    const operators = chain(row('generate', { kind: 'flatMap', apply: () => countTo(5000) }), map('same', (value) => value, to(2)), sink('list', list));
    const harness = new TaskHarness({ operators, inputs: [1], outputs: [{ operatorIndex: 1, type: Types.INT }], ringBytes: SMALLEST_RING }).open();
    harness.feeds[0]!.rows(1);
    harness.feeds[0]!.end();
    harness.settle();
    assert.equal(list.rows.length, 5000);
    assert.equal(list.seen.at(-1), 'flushed');
    assert.deepEqual(harness.rowsOf(), [...countTo(5000)]);
    assert.deepEqual(harness.received().at(-1), { end: true });
    assert.equal(harness.task.status, 'FINISHED');
    harness.task.close();
  });
});

describe('a task with buffer debloating', () => {
  test('lets as much be in flight as it takes in the target time, also while it waits for room', () => {
    const clock = new SimulatedClock();
    const harness = new TaskHarness({
      operators: chain(map('slow', (value: number) => value)), inputs: [1], outputs: [{ operatorIndex: 0, type: Types.INT }], ringBytes: 1024, clock,
      configuration: { 'taskmanager.network.memory.buffer-debloat.enabled': true },
    }).open();
    for (let batch = 0; batch < 200; batch++) harness.feeds[0]!.rows(...Array.from({ length: 1000 }, (_, index) => index));
    const metric = (name: string): number => harness.task.counters().byName.get(name)!;
    for (const framesPerSecond of [100, 10]) {
      let rows = 0;
      for (let frames = 0; frames < 10 * framesPerSecond; frames++) {
        harness.run();
        rows += harness.drains[0]!.take(1);
        harness.feeds[0]!.rows();
        clock.advance(1000 / framesPerSecond);
      }
      const { bytesIn, recordsIn } = harness.task.counters();
      const expected = (bytesIn / recordsIn) * (rows / 10);
      const limit = metric('debloatedBufferSize');
      assert.ok(limit > expected / 2 && limit < expected * 2, `${limit} bytes at ${expected} a second`);
      assert.ok(metric('estimatedTimeToConsumeBuffersMs') > 0);
    }
  });
});

describe('rows with several consumers', () => {
  const change = (name: string, next?: ReturnType<typeof to>) => map(name, (value: { n: number; by?: string }) => { value.n++; value.by = name; return value; }, next);

  function fanOut(configuration: Readonly<Record<string, unknown>>): { left: unknown[]; right: unknown[] } {
    const left = new ListSink();
    const right = new ListSink();
    const operators = chain(map('make', (n: number) => ({ n }), to(1, 3)), change('left'), sink('left sink', left), change('right', to(4)), sink('right sink', right));
    const harness = new TaskHarness({ operators: [operators[0]!, { ...operators[1]!, next: to(2) }, { ...operators[2]!, next: [] }, operators[3]!, operators[4]!], inputs: [1], configuration }).open();
    harness.feeds[0]!.rows(1);
    harness.settle();
    harness.task.close();
    return { left: left.rows, right: right.rows };
  }

  test('each gets a value of its own', () => {
    assert.deepEqual(fanOut({}), { left: [{ n: 2, by: 'left' }], right: [{ n: 2, by: 'right' }] });
  });

  test('with object reuse they share one', () => {
    const { left, right } = fanOut({ 'pipeline.object-reuse': true });
    assert.equal(left[0], right[0]);
    assert.deepEqual(left, [{ n: 3, by: 'right' }]);
  });

  test('an undeclared edge keeps rows as they were when it got them', () => {
    const reused = { n: 0 };
    const operators = chain(map('reuse', (n: number) => { reused.n = n; return reused; }, to(1)), change('change'));
    const harness = new TaskHarness({ operators, inputs: [1], outputs: [{ operatorIndex: 0 }] }).open();
    harness.feeds[0]!.rows(1, 2, 3);
    harness.settle();
    assert.deepEqual(harness.rowsOf(), [{ n: 1 }, { n: 2, by: 'change' }, { n: 3, by: 'change' }]);
    harness.task.close();
  });

  test('side outputs go to their own consumers only, and to nobody when nobody asks', () => {
    const seen = new ListSink();
    const split: StreamOperator & { output?: Parameters<StreamOperator['open']>[0]['output'] } = {
      open(context) { this.output = context.output; },
      processElement(value: number, timestamp) {
        if (value % 3 === 0) this.output!.collect(value, timestamp);
        else this.output!.collectSide(value % 3 === 1 ? 'one' : 'unwanted', value, timestamp);
      },
      processWatermark(watermark) { this.output!.emitWatermark(watermark); },
      snapshot: () => ({ keyed: [], operator: [] }),
      close: () => undefined,
    };
    const operators = chain(
      stream('split', { kind: 'stream', create: () => split }, [{ operatorIndex: 1, tag: 'one' }]),
      sink('ones', seen),
    );
    const harness = new TaskHarness({ operators, inputs: [1], outputs: [{ operatorIndex: 0, type: Types.INT }, { operatorIndex: 0, tag: 'one', type: Types.INT }] }).open();
    harness.feeds[0]!.rows(0, 1, 2, 3, 4, 5);
    harness.feeds[0]!.watermark(9);
    harness.settle();
    assert.deepEqual(harness.rowsOf(0), [0, 3]);
    assert.deepEqual(harness.rowsOf(1), [1, 4]);
    assert.deepEqual(harness.received(1).at(-1), { watermark: 9 });
    assert.deepEqual(seen.seen, [1, 4, { watermark: 9 }]);
    harness.task.close();
  });

  test('a client that takes no rows for a while holds the task back and loses nothing', () => {
    let room = 3;
    const taken: unknown[] = [];
    const slow = {
      name: 'slow',
      createWriter: () => ({
        get isReady() { return room > 0; },
        write: (element: unknown) => { room--; taken.push(element); },
        flush: () => undefined,
        close: () => undefined,
      }),
    };
    const harness = new TaskHarness({ operators: chain(map('same', (value) => value), sink('slow', slow)), inputs: [1] }).open();
    harness.feeds[0]!.rows(1, 2, 3, 4, 5);
    assert.equal(harness.run(), StepResult.BLOCKED);
    assert.deepEqual(taken, [1, 2, 3]);
    room = 1;
    assert.equal(harness.run(), StepResult.BLOCKED);
    room = 10;
    assert.equal(harness.run(), StepResult.IDLE);
    assert.deepEqual(taken, [1, 2, 3, 4, 5]);
    harness.task.close();
  });
});
