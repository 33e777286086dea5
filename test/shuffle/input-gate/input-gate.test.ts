import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FieldTree } from '#core/codegen/field-tree';
import { FrameHeader } from '#core/columns/frame';
import { Types } from '#core/types/type-information';
import { ControlKind, Polled } from '#shuffle/channel/channel';
import { InputChannel } from '#shuffle/input-gate/input-channel';
import { GateEvent, InputGate } from '#shuffle/input-gate/input-gate';
import { Availability } from '#shuffle/result-partition/availability';
import { RecordWriter } from '#shuffle/result-partition/record-writer';
import { createRing } from '../result-partition/edge-harness.js';

const TYPE = Types.ROW({ text: Types.STRING });
const NAMES = Object.fromEntries(Object.entries(GateEvent).map(([name, event]) => [event, name]));

/** Producers of one attempt, one writer per channel, and a gate over them. */
class Gate {
  readonly writers: readonly RecordWriter[];
  readonly gate: InputGate;
  nowMs = 100;

  constructor(channels: number, options: { readonly isExactlyOnce?: boolean; readonly attempt?: number; readonly producerAttempt?: number; readonly inputs?: readonly number[] } = {}) {
    const ends = Array.from({ length: channels }, () => createRing(4096));
    this.writers = ends.map(({ producer }) => new RecordWriter({
      producers: [producer], partitioner: { kind: 'forward' }, subtaskIndex: 0, consumerMaxParallelism: 128, type: TYPE, reads: FieldTree.all(),
      availability: new Availability(), attempt: options.producerAttempt ?? 0, recordBytesMax: 1 << 20, random: () => 0,
    }));
    this.gate = new InputGate({
      inputs: ends.map(({ consumer }, index) => ({ input: options.inputs?.[index] ?? 0, consumers: [consumer] })),
      recordBytesMax: 1 << 20, attempt: options.attempt ?? 0, isExactlyOnce: options.isExactlyOnce ?? true, monotonicMs: () => this.nowMs,
    });
  }

  row(channel: number, text: string): void {
    this.writers[channel]!.emit({ text }, 0);
    this.writers[channel]!.flush();
  }

  control(channel: number, kind: number, a: number): void {
    this.writers[channel]!.broadcast(kind, a, 55, 1);
  }

  /** All events until nothing comes, as text. */
  events(): string[] {
    const seen: string[] = [];
    for (;;) {
      const event = this.gate.poll();
      if (event === GateEvent.NOTHING) return seen;
      const { channel, barrier } = this.gate;
      const isBarrier = event === GateEvent.BARRIER || event === GateEvent.BARRIER_CANCELED;
      seen.push(isBarrier ? `${NAMES[event]} ${barrier!.checkpointId}` : `${NAMES[event]} from ${channel.index}`);
      if (event === GateEvent.BATCH) channel.release();
    }
  }
}

describe('an input gate', () => {
  test('takes its channels in turn, however much one of them has', () => {
    const { gate, ...rest } = new Gate(3);
    const all = Object.assign(rest, { gate }) as unknown as Gate;
    for (let i = 0; i < 3; i++) all.writers[1]!.broadcast(ControlKind.WATERMARK, i);
    all.writers[0]!.broadcast(ControlKind.IDLE, 0);
    all.writers[2]!.broadcast(ControlKind.LATENCY_MARKER, 0);
    const order: number[] = [];
    while (gate.poll() !== GateEvent.NOTHING) order.push(gate.channel.index);
    assert.deepEqual(order, [0, 1, 2, 1, 1]);
  });

  test('holds back a channel whose barrier came until all have come, and tells when the first came', () => {
    const g = new Gate(2);
    g.row(0, 'before');
    g.control(0, ControlKind.BARRIER, 1);
    g.row(0, 'after');
    g.row(1, 'before');
    assert.deepEqual(g.events(), ['BATCH from 0', 'BATCH from 1']);
    g.nowMs = 900;
    g.row(1, 'before');
    g.control(1, ControlKind.BARRIER, 1);
    assert.deepEqual(g.events(), ['BATCH from 1', 'BARRIER 1', 'BATCH from 0']);
    assert.deepEqual(g.gate.barrier, { checkpointId: 1, timestamp: 55, flags: 1, alignmentStartMs: 100 });
  });

  test('holds nothing back where at least once is enough', () => {
    const g = new Gate(2, { isExactlyOnce: false });
    g.control(0, ControlKind.BARRIER, 1);
    g.row(0, 'after');
    assert.deepEqual(g.events(), ['BATCH from 0']);
    g.control(1, ControlKind.BARRIER, 1);
    assert.deepEqual(g.events(), ['BARRIER 1']);
  });

  test('follows several checkpoints at a time where at least once is enough', () => {
    const g = new Gate(3, { isExactlyOnce: false });
    for (const id of [1, 2, 3]) g.control(0, ControlKind.BARRIER, id);
    for (const id of [1, 2]) g.control(1, ControlKind.BARRIER, id);
    g.control(1, ControlKind.CANCEL_BARRIER, 3);
    assert.deepEqual(g.events(), ['BARRIER_CANCELED 3']);
    g.control(2, ControlKind.BARRIER, 1);
    g.control(2, ControlKind.CANCEL_BARRIER, 3);
    assert.deepEqual(g.events(), ['BARRIER 1']);
    g.control(2, ControlKind.END_OF_INPUT, 0);
    assert.deepEqual(g.events(), ['CHANNEL_ENDED from 2']);
    assert.deepEqual([g.gate.completeAlignmentAfterEnd(), g.gate.barrier!.checkpointId, g.gate.completeAlignmentAfterEnd()], [true, 2, false]);
    for (const channel of [0, 1]) g.control(channel, ControlKind.BARRIER, 4);
    assert.deepEqual(g.events(), ['BARRIER 4']);
  });

  test('forgets a checkpoint for a newer one, and takes no barrier twice or late', () => {
    const g = new Gate(2);
    g.control(0, ControlKind.BARRIER, 1);
    g.control(0, ControlKind.BARRIER, 2);
    g.control(1, ControlKind.BARRIER, 2);
    assert.deepEqual(g.events(), ['BARRIER 2']);
    g.control(1, ControlKind.BARRIER, 1);
    g.control(1, ControlKind.BARRIER, 2);
    g.row(1, 'flows');
    assert.deepEqual(g.events(), ['BATCH from 1']);
  });

  test('goes on when a checkpoint is canceled, and says so once', () => {
    const g = new Gate(2);
    g.control(0, ControlKind.BARRIER, 3);
    g.row(0, 'after');
    g.control(1, ControlKind.CANCEL_BARRIER, 3);
    assert.deepEqual(g.events(), ['BARRIER_CANCELED 3', 'BATCH from 0']);
    g.control(0, ControlKind.CANCEL_BARRIER, 3);
    g.control(1, ControlKind.BARRIER, 3);
    assert.deepEqual(g.events(), []);
    for (const channel of [0, 1]) g.control(channel, ControlKind.BARRIER, 4);
    assert.deepEqual(g.events(), ['BARRIER 4']);
  });

  test('keeps the newer checkpoint when an older one is canceled', () => {
    const g = new Gate(3);
    g.control(0, ControlKind.BARRIER, 5);
    g.control(1, ControlKind.CANCEL_BARRIER, 4);
    assert.deepEqual(g.events(), ['BARRIER_CANCELED 4']);
    for (const channel of [1, 2]) g.control(channel, ControlKind.BARRIER, 5);
    assert.deepEqual(g.events(), ['BARRIER 5']);
  });

  test('does not wait for a channel that has ended', () => {
    const g = new Gate(2, { inputs: [0, 1] });
    g.control(0, ControlKind.BARRIER, 1);
    g.control(1, ControlKind.END_OF_INPUT, 0);
    assert.deepEqual(g.events(), ['CHANNEL_ENDED from 1']);
    assert.deepEqual([g.gate.isInputEnded(0), g.gate.isInputEnded(1), g.gate.isEnded], [false, true, false]);
    assert.equal(g.gate.completeAlignmentAfterEnd(), true);
    assert.equal(g.gate.barrier!.checkpointId, 1);
    g.control(0, ControlKind.END_OF_INPUT, 0);
    assert.deepEqual(g.events(), ['CHANNEL_ENDED from 0']);
    assert.equal(g.gate.isEnded, true);
    assert.equal(g.gate.completeAlignmentAfterEnd(), false);
  });

  test('can take barriers alone, while the operator takes no rows', () => {
    const g = new Gate(2);
    g.control(0, ControlKind.BARRIER, 1);
    g.row(1, 'first');
    g.control(1, ControlKind.BARRIER, 1);
    assert.equal(g.gate.pollBarrier(), false, 'a row is before the other barrier');
    assert.deepEqual(g.events().slice(0, 1), ['BATCH from 1']);
    const h = new Gate(2);
    for (const channel of [0, 1]) h.control(channel, ControlKind.BARRIER, 1);
    // The schema frames come first.
    assert.equal(h.gate.pollBarrier(), false);
    assert.equal(h.events().length, 1);
    for (const channel of [0, 1]) h.control(channel, ControlKind.BARRIER, 2);
    assert.equal(h.gate.pollBarrier(), true);
    assert.equal(h.gate.barrier!.checkpointId, 2);
  });
});

describe('an input channel', () => {
  test('shows the same batch until it is released, in one piece or many', () => {
    const { gate, writers } = new Gate(1);
    writers[0]!.emit({ text: 'x'.repeat(5000) }, 0);
    writers[0]!.emit({ text: 'y' }, 0);
    const [channel] = gate.channels;
    const lengths: number[] = [];
    for (let turns = 0; turns < 100 && lengths.length < 2; turns++) {
      writers[0]!.flush();
      writers[0]!.drain();
      if (channel!.poll() !== Polled.FRAME) continue;
      const { batch } = channel!;
      assert.deepEqual([channel!.poll(), channel!.poll()], [Polled.FRAME, Polled.FRAME]);
      assert.equal(channel!.batch, batch);
      lengths.push(batch.heapLength);
      channel!.release();
      assert.throws(() => channel!.release(), { name: 'AssertionError' });
    }
    assert.deepEqual(lengths, [5000, 4]);
    assert.equal(channel!.recordsIn, 2);
  });

  test('drops frames of an older attempt, whole rows, pieces and schemas alike', () => {
    const g = new Gate(1, { attempt: 3, producerAttempt: 2 });
    const { consumer } = g.gate.channels[0]!;
    g.row(0, 'old');
    g.control(0, ControlKind.WATERMARK, 1);
    assert.deepEqual(g.events(), ['WATERMARK from 0']);
    g.writers[0]!.emit({ text: 'x'.repeat(3000) }, 0);
    while (!g.writers[0]!.drain()) assert.deepEqual(g.events(), []);
    assert.deepEqual(g.events(), []);
    assert.ok(consumer.framesReleased > 4);
    assert.deepEqual([g.gate.channels[0]!.recordsIn, g.gate.channels[0]!.bytesIn], [0, 0]);
    const same = new Gate(1, { attempt: 3, producerAttempt: 3 });
    same.row(0, 'own');
    assert.deepEqual(same.events(), ['BATCH from 0']);
  });

  test('refuses rows that come before their schema', () => {
    const { producer, consumer } = createRing(4096);
    const base = producer.tryReserve(64);
    producer.memory.i32.fill(0, base >>> 2, (base >>> 2) + 16);
    producer.memory.i32[(base >>> 2) + FrameHeader.KIND] = 1;
    producer.publish(64);
    assert.throws(() => new InputChannel(consumer, 0, 0, 1024, 0).poll(), /a schema frame comes before the first batch/);
  });
});
